"""Keeps what a poller tells, in place of its metrics."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.messages.source_states import SourceState
from pipeline.streaming.polling.source_poller import PollReport


class ObservedPolls:
    """All reports, in order, and how the sources stood last."""

    def __init__(self) -> None:
        self.reports: list[PollReport] = []
        self.states: list[SourceState] = []

    def polled(self, report: PollReport) -> None:
        self.reports.append(report)

    def standing(self, states: Iterable[SourceState]) -> None:
        self.states = list(states)
