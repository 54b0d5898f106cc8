"""When articles are looked at for near misses, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from prometheus_client import REGISTRY

from pipeline.messages.articles import EnrichedArticle
from pipeline.rules import NearMiss, RuleIndex
from pipeline.streaming.steps.rule_counters import NearMissSampler, RuleCounters
from tests.unit.rules.world import WORLD, article

ARTICLE = article("x")


def counters() -> RuleCounters:
    return RuleCounters(RuleIndex(WORLD), 10)


def sample(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


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
    assert sample("wirewatch_near_misses_total", rule="missed-often") == 4
    assert sample("wirewatch_near_misses_total", rule="wirewatch-canary") is None


def test_a_look_for_near_misses_that_fails_costs_the_sample_and_no_article(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def __len__(self) -> int:
            return 1

        def prepare_near_misses(self) -> None:
            raise LookupError("no such clause")

        def near_misses(self, _article: EnrichedArticle) -> list[NearMiss]:
            raise LookupError("no such clause")

        def forget_near_misses(self) -> None: ...

    before = sample("wirewatch_near_miss_samples_total", step="rules") or 0
    NearMissSampler(Broken(), counters()).offer(ARTICLE)
    assert f"article {ARTICLE.id} is no sample" in caplog.text
    # By kind and place: what an error says may quote the article.
    assert "LookupError at test_near_miss_sampler.py:" in caplog.text
    assert "no such clause" not in caplog.text
    assert (sample("wirewatch_near_miss_samples_total", step="rules") or 0) == before
