"""Keep the number of time series bounded where others choose a label's values."""

from __future__ import annotations

from collections.abc import Collection

OTHER = "other"
"""The value under which all that is over the limit is counted."""

_LONGEST = 100


class BoundedLabels:
    """Gives the first values that come a label of their own, and ``other`` to all that come later.

    Args:
        limit: How many values have a label of their own.
        always: Values that have one beside these.
    """

    def __init__(self, limit: int, *, always: Collection[str] = ()) -> None:
        self._limit = limit + len(always)
        self._known = set(always)

    def label(self, value: str) -> str:
        """The label under which a value counts, at most 100 code points long."""
        if value in self._known:
            return value
        value = value[:_LONGEST]
        if value not in self._known:
            if len(self._known) >= self._limit:
                return OTHER
            self._known.add(value)
        return value

    def forget(self, value: str) -> bool:
        """Make room for another; whether the value had a label of its own."""
        if value not in self._known:
            return False
        self._known.remove(value)
        return True
