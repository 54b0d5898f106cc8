"""Which alerts were raised and held back: enough to raise each once, and a newer revision's only when it is news.

The memory holds nothing that is not in the topics of the alerts: remembering a partition's alerts one by one, in
whatever process, gives the same memory as having raised them, in whatever order the topics are read. So it can be lost
with its process and read back. What is forgotten is told by the times in the alerts, not by a clock of this process.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from pipeline.alerts.decisions import AlertDraft, Decision
from pipeline.alerts.partition import PartitionMemory
from pipeline.alerts.past import PastAlert
from pipeline.errors import PartitionNotLoadedError
from pipeline.messages.alerts import EvaluatedArticle, Match
from pipeline.messages.articles import EnrichedArticle


class AlertMemory:
    """What was raised and held back on each partition over the last ``memory_seconds``.

    Deciding changes nothing: decisions are made on a draft, and an alert is remembered when it is in its topic.
    Not for use by two threads at once.
    """

    def __init__(self, memory_seconds: float) -> None:
        self._memory_seconds = memory_seconds
        self._partitions: dict[int, PartitionMemory] = {}

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions that are loaded."""
        return frozenset(self._partitions)

    def __len__(self) -> int:
        """How many pairs of a rule and an article are remembered."""
        return sum(map(len, self._partitions.values()))

    def load(self, partition: int, past: Iterable[PastAlert] = ()) -> None:
        """Take over a partition with the alerts raised on it, in place of what was known before."""
        self._partitions[partition] = PartitionMemory(self._memory_seconds)
        for alert in past:
            self.remember(partition, alert)

    def forget(self, partition: int) -> None:
        """Give a partition up; does nothing for one that is not loaded."""
        self._partitions.pop(partition, None)

    def remember(self, partition: int, past: PastAlert) -> None:
        """This alert is in its topic; remembering it twice is remembering it once.

        A partition that has been given up meanwhile stays so: its next owner reads the alert from the topic.
        """
        memory = self._partitions.get(partition)
        if memory is not None:
            memory.remember(past)

    def draft(self, now: datetime) -> AlertDraft:
        """Start deciding on a batch, whose alerts are raised at this time."""
        return AlertDraft(self._partition, self._memory_seconds, now)

    def _partition(self, partition: int) -> PartitionMemory:
        try:
            return self._partitions[partition]
        except KeyError:
            raise PartitionNotLoadedError(partition) from None


class Replay:
    """Decides on matches that come one after the other, without Kafka, as the alerts step would from an empty memory.

    Args:
        memory_seconds: How far back an alert is remembered.
    """

    def __init__(self, memory_seconds: float = float("inf")) -> None:
        self._memory = AlertMemory(memory_seconds)
        self._memory.load(0)

    def decide(self, match: Match | EvaluatedArticle | EnrichedArticle) -> list[Decision]:
        """What becomes of the next match.

        Args:
            match: Not before the last one; an evaluated article comes behind its matches, an enriched one stands for
                its withdrawal. ``times.matched_at`` says when it was made, which ``suppress`` and ``limit`` go by: for
                news of the past give it the time that it would have had, as ``RuleIndex.match(article, now=...)`` does.

        Returns:
            Every alert, raised or held back: ``decision.destination`` tells, and ``decision.alert.held_by``. It is
            raised at the time of its match.
        """
        draft = self._memory.draft(match.times.matched_at or datetime.now(UTC))
        if isinstance(match, Match):
            decision = draft.decide(0, match)
            decisions = [] if decision is None else [decision]
        elif isinstance(match, EvaluatedArticle):
            decisions = draft.clear(0, match, lambda _rule_id: True)
        else:
            decisions = draft.withdraw(0, match)
        for decision in decisions:
            self._memory.remember(0, decision.past)
        return decisions
