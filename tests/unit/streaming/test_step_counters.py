"""What steps count of the articles that they have finished, and of what rules nearly match."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from pipeline.errors import SchemaError
from pipeline.messages.articles import EnrichedArticle
from pipeline.metrics import OTHER
from pipeline.rules import NearMiss, RuleIndex
from pipeline.streaming.records import Outcome, Record
from pipeline.streaming.steps.article_records import ArticleCounters, ArticleFacts
from pipeline.streaming.steps.rule_counters import NearMissSampler, RuleCounters
from tests.unit.rules.world import WORLD, article

ARTICLE = article("x")
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
STEP = "counting"


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def outcome(language: str, *, ingested_at: datetime | None = None) -> Outcome[ArticleFacts]:
    record = Record(topic="t", partition=0, offset=0, timestamp=NOW, key=None, value=None)
    return Outcome(record, facts=ArticleFacts(language=language, ingested_at=ingested_at))


def test_the_languages_that_articles_are_counted_by_are_bounded() -> None:
    counters = ArticleCounters(STEP, lambda: NOW)
    for _ in range(2):
        counters.count([outcome(f"x-{number}") for number in range(1000)])
    assert counted("wirewatch_articles_total", step=STEP, language="x-0") == 2
    assert counted("wirewatch_articles_total", step=STEP, language=OTHER) == 2 * 700


def test_the_age_of_articles_is_counted_and_none_is_negative() -> None:
    figures = ("wirewatch_publish_to_step_seconds_sum", "wirewatch_publish_to_step_seconds_count")
    before = [counted(name, step=STEP) for name in figures]
    ages = (3, 3, -5)
    ArticleCounters(STEP, lambda: NOW).count(
        [outcome("de", ingested_at=NOW - timedelta(seconds=age)) for age in ages] + [outcome("de")]
    )
    # The sum of seconds goes on over all tests: what it grows by is near, not equal.
    assert [counted(name, step=STEP) - old for name, old in zip(figures, before, strict=True)] == [
        pytest.approx(6.0),
        3,
    ]


def test_a_dead_letter_is_no_article() -> None:
    record = Record(topic="t", partition=0, offset=0, timestamp=NOW, key=None, value=None)
    refused = Outcome(record, error=SchemaError("nothing"), facts=ArticleFacts(language="nl"))
    assert ArticleCounters(STEP, lambda: NOW).count([refused]) == []
    assert counted("wirewatch_articles_total", step=STEP, language="nl") == 0


def counters() -> RuleCounters:
    return RuleCounters(RuleIndex(WORLD), 10)


def test_near_misses_are_looked_for_once_a_second_and_for_a_hundredth_of_the_time() -> None:
    @dataclass
    class Slow:
        clock: float = 0.0
        seconds: float = 0.0
        count: int = 3
        looked_at: int = 0
        prepared: int = 0
        forgotten: int = 0

        def __len__(self) -> int:
            return self.count

        def prepare_near_misses(self) -> None:
            self.prepared += 1

        def near_misses(self, _article: EnrichedArticle) -> list[NearMiss]:
            self.looked_at += 1
            self.clock += self.seconds
            return [
                NearMiss(rule_id="missed-often", clause="NATO"),
                NearMiss(rule_id="wirewatch-canary", clause="NATO"),
            ]

        def forget_near_misses(self) -> None:
            self.forgotten += 1

    rules = Slow()
    sampler = NearMissSampler(rules, counters(), lambda: rules.clock)

    def offered_at(clock: float) -> int:
        rules.clock = clock
        sampler.offer(ARTICLE)
        return rules.looked_at

    assert [offered_at(clock) for clock in (0.0, 0.5, 1.0)] == [1, 1, 2]
    rules.seconds = 0.05
    assert [offered_at(clock) for clock in (2.0, 6.9, 7.1)] == [3, 3, 4]
    assert rules.forgotten == 0
    rules.count = 10_001
    assert offered_at(100.0) == 4
    assert rules.forgotten == 1
    assert rules.prepared == 1
    NearMissSampler(rules, counters())
    assert rules.prepared == 1, "10,001 are too many"
    assert counted("wirewatch_near_misses_total", rule="missed-often") == 4
    assert REGISTRY.get_sample_value("wirewatch_near_misses_total", {"rule": "wirewatch-canary"}) is None


def test_a_look_for_near_misses_that_fails_costs_the_sample_and_no_article(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def __len__(self) -> int:
            return 1

        def prepare_near_misses(self) -> None:
            raise LookupError("no such clause")

        def near_misses(self, _article: EnrichedArticle) -> list[NearMiss]:
            raise LookupError("no such clause")

        def forget_near_misses(self) -> None: ...

    before = counted("wirewatch_near_miss_samples_total", step="rules")
    NearMissSampler(Broken(), counters()).offer(ARTICLE)
    assert f"article {ARTICLE.id} is left out of the sample" in caplog.text
    # By kind and place: what an error says may quote the article.
    assert "LookupError at test_step_counters.py:" in caplog.text
    assert "no such clause" not in caplog.text
    assert counted("wirewatch_near_miss_samples_total", step="rules") == before
