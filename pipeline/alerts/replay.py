"""Decide on matches without Kafka: what the alerts step would make of them, from an empty memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from pipeline.alerts.decisions import Decision
from pipeline.alerts.memory import AlertMemory
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle


def replay(matches: Iterable[Match | EnrichedArticle], memory_seconds: float = float("inf")) -> Iterator[Decision]:
    """What becomes of matches that come one after the other.

    Args:
        matches: In the order of time; an article stands for its withdrawal. ``times.matched_at`` says when each was
            made, which ``suppress`` and ``limit`` go by: for news of the past give them the time that they would have
            had, as ``RuleIndex.match(article, now=...)`` does.
        memory_seconds: How far back an alert is remembered.

    Yields:
        Every alert in order, raised or held back: ``decision.destination`` tells, and ``decision.alert.held_by``. They
        are raised at the time of their match.
    """
    memory = AlertMemory(memory_seconds)
    memory.load(0)
    for match in matches:
        draft = memory.draft(match.times.matched_at or datetime.now(UTC))
        if isinstance(match, Match):
            decision = draft.decide(0, match)
            decisions = [] if decision is None else [decision]
        else:
            decisions = draft.withdraw(0, match)
        for decision in decisions:
            memory.remember(0, decision.past)
            yield decision
