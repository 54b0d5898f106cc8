"""Count what a rule does over past articles, and keep samples to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import blake2b
from heapq import heappush, heappushpop

from pipeline.alerts import Decision, takes_back
from pipeline.backtest.report import NearMissCount, RuleReport, Sample
from pipeline.messages.alerts import Evidence
from pipeline.messages.articles import EnrichedArticle

_HEADLINE_CODE_POINTS = 100


class Samples:
    """A uniform sample of fixed size; the same articles always give the same sample.

    Args:
        most: Size of the sample.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # The smallest digests are kept, the largest of them in front.
        self._kept: list[tuple[int, str, Sample]] = []

    def offer(self, article: EnrichedArticle, at: datetime, why: str) -> None:
        """Consider one article for the sample."""
        if not self._most:
            return
        key = f"{article.id}\0{article.revision}"
        digest = -int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")
        if len(self._kept) == self._most and digest < self._kept[0][0]:
            return
        entry = (digest, key, _sample(article, at, why))
        if any(kept[:2] == entry[:2] for kept in self._kept):
            return
        if len(self._kept) < self._most:
            heappush(self._kept, entry)
        else:
            heappushpop(self._kept, entry)

    def by_time(self) -> tuple[Sample, ...]:
        """The sample, oldest article first."""
        return tuple(sorted((sample for _, _, sample in self._kept), key=lambda sample: (sample.at, sample.article_id)))


class RuleCounts:
    """What one version of a rule has done so far."""

    def __init__(self, rule_id: str, version: str, *, samples: int) -> None:
        self._rule_id = rule_id
        self._version = version
        self._fired = self._held = 0
        self._alerts: Counter[str] = Counter()
        self._days: Counter[date] = Counter()
        self._samples = Samples(samples)
        self._missed: Counter[str] = Counter()
        self._missed_samples = Samples(samples)

    def fired(self) -> None:
        """Count a revision of an article that the rule fired on."""
        self._fired += 1

    def decided(self, decision: Decision, article: EnrichedArticle, at: datetime) -> None:
        """Count an alert of the rule that was raised or held back."""
        alert = decision.alert
        if decision.destination == "held":
            self._held += 1
            return
        self._alerts[alert.kind] += 1
        if not takes_back(alert.kind):
            self._days[at.date()] += 1
            self._samples.offer(article, at, found(alert.evidence))

    def missed(self, article: EnrichedArticle, at: datetime, clause: str) -> None:
        """Count an article that missed the rule by one clause."""
        self._missed[clause] += 1
        self._missed_samples.offer(article, at, missing(clause))

    def report(self) -> RuleReport:
        """The counts and samples so far."""
        return RuleReport(
            rule_id=self._rule_id,
            version=self._version,
            fired=self._fired,
            alerts=self._alerts["matched"] + self._alerts["updated"],
            updated=self._alerts["updated"],
            cleared=self._alerts["cleared"],
            withdrawn=self._alerts["withdrawn"],
            held=self._held,
            days=dict(sorted(self._days.items())),
            samples=self._samples.by_time(),
            near_misses=tuple(
                NearMissCount(clause=clause, articles=count)
                for clause, count in sorted(self._missed.items(), key=lambda item: (-item[1], item[0]))
            ),
            near_miss_samples=self._missed_samples.by_time(),
        )


def found(evidence: Iterable[Evidence]) -> str:
    """The texts found for each clause, each once."""
    by_clause: dict[str, dict[str, None]] = {}
    for item in evidence:
        by_clause.setdefault(item.clause, {})[item.text] = None
    return "; ".join(f"{clause} by {', '.join(map(repr, texts))}" for clause, texts in by_clause.items())


def missing(clause: str) -> str:
    """The clause that was missing, or the NOT that blocked the rule."""
    blocking = clause.removeprefix("NOT ")
    return f"not found: {clause}" if blocking == clause else f"excluded: {blocking}"


def _sample(article: EnrichedArticle, at: datetime, why: str) -> Sample:
    headline = " ".join((article.title or article.body[: 2 * _HEADLINE_CODE_POINTS]).split())
    if len(headline) > _HEADLINE_CODE_POINTS:
        headline = headline[: _HEADLINE_CODE_POINTS - 1] + "…"
    return Sample(
        at=at,
        article_id=article.id,
        headline=headline,
        language=article.language.tag,
        source=article.source,
        why=why,
    )
