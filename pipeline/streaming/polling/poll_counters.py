"""Counts polls, and the sources by how they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, get_args

from pipeline import metrics
from pipeline.messages.source_states import SourceState
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.polling.source_poller import PollReport

SourceStanding = Literal["well", "failing", "silent", "late", "gone"]
"""How a source stands; of several the one that tells why: one that fails is silent for that."""

_LATE = timedelta(minutes=1)


class PollCounters:
    """Sets the metrics of a process that polls.

    Args:
        source_label_limit: How many sources have a counter of their own.
        clock: The time.
    """

    def __init__(self, source_label_limit: int, clock: Clock = utc_now) -> None:
        self._labels = metrics.BoundedLabels(source_label_limit)
        self._clock = clock

    def polled(self, report: PollReport) -> None:
        """See ``PollObserver``."""
        metrics.POLLS.labels(report.kind or "none", _outcome(report)).inc()
        metrics.POLL_LATENESS.observe(report.late_seconds)
        if report.published:
            metrics.POLLED_ARTICLES.labels(self._labels.label(report.state.id)).inc(report.published)

    def standing(self, states: Iterable[SourceState]) -> None:
        """See ``PollObserver``."""
        now = self._clock()
        counts = Counter(source_standing(state, now) for state in states)
        for standing in get_args(SourceStanding):
            metrics.POLLED_SOURCES.labels(standing).set(counts[standing])


def source_standing(state: SourceState, now: datetime) -> SourceStanding:
    """How a source stands."""
    if state.ended:
        return "gone"
    if state.failures:
        return "failing"
    if state.next_at < now - _LATE:
        return "late"
    return "silent" if state.is_silent(now) else "well"


def _outcome(report: PollReport) -> str:
    if report.state.ended:
        return "gone"
    if report.state.failures:
        return "failed"
    return "unchanged" if report.kind is None else "read"
