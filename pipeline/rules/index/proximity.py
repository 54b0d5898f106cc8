"""NEAR: which places of two operands stand near each other in one text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Protocol, TypeVar

from pipeline.rules.meaning.clauses import NearClause
from pipeline.text.sentences import paragraph_ends, sentence_ends
from pipeline.text.tokens import Tokens, is_unsegmented

# Distances are counted in half words, since two characters of an unsegmented script count as one.
_WORD = 2
_CHARACTER = 1


class Spanned(Protocol):
    """A place with offsets; those in a text have them."""

    @property
    def start(self) -> int | None:
        """First code point."""
        ...

    @property
    def end(self) -> int | None:
        """One past the last code point."""
        ...


_Place = TypeVar("_Place", bound=Spanned)


class TextPlaces:
    """Distances in one text."""

    def __init__(self, text: str, tokens: Tokens) -> None:
        self._text = text
        self._tokens = tokens

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._tokens.spans]

    @cached_property
    def _ends(self) -> list[int]:
        return [end for _, end in self._tokens.spans]

    @cached_property
    def _half_words(self) -> list[int]:
        """How many half words stand before each token; a sign such as that of ``C++`` counts as none."""
        sizes = (
            _CHARACTER if is_unsegmented(word) else _WORD * any(map(str.isalnum, word)) for word in self._tokens.words
        )
        return [0, *accumulate(sizes)]

    @cached_property
    def _boundaries(self) -> dict[str, list[int]]:
        return {"s": sentence_ends(self._text), "p": paragraph_ends(self._text)}

    def half_words_between(self, start: int, end: int) -> int:
        """Half words between two offsets: tokens that lie there whole."""
        first = bisect_left(self._starts, start)
        last = bisect_right(self._ends, end)
        return self._half_words[last] - self._half_words[first] if last > first else 0

    def are_together(self, start: int, end: int, unit: str) -> bool:
        """Whether no sentence (``s``) or paragraph (``p``) ends between two offsets."""
        ends = self._boundaries[unit]
        return bisect_right(ends, start) == bisect_left(ends, end)


def pairs(left: Sequence[_Place], right: Sequence[_Place], clause: NearClause, text: TextPlaces) -> Iterator[_Place]:
    """The places that prove NEAR: each of the first operand's that has a partner, in order, and its nearest partner.

    Args:
        left: Places of the first operand in one text.
        right: Places of the second.
        clause: How near they must be.
        text: That text.

    Yields:
        Each place once.
    """
    by_start = sorted(right, key=_span)
    by_end = sorted(right, key=lambda place: (_span(place)[1], -_span(place)[0]))
    starts = [_span(place)[0] for place in by_start]
    ends = [_span(place)[1] for place in by_end]
    shown: set[tuple[int, int]] = set()
    for place in sorted(left, key=_span):
        start, end = _span(place)
        behind = (by_start[at] for at in range(bisect_left(starts, end), len(starts)))
        partners = [*_first_near(place, behind, clause, text)]
        if not clause.ordered:
            before = (by_end[at] for at in range(bisect_right(ends, start) - 1, -1, -1))
            partners += _first_near(place, before, clause, text)
        if partners:
            partner = min(partners, key=lambda other: (_gap(start, end, other), _span(other)))
            for each in (place, partner):
                if _span(each) not in shown:
                    shown.add(_span(each))
                    yield each


def _first_near(place: _Place, others: Iterable[_Place], clause: NearClause, text: TextPlaces) -> Iterator[_Place]:
    """The nearest place on one side that is near enough, or nothing; ``others`` come nearest first."""
    start, end = _span(place)
    for other in others:
        other_start, other_end = _span(other)
        if isinstance(clause.reach, int):
            first, last = (end, other_start) if other_start >= end else (other_end, start)
            if text.half_words_between(first, last) <= _WORD * clause.reach:
                yield other
            return
        if text.are_together(min(start, other_start), max(end, other_end), clause.reach):
            yield other
            return
        nearest = (start, other_start + 1) if other_start >= end else (other_end - 1, end)
        if not text.are_together(*nearest, clause.reach):
            return


def _gap(start: int, end: int, other: Spanned) -> int:
    other_start, other_end = _span(other)
    return other_start - end if other_start >= end else start - other_end


def _span(place: Spanned) -> tuple[int, int]:
    if place.start is None or place.end is None:
        raise ValueError("a place without offsets is near nothing")
    return place.start, place.end
