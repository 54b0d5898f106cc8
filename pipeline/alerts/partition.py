"""The memory of one partition, filed by article, so that a withdrawal finds the rules that alerted on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.alerts.news import AlertOnArticle, is_known
from pipeline.alerts.past import PastAlert
from pipeline.alerts.quiet import RuleHistory
from pipeline.messages.alerts import MatchedRule

Lane = str
"""A rule's id, and apart from it that of its trial."""


def lane_of(rule: MatchedRule) -> Lane:
    """Shadow alerts are remembered apart: they neither repeat nor suppress those that people have seen."""
    return f"shadow/{rule.id}" if rule.mode == "shadow" else rule.id


class PartitionMemory:
    """The alerts of one partition of the matches.

    Args:
        memory_seconds: What lies further apart in time does not know of each other.
        below: What this one lies on top of: it is looked at and never changed.
    """

    def __init__(self, memory_seconds: float, below: PartitionMemory | None = None) -> None:
        self._memory_seconds = memory_seconds
        self._below = below
        # Both by when they were last told of, oldest first, so that what is too old is in front. What a clock that was
        # ahead has dated is kept as long as it says, and what stands behind it.
        self._articles: dict[bytes, dict[Lane, tuple[AlertOnArticle, ...]]] = {}
        self._rules: dict[Lane, RuleHistory] = {}

    def __len__(self) -> int:
        """How many pairs of a rule and an article are remembered here."""
        return sum(map(len, self._articles.values()))

    def alerts_on(self, article_key: bytes) -> Mapping[Lane, tuple[AlertOnArticle, ...]]:
        """What each rule has alerted on an article, raised and held back, in the order of time."""
        below = self._below.alerts_on(article_key) if self._below is not None else {}
        own = self._articles.get(article_key)
        if not own or not below:
            return own or below
        return {**below, **{lane: _in_order((*below.get(lane, ()), *alerts)) for lane, alerts in own.items()}}

    def histories(self, lane: Lane) -> tuple[RuleHistory, ...]:
        """The histories of a rule's alerts, here and below; each alert is in one of them."""
        own = self._rules.get(lane)
        below = self._below.histories(lane) if self._below is not None else ()
        return below if own is None else (own, *below)

    def remember(self, past: PastAlert) -> None:
        """This alert is in a topic; remembering it twice is remembering it once."""
        lane = lane_of(past.rule)
        # The earlier of two clocks: one that is ahead makes nothing forgotten.
        horizon = min(past.matched_at, past.raised_at) - self._memory_seconds
        key = past.article_key
        on_article = self._articles.get(key, {})
        alerts = [alert for alert in on_article.get(lane, ()) if alert.matched_at >= horizon]
        if is_known(alerts, past.kind, past.revision):
            return
        on_article[lane] = _in_order([*alerts, AlertOnArticle.of(past)])
        self._articles.pop(key, None)
        self._articles[key] = on_article
        history = self._rules.pop(lane, None) or RuleHistory(past)
        history.remember(past)
        history.forget_before(horizon)
        self._rules[lane] = history
        self._forget_before(horizon)

    def _forget_before(self, horizon: float) -> None:
        while self._articles:
            oldest = next(iter(self._articles))
            if max(alerts[-1].matched_at for alerts in self._articles[oldest].values()) >= horizon:
                break
            del self._articles[oldest]
        while self._rules:
            quietest = next(iter(self._rules))
            if self._rules[quietest].newest >= horizon:
                break
            del self._rules[quietest]


def _in_order(alerts: Sequence[AlertOnArticle]) -> tuple[AlertOnArticle, ...]:
    # Python's sort is stable: of one time, the last told is the last.
    return tuple(alerts) if len(alerts) == 1 else tuple(sorted(alerts, key=lambda alert: alert.matched_at))
