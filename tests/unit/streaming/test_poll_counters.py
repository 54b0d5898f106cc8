"""What is counted of polls and sources."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from prometheus_client import Counter

from pipeline import metrics
from pipeline.messages.source_states import SourceState
from pipeline.streaming.polling.poll_counters import PollCounters, source_standing
from pipeline.streaming.polling.source_poller import PollReport
from tests.unit.sources.polled_sources import NOW

WELL = SourceState(id="s", url="http://h/", next_at=NOW, news_at=NOW)


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        (WELL, "well"),
        (replace(WELL, failures=1), "failing"),
        (replace(WELL, failures=1, ended=True), "gone"),
        (replace(WELL, next_at=NOW - timedelta(minutes=2)), "late"),
        (replace(WELL, news_at=NOW - timedelta(hours=3), usual_silence_seconds=4000), "silent"),
    ],
)
def test_a_source_stands_in_one_way(state: SourceState, standing: str) -> None:
    assert source_standing(state, NOW) == standing
    PollCounters(10, clock=lambda: NOW).standing([state, state])
    for each in ("well", "failing", "gone", "late", "silent"):
        assert metrics.POLLED_SOURCES.labels(each)._value.get() == (2 if each == standing else 0)


def test_polls_count_by_what_came_of_them_and_few_sources_have_a_label() -> None:
    counters = PollCounters(1)

    def value(metric: Counter, *labels: str) -> float:
        count: float = metric.labels(*labels)._value.get()
        return count

    before = value(metrics.POLLS, "none", "failed"), value(metrics.POLLED_ARTICLES, "other")
    counters.polled(PollReport(replace(WELL, id="first"), "rss", 0.1, 3, 0))
    counters.polled(PollReport(replace(WELL, id="second"), "atom", 0.1, 2, 0))
    counters.polled(PollReport(replace(WELL, failures=2), None, 0.1, 0, 0))
    assert value(metrics.POLLED_ARTICLES, "first") == 3
    assert value(metrics.POLLED_ARTICLES, "other") == before[1] + 2
    assert value(metrics.POLLS, "none", "failed") == before[0] + 1
