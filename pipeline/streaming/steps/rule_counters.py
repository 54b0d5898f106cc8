"""Count matches and near misses by rule: every loaded rule from 0 on, so that one that never fires can be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Lock

import prometheus_client

from pipeline import metrics
from pipeline.messages.canary_rule import CANARY_RULE
from pipeline.messages.rules import WatchRule
from pipeline.rules import Requirements
from pipeline.streaming.observability.bounded_labels import BoundedLabels
from pipeline.streaming.stores.rule_reader import RuleSink
from pipeline.topology import RULES_STEP


class RuleCounters:
    """The counters of the rules in one index; rules go through here on their way to it.

    Args:
        index: Where the rules go.
        limit: How many rules have counters of their own; a rule that is removed makes room for another.
    """

    def __init__(self, index: RuleSink, limit: int) -> None:
        self._index = index
        self._labels = BoundedLabels(limit)
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
