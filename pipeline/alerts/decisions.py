"""Decide on matches, evaluated articles and withdrawals: raise an alert, hold it back, or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from pipeline.alerts.news import AlertOnArticle, is_cleared_by, is_known, is_withdrawn_by, news_of
from pipeline.alerts.partition import PartitionMemory, lane_of
from pipeline.alerts.past import PastAlert, article_key, evidence_digest, past_alert, text_key, window_key
from pipeline.alerts.quiet import held_since_last, reason_to_hold
from pipeline.messages.alerts import (
    Alert,
    AlertKind,
    ArticleHeader,
    EvaluatedArticle,
    HeldBy,
    Match,
    MatchedRule,
    Snippet,
)
from pipeline.messages.articles import EnrichedArticle, Times
from pipeline.messages.identity import alert_id

Destination = Literal["alerts", "held", "shadow"]


class Decision(NamedTuple):
    """An alert to publish, its destination, and the record to remember once it is published.

    Attributes:
        destination: ``alerts``: it is raised, and its channel gets a copy; ``held``: it is held back; ``shadow``: its
            rule is on trial, and what is held back goes there too.
    """

    alert: Alert
    past: PastAlert

    @property
    def destination(self) -> Destination:
        """The topic that it is published to."""
        if self.alert.rule.mode == "shadow":
            return "shadow"
        return "alerts" if self.alert.held_by is None else "held"


class AlertDraft:
    """Decisions on one batch. Each sees the earlier ones; the memory does not change.

    Args:
        partition_memory: What is remembered of a partition.
        memory_seconds: How far back.
        now: When the alerts are raised.
    """

    def __init__(
        self, partition_memory: Callable[[int], PartitionMemory], memory_seconds: float, now: datetime
    ) -> None:
        self._partition_memory = partition_memory
        self._memory_seconds = memory_seconds
        self._now = now
        self._drafts: dict[int, PartitionMemory] = {}

    def decide(self, partition: int, match: Match) -> Decision | None:
        """Decide on a match.

        Args:
            partition: Where the match lies; loaded.
            match: One rule satisfied by one revision of one article.

        Returns:
            The alert where the match is news (see ``news_of``), held back where the rule's ``suppress`` or ``limit``
            says so; else None.

        Raises:
            PartitionNotLoadedError: The partition is not, or no longer, this process's.
        """
        memory = self._draft(partition)
        rule = match.rule
        at = self._time_of(match.times)
        evidence = evidence_digest(match.evidence)
        lane = lane_of(rule)
        alerts = self._remembered(at, memory.alerts_on(article_key(match.article.id)).get(lane, ()))
        kind = news_of(_until(at, alerts), match.article, evidence, text_key(rule, match.article))
        if kind is None or is_known(alerts, kind, match.article.revision):
            return None
        held_by: HeldBy | None = None
        held_back = 0
        if rule.suppress is not None or rule.limit is not None:
            histories = memory.histories(lane)
            held_by = reason_to_hold(histories, rule, window_key(rule, match.article, match.evidence), at)
            held_back = held_since_last(histories, at) if held_by is None else 0
        alert = Alert(
            alert_id=alert_id(rule.id, match.article.id, match.article.revision, kind),
            kind=kind,
            rule=rule,
            article=match.article,
            score=match.score,
            evidence=match.evidence,
            snippet=match.snippet,
            held_back=held_back,
            held_by=held_by,
            times=msgspec.structs.replace(match.times, raised_at=self._now),
        )
        return self._decided(memory, alert, evidence)

    def withdraw(self, partition: int, article: EnrichedArticle) -> list[Decision]:
        """Decide on a withdrawal. The rules step writes it to every partition of the matches.

        Args:
            partition: Where it lies; loaded.
            article: Its status is ``withdrawn``; beyond its id it may say nothing.

        Returns:
            ``withdrawn`` for each rule that has raised an alert on the article and not yet taken it back, sorted by
            rule; with the title and the revision of the rule's last alert.

        Raises:
            PartitionNotLoadedError: The partition is not, or no longer, this process's.
        """
        memory = self._draft(partition)
        decisions = []
        for rule, alerts, earlier in self._alerted(memory, article.id, article.times):
            if is_withdrawn_by(earlier, article) and not is_known(alerts, "withdrawn", earlier[-1].revision):
                header = self._withdrawn_header(article, earlier[-1])
                decisions.append(self._taken_back(memory, "withdrawn", rule, header, article.times))
        return decisions

    def clear(self, partition: int, evaluated: EvaluatedArticle, is_live: Callable[[str], bool]) -> list[Decision]:
        """Decide on a revision that all rules were tried on. The rules step tells it to every partition of the matches.

        Args:
            partition: Where it is told; loaded.
            evaluated: The revision, and which rules it satisfies.
            is_live: Whether a rule was tried at all, by its id: one that is removed, off or mute was not.

        Returns:
            ``cleared`` for each rule that has raised an alert on another revision, not newer and not yet taken back,
            and does not fire on this one; sorted by rule.

        Raises:
            PartitionNotLoadedError: The partition is not, or no longer, this process's.
        """
        memory = self._draft(partition)
        header = evaluated.article
        decisions = []
        for rule, alerts, earlier in self._alerted(memory, header.id, evaluated.times):
            if (
                rule.id not in evaluated.fired
                and is_cleared_by(earlier, evaluated)
                and not is_known(alerts, "cleared", header.revision)
                and is_live(rule.id)
            ):
                decisions.append(self._taken_back(memory, "cleared", rule, header, evaluated.times))
        return decisions

    def _alerted(
        self, memory: PartitionMemory, article_id: str, times: Times
    ) -> Iterator[tuple[MatchedRule, Sequence[AlertOnArticle], Sequence[AlertOnArticle]]]:
        """Each rule that alerted on an article, as its newest alert has it; its alerts there, and those until then."""
        known = memory.alerts_on(article_key(article_id))
        if not known:
            return
        at = self._time_of(times)
        for lane, alerts_on in sorted(known.items()):
            alerts = self._remembered(at, alerts_on)
            earlier = _until(at, alerts)
            histories = memory.histories(lane)
            if earlier and histories:
                yield max(histories, key=lambda history: history.newest).rule, alerts, earlier

    def _withdrawn_header(self, article: EnrichedArticle, last: AlertOnArticle) -> ArticleHeader:
        """The article as it is withdrawn; what a withdrawal need not say is taken from the last alert."""
        revised_at = article.revised_at
        if revised_at is None and last.revised_at is not None:
            revised_at = datetime.fromtimestamp(last.revised_at, self._now.tzinfo)
        return msgspec.structs.replace(
            ArticleHeader.of(article),
            revision=last.revision,
            title=article.title or last.title,
            language=last.language,
            revised_at=revised_at,
        )

    def _taken_back(
        self, memory: PartitionMemory, kind: AlertKind, rule: MatchedRule, header: ArticleHeader, times: Times
    ) -> Decision:
        alert = Alert(
            alert_id=alert_id(rule.id, header.id, header.revision, kind),
            kind=kind,
            rule=rule,
            article=header,
            score=0.0,
            evidence=(),
            snippet=Snippet(text=""),
            times=msgspec.structs.replace(times, raised_at=self._now),
        )
        return self._decided(memory, alert)

    def _decided(self, memory: PartitionMemory, alert: Alert, evidence: int | None = None) -> Decision:
        past = past_alert(alert, evidence=evidence)
        memory.remember(past)
        return Decision(alert, past)

    def _draft(self, partition: int) -> PartitionMemory:
        draft = self._drafts.get(partition)
        if draft is None:
            below = self._partition_memory(partition)
            draft = self._drafts[partition] = PartitionMemory(self._memory_seconds, below)
        return draft

    def _time_of(self, times: Times) -> float:
        return (times.matched_at or self._now).timestamp()

    def _remembered(self, at: float, alerts: Sequence[AlertOnArticle]) -> Sequence[AlertOnArticle]:
        horizon = min(at, self._now.timestamp()) - self._memory_seconds
        return [alert for alert in alerts if alert.matched_at >= horizon]


def _until(at: float, alerts: Sequence[AlertOnArticle]) -> Sequence[AlertOnArticle]:
    """Those that are not later: a match is decided on the same when it comes again behind others."""
    return [alert for alert in alerts if alert.matched_at <= at]
