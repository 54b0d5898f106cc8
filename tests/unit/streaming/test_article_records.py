"""What every step counts of the articles that it has finished."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from pipeline.errors import SchemaError
from pipeline.metrics import OTHER
from pipeline.streaming.records import Outcome, Record
from pipeline.streaming.steps.article_records import ArticleCounters, ArticleFacts

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
STEP = "counting"


def outcome(language: str, *, ingested_at: datetime | None = None) -> Outcome[ArticleFacts]:
    record = Record(topic="t", partition=0, offset=0, timestamp=NOW, key=None, value=None)
    return Outcome(record, facts=ArticleFacts(language=language, ingested_at=ingested_at))


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"step": STEP, **labels}) or 0.0


def test_the_languages_that_articles_are_counted_by_are_bounded() -> None:
    counters = ArticleCounters(STEP, lambda: NOW)
    for _ in range(2):
        counters.count([outcome(f"x-{number}") for number in range(1000)])
    assert counted("wirewatch_articles_total", language="x-0") == 2
    assert counted("wirewatch_articles_total", language=OTHER) == 2 * 700


def test_the_age_of_articles_is_counted_and_none_is_negative() -> None:
    before = counted("wirewatch_publish_to_step_seconds_sum"), counted("wirewatch_publish_to_step_seconds_count")
    ages = (3, 3, -5)
    ArticleCounters(STEP, lambda: NOW).count(
        [outcome("de", ingested_at=NOW - timedelta(seconds=age)) for age in ages] + [outcome("de")]
    )
    # The sum of seconds goes on over all tests: what it grows by is near, not equal.
    assert counted("wirewatch_publish_to_step_seconds_sum") - before[0] == pytest.approx(6.0)
    assert counted("wirewatch_publish_to_step_seconds_count") - before[1] == 3


def test_a_dead_letter_is_no_article() -> None:
    record = Record(topic="t", partition=0, offset=0, timestamp=NOW, key=None, value=None)
    refused = Outcome(record, error=SchemaError("nothing"), facts=ArticleFacts(language="nl"))
    assert ArticleCounters(STEP, lambda: NOW).count([refused]) == []
    assert counted("wirewatch_articles_total", language="nl") == 0
