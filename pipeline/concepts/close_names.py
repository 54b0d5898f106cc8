"""Names that are written nearly as somebody wrote: one or two letters otherwise."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

# One letter of a shorter name makes another word of it, and two of one that is not longer.
_SHORTEST = 5
_SHORTEST_WITH_TWO = 9


class CloseNames:
    """Finds the nearest of many names, of those that begin with the same letter, which hardly anybody gets wrong.

    Args:
        numbers: Names as folded words with single spaces in between, each with a number.
    """

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._names = sorted(numbers, key=_order)
        self._numbers = [numbers[name] for name in self._names]

    def of(self, name: str) -> Iterator[tuple[int, int]]:
        """The names near a word, each with its distance in letters and its number."""
        most = _most_letters(len(name))
        if not most:
            return
        first, end = (
            bisect_left(self._names, (name[:1], length), key=_order)
            for length in (len(name) - most, len(name) + most + 1)
        )
        alike = process.extract_iter(name, self._names[first:end], scorer=OSA.distance, score_cutoff=most)
        for _, letters, place in alike:
            yield letters, self._numbers[first + place]


def distance(first: str, second: str) -> int:
    """How many letters are put in, left out, replaced, or change places with the next, to make one word of another.

    Source: the optimal string alignment distance, after Damerau (1964).
    """
    return OSA.distance(first, second)


def _most_letters(length: int) -> int:
    """How many letters of a name of this length may be wrong."""
    if length < _SHORTEST:
        return 0
    return 1 if length < _SHORTEST_WITH_TWO else 2


def _order(name: str) -> tuple[str, int]:
    return name[:1], len(name)
