"""Run past articles through rules, one after the other in order of time, and count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple

from pipeline.alerts import AlertMemory, Decision
from pipeline.backtest.counts import RuleCounts, Samples, found
from pipeline.backtest.report import BacktestReport, Comparison, RuleReport
from pipeline.messages.alerts import EvaluatedArticle, Match
from pipeline.messages.articles import EnrichedArticle
from pipeline.rules import NearMiss, RuleIndex

# A repeated article comes soon after the first; remembering all articles would take unbounded memory.
_REMEMBERED_ARTICLES = 100_000


class Backtest:
    """Run past articles through rules, and through other versions of these rules.

    Alerts are counted as the alerts step would raise them: each article once, revisions that are news, less what the
    rule's ``suppress`` and ``limit`` hold back at the times of the articles.

    Args:
        rules: An index that holds the rules.
        versions: The version of each rule by its id, in the order of the report.
        before: An index that holds the other versions; None compares nothing.
        versions_before: The version of each rule that it holds.
        alert_memory_seconds: How far back an alert is remembered.
        samples: How many articles of each kind to show.
        near_misses: Whether to count what misses a rule by one clause, which takes longer than the matches.
    """

    def __init__(
        self,
        rules: RuleIndex,
        versions: Mapping[str, str],
        *,
        before: RuleIndex | None = None,
        versions_before: Mapping[str, str] | None = None,
        alert_memory_seconds: float = inf,
        samples: int = 3,
        near_misses: bool = True,
    ) -> None:
        self._after = _Version(rules, versions, alert_memory_seconds, samples)
        self._before = (
            None if before is None else _Version(before, versions_before or {}, alert_memory_seconds, samples)
        )
        self._differences = {rule_id: _Difference(samples) for rule_id in versions}
        self._near_misses = near_misses
        self._seen: dict[tuple[str, str], None] = {}
        self._articles = 0
        self._start: datetime | None = None
        self._end: datetime | None = None

    def add(self, article: EnrichedArticle, at: datetime) -> None:
        """Count the next article.

        Args:
            article: With its mentions.
            at: When it came. If it is earlier than the last article's time, the last article's time is used.

        Raises:
            Exception: A rule fails on it. The article is then not counted.
        """
        at = at.astimezone(UTC)
        at = max(at, self._end or at)
        key = (article.id, article.revision)
        is_repeat = key in self._seen
        # All that may fail comes before the first count.
        after = self._after.judge(article, at)
        before = None if self._before is None else self._before.judge(article, at)
        is_news = not is_repeat and article.status != "withdrawn"
        near_misses = self._after.near_misses(article) if is_news and self._near_misses else []
        self._start = self._start or at
        self._end = at
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED_ARTICLES:
            del self._seen[next(iter(self._seen))]
        self._articles += not is_repeat
        self._after.add(article, at, after, is_repeat=is_repeat)
        if self._before is not None and before is not None:
            self._before.add(article, at, before, is_repeat=is_repeat)
        self._after.add_near_misses(article, at, near_misses)
        if is_news and before is not None:
            self._compare(article, at, after.matches, before.matches)

    def report(self, *, start: datetime | None = None, end: datetime | None = None) -> BacktestReport:
        """Report what the rules have done.

        Args:
            start: Beginning of the time that the articles cover completely; None: the first article's time.
            end: End of that time; None: the last article's time.
        """
        rules = self._after.reports()
        comparisons: list[Comparison] = []
        if self._before is not None:
            known = {report.rule_id: report for report in self._before.reports()}
            comparisons = [
                self._differences[rule.rule_id].report(rule.rule_id, known.get(rule.rule_id)) for rule in rules
            ]
        return BacktestReport(
            articles=self._articles,
            start=self._start if start is None else start.astimezone(UTC),
            end=self._end if end is None else end.astimezone(UTC),
            rules=tuple(rules),
            comparisons=tuple(comparisons),
        )

    def _compare(
        self, article: EnrichedArticle, at: datetime, after: Mapping[str, Match], before: Mapping[str, Match]
    ) -> None:
        for rule_id in after.keys() ^ before.keys():
            difference = self._differences.get(rule_id)
            if difference is None:
                continue
            if rule_id in after:
                difference.gained(article, at, after[rule_id])
            else:
                difference.lost(article, at, before[rule_id])


class _Judgement(NamedTuple):
    """The matches of one article by their rules, of a withdrawal none, and what becomes of them."""

    matches: dict[str, Match]
    decisions: list[Decision]


class _Version:
    """One version of each rule, with its counts and its memory of alerts."""

    def __init__(
        self, index: RuleIndex, versions: Mapping[str, str], alert_memory_seconds: float, samples: int
    ) -> None:
        self._index = index
        self._counts = {rule_id: RuleCounts(rule_id, version, samples=samples) for rule_id, version in versions.items()}
        self._memory = AlertMemory(alert_memory_seconds)
        self._memory.load(0)

    def judge(self, article: EnrichedArticle, at: datetime) -> _Judgement:
        """What the rules make of an article; counts and remembers nothing yet."""
        draft = self._memory.draft(at)
        if article.status == "withdrawn":
            return _Judgement({}, draft.withdraw(0, article))
        matches = {match.rule.id: match for match in self._index.match(article, now=at)}
        decided = [draft.decide(0, match) for match in matches.values()]
        cleared = draft.clear(
            0, EvaluatedArticle.of(article, list(matches.values()), now=at), self._counts.__contains__
        )
        return _Judgement(matches, [*(decision for decision in decided if decision is not None), *cleared])

    def near_misses(self, article: EnrichedArticle) -> list[NearMiss]:
        """The rules that an article misses by one clause."""
        return list(self._index.near_misses(article))

    def add(self, article: EnrichedArticle, at: datetime, judged: _Judgement, *, is_repeat: bool) -> None:
        """Count an article and the alerts that its matches raise."""
        for rule_id in () if is_repeat else judged.matches:
            self._counts[rule_id].fired()
        for decision in judged.decisions:
            self._memory.remember(0, decision.past)
            self._counts[decision.alert.rule.id].decided(decision, article, at)

    def add_near_misses(self, article: EnrichedArticle, at: datetime, misses: Iterable[NearMiss]) -> None:
        """Count the rules that an article misses by one clause."""
        for miss in misses:
            self._counts[miss.rule_id].missed(article, at, miss.clause)

    def reports(self) -> list[RuleReport]:
        """One for each rule."""
        return [counts.report() for counts in self._counts.values()]


class _Difference:
    """The articles on which two versions of a rule differ."""

    def __init__(self, samples: int) -> None:
        self._gained = self._lost = 0
        self._gained_samples = Samples(samples)
        self._lost_samples = Samples(samples)

    def gained(self, article: EnrichedArticle, at: datetime, match: Match) -> None:
        """Count an article on which only the rule fires."""
        self._gained += 1
        self._gained_samples.offer(article, at, found(match.evidence))

    def lost(self, article: EnrichedArticle, at: datetime, match: Match) -> None:
        """Count an article on which only the other version fires."""
        self._lost += 1
        self._lost_samples.offer(article, at, found(match.evidence))

    def report(self, rule_id: str, before: RuleReport | None) -> Comparison:
        """The comparison for the report."""
        return Comparison(
            rule_id=rule_id,
            before=before,
            gained=self._gained,
            lost=self._lost,
            gained_samples=self._gained_samples.by_time(),
            lost_samples=self._lost_samples.by_time(),
        )
