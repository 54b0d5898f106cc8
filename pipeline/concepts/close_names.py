"""Names that are written nearly as somebody wrote: one or two letters otherwise."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

# Letters are counted in so many classes; those of one alphabet hardly share any.
_CLASSES = 32
# One letter of a shorter name makes another word of it, and two of one that is not longer.
_SHORTEST = 5
_SHORTEST_WITH_TWO = 9


class CloseNames:
    """Finds the nearest of many names, of those that begin with the same letter, which hardly anybody gets wrong.

    A letter put in, left out or put in the place of another changes by two at most how often letters stand in a name,
    and letters that change places change nothing: only names of nearly the same letters are compared one by one.

    Args:
        numbers: Names as folded words with single spaces in between, each with a number.
    """

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._names = sorted(numbers, key=lambda name: (name[:1], len(name)))
        self._numbers = [numbers[name] for name in self._names]
        lengths = np.fromiter(map(len, self._names), np.int64, len(self._names))
        owners = np.repeat(np.arange(len(lengths)), lengths)
        counts = np.bincount(owners * _CLASSES + _classes("".join(self._names)), minlength=len(lengths) * _CLASSES)
        self._counts = counts.astype(np.int16).reshape(-1, _CLASSES)

    def of(self, name: str) -> Iterator[tuple[int, int]]:
        """The names near one that is none of them: how many letters off, and the number."""
        most = _most_letters(len(name))
        if not most:
            return
        first, end = (
            bisect_left(self._names, (name[:1], length), key=lambda known: (known[:1], len(known)))
            for length in (len(name) - most, len(name) + most + 1)
        )
        asked = np.bincount(_classes(name), minlength=_CLASSES)
        differing = np.abs(self._counts[first:end] - asked).sum(axis=1)
        for place in (np.flatnonzero(differing <= 2 * most) + first).tolist():
            letters = distance(name, self._names[place])
            if letters <= most:
                yield letters, self._numbers[place]


def distance(first: str, second: str) -> int:
    """How many letters are put in, left out, replaced, or change places with the next, to make one word of another.

    Source: the optimal string alignment distance, after Damerau (1964).
    """
    before: list[int] = []
    above = list(range(len(second) + 1))
    for row, letter in enumerate(first, 1):
        current = [row]
        for column, other in enumerate(second, 1):
            cost = min(above[column] + 1, current[column - 1] + 1, above[column - 1] + (letter != other))
            if row > 1 < column and letter == second[column - 2] and first[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, above = above, current
    return above[-1]


def _most_letters(length: int) -> int:
    """How many letters of a name of this length may be wrong."""
    if length < _SHORTEST:
        return 0
    return 1 if length < _SHORTEST_WITH_TWO else 2


def _classes(text: str) -> npt.NDArray[np.int64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64) % _CLASSES
