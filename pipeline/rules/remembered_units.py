"""What words of rules were settled to before: rules ask for the same words again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from pipeline.rules.clauses import Clause

_MAX_REMEMBERED = 262_144


class RememberedUnits:
    """Clauses by what was written and in which languages, as long as the knowledge base stays the same."""

    def __init__(self) -> None:
        self._clauses: OrderedDict[Hashable, Clause] = OrderedDict()
        self._settings: dict[Hashable, int] = {}

    def setting(self, *values: Hashable) -> int:
        """A number for all else that decides what a unit means, such as the rule's languages."""
        return self._settings.setdefault(values, len(self._settings))

    def get(self, key: Hashable) -> Clause | None:
        """What a unit was settled to, or None."""
        return self._clauses.get(key)

    def add(self, key: Hashable, clause: Clause) -> None:
        """Remember a unit that raised no doubt, and forget the oldest: all at once would hold up who matches."""
        if len(self._clauses) >= _MAX_REMEMBERED:
            self._clauses.popitem(last=False)
        self._clauses[key] = clause
