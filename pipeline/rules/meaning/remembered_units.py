"""What words of rules were settled to before: rules ask for the same words again and again."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import count
from threading import Lock

from pipeline.rules.meaning.clauses import Clause

# Small dictionaries: one large one that makes room for more would hold up who matches.
_SHARDS = 256
_MAX_IN_SHARD = 1_024


class RememberedUnits:
    """Clauses by what was written and in which languages, as long as the knowledge base stays the same."""

    def __init__(self) -> None:
        self._clauses: tuple[dict[Hashable, Clause], ...] = tuple({} for _ in range(_SHARDS))
        self._settings: dict[Hashable, int] = {}
        self._numbers = count()
        self._lock = Lock()

    def setting(self, *values: Hashable) -> int:
        """A number for all else that decides what a unit means, such as the rule's languages."""
        # Threads may ask at once: a number that is not needed is left out, and none is given twice.
        return self._settings.setdefault(values, next(self._numbers))

    def get(self, key: Hashable) -> Clause | None:
        """What a unit was settled to, or None."""
        return self._clauses[hash(key) % _SHARDS].get(key)

    def add(self, key: Hashable, clause: Clause) -> None:
        """Remember a unit that raised no doubt, and forget an old one."""
        clauses = self._clauses[hash(key) % _SHARDS]
        with self._lock:
            if len(clauses) >= _MAX_IN_SHARD:
                del clauses[next(iter(clauses))]
            clauses[key] = clause
