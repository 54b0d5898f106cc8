"""Count matches and near misses by rule.

Every loaded rule counts from 0 on, so that one that never fires can be seen. A near miss is an article that misses a
rule by one clause, which its author may want to widen; a sample of the articles is looked at.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Protocol

import prometheus_client

from pipeline import metrics
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.canary_rule import CANARY_RULE
from pipeline.messages.rules import WatchRule
from pipeline.rules import NearMiss, Requirements
from pipeline.streaming.observability.log_context import place_of
from pipeline.streaming.stores.rule_reader import RuleSink
from pipeline.topology import RULES_STEP

log = logging.getLogger(__name__)

# Many rules are tried on an article that is looked at, where a match tries few: of the time it may take this share.
_SHARE_OF_TIME = 0.01
_LEAST_SECONDS = 1.0
# So many take longer than a batch may be held up.
_MOST_RULES = 10_000


class RuleCounters:
    """The counters of the rules in one index; rules go through here on their way to it.

    Args:
        index: Where the rules go.
        limit: How many rules have counters of their own; a rule that is removed makes room for another.
    """

    def __init__(self, index: RuleSink, limit: int) -> None:
        self._index = index
        self._labels = metrics.BoundedLabels(limit)
        self._latest = ""
        self._lock = Lock()
        metrics.NEAR_MISS_SAMPLES.labels(RULES_STEP.name)

    def add(self, rule: WatchRule, requirements: Requirements | None = None, /) -> None:
        """Put a rule into the index, and its counters at 0."""
        self._index.add(rule, requirements)
        with self._lock:
            label = self._labels.label(rule.id)
            # Of a million rules most share one label: to look for its counters each time would show when loading.
            if label != self._latest:
                self._latest = label
                metrics.MATCHES.labels(label)
                metrics.NEAR_MISSES.labels(label)

    def remove(self, rule_id: str, /) -> None:
        """Take a rule and its counters away."""
        self._index.remove(rule_id)
        with self._lock:
            if self._labels.forget(rule_id):
                self._latest = ""
                metrics.MATCHES.remove(rule_id)
                metrics.NEAR_MISSES.remove(rule_id)

    def count_matches(self, rule_keys: Iterable[bytes | None]) -> None:
        """Count matches, given by the keys of their messages: the rules' ids."""
        self._count(metrics.MATCHES, (key.decode() for key in rule_keys if key is not None))

    def count_near_misses(self, rule_ids: Iterable[str]) -> None:
        """Count what one sampled article misses by one clause."""
        metrics.NEAR_MISS_SAMPLES.labels(RULES_STEP.name).inc()
        self._count(metrics.NEAR_MISSES, rule_ids)

    def _count(self, metric: prometheus_client.Counter, rule_ids: Iterable[str]) -> None:
        counts = Counter(rule_id for rule_id in rule_ids if rule_id != CANARY_RULE.id)
        with self._lock:
            for rule_id, count in counts.items():
                metric.labels(self._labels.label(rule_id)).inc(count)


class Rules(Protocol):
    """Rules that tell their near misses; see ``pipeline.rules.RuleIndex``."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def prepare_near_misses(self) -> None:
        """Do what takes long the first time."""
        ...

    def near_misses(self, article: EnrichedArticle, /) -> Sequence[NearMiss]:
        """Every rule that the article misses by exactly one clause."""
        ...

    def forget_near_misses(self) -> None:
        """Give back the memory that telling them takes."""
        ...


class NearMissSampler:
    """Counts the near misses of at most one article a second; a look that fails is logged and costs the sample alone.

    It is made when the rules are loaded, and prepares them for the first look before articles wait for it.
    """

    def __init__(self, rules: Rules, counters: RuleCounters, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._counters = counters
        self._clock = clock
        self._next_at = clock()
        if len(rules) <= _MOST_RULES:
            try:
                rules.prepare_near_misses()
            except Exception as error:  # noqa: BLE001 - articles are matched without it
                log.error("cannot prepare near misses: %s", place_of(error))  # noqa: TRY400 - as below

    def offer(self, article: EnrichedArticle) -> None:
        """Look at this article, if it is time for one."""
        started = self._clock()
        if started < self._next_at:
            return
        # Set before the look: one that fails is not repeated with every try of its batch.
        self._next_at = started + _LEAST_SECONDS
        if len(self._rules) > _MOST_RULES:
            self._rules.forget_near_misses()
            return
        try:
            missed = self._rules.near_misses(article)
        except Exception as error:  # noqa: BLE001 - whatever it is, the article is not at fault for a look at it
            # By its place alone: an error's text may quote the article.
            log.error("article %s is left out of the sample of near misses: %s", article.id, place_of(error))  # noqa: TRY400
            return
        took = self._clock() - started
        self._next_at = started + max(_LEAST_SECONDS, took / _SHARE_OF_TIME)
        self._counters.count_near_misses(miss.rule_id for miss in missed)
