"""Past articles against rules: what would have been raised, held back or just missed, and what a change makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from pipeline.backtest import Backtest, BacktestReport, NearMissCount, RuleReport, forecast
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.identity import rule_version
from pipeline.messages.rules import Suppress, WatchRule
from pipeline.rules import RuleIndex
from tests.unit.rules.world import WORLD, article

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def index_of(rules: Sequence[WatchRule]) -> RuleIndex:
    index = RuleIndex(WORLD)
    for rule in rules:
        index.add(rule)
    return index


def versions(rules: Sequence[WatchRule]) -> dict[str, str]:
    return {rule.id: rule_version(rule) for rule in rules}


def backtest(*rules: WatchRule, before: Sequence[WatchRule] | None = None, samples: int = 3) -> Backtest:
    return Backtest(
        index_of(rules),
        versions(rules),
        before=None if before is None else index_of(before),
        versions_before=versions(before or ()),
        samples=samples,
    )


def only(report: BacktestReport) -> RuleReport:
    (rule,) = report.rules
    return rule


def news(body: str, number: int = 0, **changes: object) -> EnrichedArticle:
    return msgspec.structs.replace(article(body, article_id=f"a{number}"), **changes)


def test_an_article_alerts_once_and_again_when_a_revision_is_news() -> None:
    test = backtest(WatchRule(id="r", when="talks OR war"))
    test.add(news("talks", revised_at=NOON), NOON)
    test.add(news("talks", revised_at=NOON), NOON + HOUR)
    test.add(news("the talks", revised_at=NOON + HOUR), NOON + HOUR)
    test.add(news("talks and war", revised_at=NOON + 2 * HOUR), NOON + 2 * HOUR)
    test.add(news("nothing", 1), NOON + 3 * HOUR)

    report = test.report()
    assert (report.articles, report.start, report.end) == (4, NOON, NOON + 3 * HOUR)
    assert (only(report).fired, only(report).alerts, only(report).updated) == (3, 2, 1)


def test_alerts_are_counted_by_the_day_of_the_article() -> None:
    test = backtest(WatchRule(id="r", when="talks"))
    for number, hours in enumerate((0, 11, 12, 40)):
        test.add(news(f"talks {number}", number), NOON + hours * HOUR)

    report = test.report()
    assert only(report).days == {date(2026, 3, 1): 2, date(2026, 3, 2): 1, date(2026, 3, 3): 1}
    assert report.days() == [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]


def test_what_suppress_and_limit_hold_back_is_counted_by_the_times_of_the_articles() -> None:
    test = backtest(
        WatchRule(id="quiet", when="talks", suppress=Suppress(for_="6h", by="rule")),
        WatchRule(id="limited", when="talks", limit="2/h"),
    )
    for number in range(12):
        test.add(news(f"talks {number}", number), NOON + number * HOUR / 2)

    quiet, limited = test.report().rules
    assert (quiet.fired, quiet.alerts, quiet.held) == (12, 1, 11)
    assert (limited.fired, limited.alerts, limited.held) == (12, 12, 0)


def test_a_withdrawal_is_counted_and_fires_nothing() -> None:
    test = backtest(WatchRule(id="r", when="talks"))
    test.add(news("talks", revised_at=NOON), NOON)
    test.add(news("talks", revised_at=NOON + HOUR, status="withdrawn"), NOON + HOUR)

    assert (only(test.report()).fired, only(test.report()).alerts, only(test.report()).withdrawn) == (1, 1, 1)


def test_near_misses_are_counted_by_the_clause_that_was_missing_or_blocked() -> None:
    test = backtest(WatchRule(id="r", when="talks + war -peace"))
    for number, body in enumerate(("talks", "talks", "war", "talks war peace", "talks war", "nothing")):
        test.add(news(body, number), NOON)

    rule = only(test.report())
    assert rule.near_misses == (
        NearMissCount(clause="war", articles=2),
        NearMissCount(clause="NOT peace", articles=1),
        NearMissCount(clause="talks", articles=1),
    )
    assert rule.near_miss_count == 4
    assert {sample.why for sample in rule.near_miss_samples} <= {
        "not found: war",
        "excluded: peace",
        "not found: talks",
    }


def test_a_comparison_says_where_only_one_of_two_versions_fires() -> None:
    test = backtest(
        WatchRule(id="r", when="talks + war"),
        WatchRule(id="new", when="peace"),
        WatchRule(id="same", when="talks"),
        before=(
            WatchRule(id="r", when="talks + peace"),
            WatchRule(id="same", when="talks"),
        ),
    )
    for number, body in enumerate(("talks war", "talks war", "talks peace", "talks war peace")):
        test.add(news(body, number), NOON)

    changed, new, same = test.report().comparisons
    assert changed.before is not None
    assert (changed.before.alerts, changed.gained, changed.lost) == (2, 2, 1)
    assert [sample.why for sample in changed.gained_samples] == ["talks by 'talks'; war by 'war'"] * 2
    assert [sample.article_id for sample in changed.lost_samples] == ["a2"]
    assert new.before is None
    assert same.before is not None
    assert (same.gained, same.lost, same.before.alerts) == (0, 0, 4)


def test_samples_are_the_same_whatever_the_order_and_no_more_than_asked_for() -> None:
    def sampled(numbers: Sequence[int]) -> set[str]:
        test = backtest(WatchRule(id="r", when="talks"), samples=5)
        for number in numbers:
            test.add(news(f"talks {number}", number), NOON)
        return {sample.article_id for sample in only(test.report()).samples}

    assert len(sampled(range(100))) == 5
    assert sampled(range(100)) == sampled(range(99, -1, -1))
    assert sampled(range(100)) != {f"a{number}" for number in range(5)}


def test_a_sample_shows_what_was_found() -> None:
    test = backtest(WatchRule(id="r", when="NATO + talks"))
    test.add(article("The [[NATO|org/nato]] talks " + "go on " * 50, source="Wire", language="en"), NOON)

    (sample,) = only(test.report()).samples
    assert sample.headline.startswith("The NATO talks go on")
    assert len(sample.headline) == 100
    assert (sample.at, sample.source, sample.language) == (NOON, "Wire", "en")
    assert sample.why == "NATO[org/nato] by 'NATO'; talks by 'talks'"


def test_an_article_that_comes_late_counts_at_the_time_of_the_one_before_it() -> None:
    test = backtest(WatchRule(id="r", when="talks", suppress=Suppress(for_="1h", by="rule")))
    test.add(news("talks", 1), NOON)
    test.add(news("talks more", 2), NOON - 5 * HOUR)

    report = test.report()
    assert (report.start, report.end) == (NOON, NOON)
    assert (only(report).alerts, only(report).held) == (1, 1)


@pytest.mark.parametrize(
    ("alerts", "span", "a_day", "low", "high"),
    [
        # Exact Poisson bounds: 0–3.69, 0.0253–5.57, 4.795–18.39, 81.36–121.6.
        (0, timedelta(days=1), 0, 0, 3.69),
        (1, timedelta(days=1), 1, 0.0253, 5.57),
        (10, timedelta(days=1), 10, 4.795, 18.39),
        (100, timedelta(days=1), 100, 81.36, 121.6),
        (10, timedelta(hours=6), 40, 19.18, 73.56),
    ],
)
def test_a_forecast_has_the_bounds_of_a_poisson_rate(
    alerts: int, span: timedelta, a_day: float, low: float, high: float
) -> None:
    found = forecast(alerts, span)

    assert found is not None
    assert found.a_day == pytest.approx(a_day)
    assert found.low == pytest.approx(low, rel=0.01, abs=0.03)
    assert found.high == pytest.approx(high, rel=0.01)


def test_no_forecast_is_made_from_a_few_minutes() -> None:
    assert forecast(5, timedelta(minutes=9)) is None
