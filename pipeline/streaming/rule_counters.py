"""Count matches by rule: every loaded rule from 0 on, so that one that never fires can be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Lock
from typing import Protocol

from pipeline import metrics
from pipeline.messages.canary import CANARY_RULE
from pipeline.messages.rules import WatchRule
from pipeline.streaming.bounded_labels import BoundedLabels

_CANARY_KEY = CANARY_RULE.id.encode()


class RuleIndex(Protocol):
    """What rules are put into; see ``pipeline.rules.RuleIndex``."""

    def add(self, rule: WatchRule, /) -> object:
        """Match this rule from now on."""
        ...

    def remove(self, rule_id: str, /) -> object:
        """Match it no longer."""
        ...


class RuleCounters:
    """The counters of the rules in one index; rules go through here on their way to it.

    Args:
        index: Where the rules go.
        limit: How many rules have counters of their own; a rule that is removed makes room for another.
    """

    def __init__(self, index: RuleIndex, limit: int) -> None:
        self._index = index
        self._labels = BoundedLabels(limit)
        self._lock = Lock()

    def add(self, rule: WatchRule, /) -> None:
        """Put a rule into the index, and its counters at 0."""
        self._index.add(rule)
        with self._lock:
            metrics.MATCHES.labels(self._labels.label(rule.id))

    def remove(self, rule_id: str, /) -> None:
        """Take a rule and its counters away."""
        self._index.remove(rule_id)
        with self._lock:
            if self._labels.forget(rule_id):
                metrics.MATCHES.remove(rule_id)

    def count_matches(self, rule_keys: Iterable[bytes | None]) -> None:
        """Count matches, given by the keys of their messages: the rules' ids."""
        counts = Counter(key for key in rule_keys if key is not None and key != _CANARY_KEY)
        with self._lock:
            for key, count in counts.items():
                metrics.MATCHES.labels(self._labels.label(key.decode())).inc(count)
