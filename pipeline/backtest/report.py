"""The report of a back-test: one entry for each rule."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt
from typing import NamedTuple

from msgspec import Struct

from pipeline.messages.articles import Instant

_DAY = timedelta(days=1)
# Below this a rate by the day is a guess.
_SHORTEST = timedelta(minutes=10)
# Two-sided 95 % of the normal distribution.
_Z = 1.96


class Sample(Struct, frozen=True, kw_only=True):
    """One article of many, for a person to look at.

    Attributes:
        at: When the article arrived.
        headline: Its title, or the beginning of its text.
        why: What was found for each clause, or what was missing.
    """

    at: Instant
    article_id: str
    headline: str
    language: str
    source: str
    why: str


class NearMissCount(Struct, frozen=True, kw_only=True):
    """How many articles satisfied all clauses of a rule but one.

    Attributes:
        clause: The clause that was missing, in canonical form; a clause that begins with NOT was present and blocked
            the rule.
    """

    clause: str
    articles: int


class Forecast(NamedTuple):
    """Alerts a day, with the bounds of a 95 % interval."""

    a_day: float
    low: float
    high: float


class RuleReport(Struct, frozen=True, kw_only=True):
    """What one rule would have done.

    Attributes:
        version: Of its document.
        fired: On how many revisions of articles.
        alerts: How many alerts it would have raised: each article once, and again when a revision was news.
        updated: How many of these alerts are about a newer revision.
        cleared: How many alerts a newer revision would have taken back.
        withdrawn: How many alerts a withdrawal would have taken back.
        held: How many would have been held back by the rule's ``suppress`` and ``limit``.
        days: Alerts by day, UTC; days without alerts are left out.
        samples: Some of the alerts, drawn evenly.
        near_misses: What articles missed by one clause, most often first.
        near_miss_samples: Some of these articles.
    """

    rule_id: str
    version: str
    fired: int = 0
    alerts: int = 0
    updated: int = 0
    cleared: int = 0
    withdrawn: int = 0
    held: int = 0
    days: dict[date, int] = {}
    samples: tuple[Sample, ...] = ()
    near_misses: tuple[NearMissCount, ...] = ()
    near_miss_samples: tuple[Sample, ...] = ()

    @property
    def near_miss_count(self) -> int:
        """How many articles missed by one clause."""
        return sum(missed.articles for missed in self.near_misses)


class Comparison(Struct, frozen=True, kw_only=True):
    """A rule compared with another version of it, on the same articles.

    Attributes:
        before: What the other version would have done; None if the rule is new.
        gained: On how many revisions of articles only the rule fires.
        lost: On how many only the other version does.
        gained_samples: Samples of ``gained``.
        lost_samples: Samples of ``lost``.
    """

    rule_id: str
    before: RuleReport | None
    gained: int = 0
    lost: int = 0
    gained_samples: tuple[Sample, ...] = ()
    lost_samples: tuple[Sample, ...] = ()


class BacktestReport(Struct, frozen=True, kw_only=True):
    """What rules would have done on past articles.

    Attributes:
        articles: How many revisions of articles there were.
        start: Beginning of the time covered.
        end: End of the time covered.
        rules: In the order given.
        comparisons: One for each rule, in the same order; empty where nothing was compared.
    """

    articles: int
    start: Instant | None
    end: Instant | None
    rules: tuple[RuleReport, ...]
    comparisons: tuple[Comparison, ...] = ()

    @property
    def span(self) -> timedelta:
        """Length of the time covered."""
        return timedelta(0) if self.start is None or self.end is None else self.end - self.start

    def forecast(self, rule: RuleReport) -> Forecast | None:
        """Expected alerts a day if the news stay as they are; None if the time covered is too short to tell."""
        return forecast(rule.alerts, self.span)

    def days(self) -> list[date]:
        """Every day of the time covered, UTC."""
        if self.start is None or self.end is None:
            return []
        first, last = self.start.date(), self.end.date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def forecast(alerts: int, span: timedelta) -> Forecast | None:
    """The rate of alerts with its 95 % interval, assuming that alerts come independently of each other.

    Args:
        alerts: Number of alerts.
        span: Time in which they came.

    Source: Byar's approximation of the Poisson interval (Rothman and Boice, Epidemiologic Analysis with a Programmable
    Calculator, 1979).
    """
    if span < _SHORTEST:
        return None
    days = span / _DAY
    low = alerts * (1 - 1 / (9 * alerts) - _Z / (3 * sqrt(alerts))) ** 3 if alerts else 0.0
    high = (alerts + 1) * (1 - 1 / (9 * (alerts + 1)) + _Z / (3 * sqrt(alerts + 1))) ** 3
    return Forecast(alerts / days, low / days, high / days)
