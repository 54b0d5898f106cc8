"""Decide on matches without Kafka, as the alerts step would from an empty memory."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.alerts.decisions import Decision
from pipeline.alerts.memory import AlertMemory
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle


class Replay:
    """Decides on matches that come one after the other.

    Args:
        memory_seconds: How far back an alert is remembered.
    """

    def __init__(self, memory_seconds: float = float("inf")) -> None:
        self._memory = AlertMemory(memory_seconds)
        self._memory.load(0)

    def decide(self, match: Match | EnrichedArticle) -> list[Decision]:
        """What becomes of the next match.

        Args:
            match: Not before the last one; an article stands for its withdrawal. ``times.matched_at`` says when it was
                made, which ``suppress`` and ``limit`` go by: for news of the past give it the time that it would have
                had, as ``RuleIndex.match(article, now=...)`` does.

        Returns:
            Every alert, raised or held back: ``decision.destination`` tells, and ``decision.alert.held_by``. It is
            raised at the time of its match.
        """
        draft = self._memory.draft(match.times.matched_at or datetime.now(UTC))
        if isinstance(match, Match):
            decision = draft.decide(0, match)
            decisions = [] if decision is None else [decision]
        else:
            decisions = draft.withdraw(0, match)
        for decision in decisions:
            self._memory.remember(0, decision.past)
        return decisions
