"""Bound the number of time series for labels whose values are not known in advance."""

from __future__ import annotations

from collections.abc import Collection

OTHER = "other"
"""The label of all values over the limit."""

_LONGEST = 100


class BoundedLabels:
    """Gives the first values their own label, and ``other`` to all later ones.

    Args:
        limit: How many values get their own label.
        always: Values that get their own label beside these.
    """

    def __init__(self, limit: int, *, always: Collection[str] = ()) -> None:
        self._limit = limit + len(always)
        self._known = set(always)

    def label(self, value: str) -> str:
        """The label of a value, at most 100 code points long."""
        if value in self._known:
            return value
        value = value[:_LONGEST]
        if value not in self._known:
            if len(self._known) >= self._limit:
                return OTHER
            self._known.add(value)
        return value

    def forget(self, value: str) -> bool:
        """Free a value's label for another value; return whether it had one."""
        if value not in self._known:
            return False
        self._known.remove(value)
        return True
