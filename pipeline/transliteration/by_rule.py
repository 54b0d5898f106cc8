"""Spell a word by a table of replacements, the usual one first; the tables are in ``word_lists``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from heapq import nlargest
from operator import attrgetter
from typing import NamedTuple

from pipeline.text.word_lists import read_word_list
from pipeline.transliteration.graphones import Spelling

# Each further way to write the same letters is this many times as likely as the one before it.
_NEXT_WAY = 0.35
_BEAM = 40
# A key that begins with this mark matches only at the beginning of a word, one that ends with it only at the end.
_BEGINNING, _END = "^", "$"
_OR = "|"


class _Way(NamedTuple):
    written: str
    likelihood: float


class RewritingTable:
    """Letters to the ways of writing them.

    Args:
        ways: Letters to their spellings in order, separated by ``|``; an empty spelling drops the letters. If several
            keys fit, the longest counts, and of equally long ones that at an end of the word.
    """

    def __init__(self, ways: Mapping[str, str]) -> None:
        self._ways = {key: _weighed(options) for key, options in ways.items()}
        self._longest = max(len(key.strip(_BEGINNING + _END)) for key in ways)

    def spell(self, word: str, limit: int) -> list[Spelling]:
        """The likeliest spellings of a word, best first; letters that are not in the table are left out."""
        found = [_Way("", 1.0)]
        place = 0
        while place < len(word):
            length, ways = self._at(word, place)
            place += length
            found = _best(
                [_Way(way.written + more.written, way.likelihood * more.likelihood) for way in found for more in ways],
                _BEAM,
            )
        return [Spelling(way.written, way.likelihood) for way in _best(found, limit) if way.written]

    def _at(self, word: str, place: int) -> tuple[int, tuple[_Way, ...]]:
        for length in range(min(self._longest, len(word) - place), 0, -1):
            for key in _keys(word, place, length):
                if key in self._ways:
                    return length, self._ways[key]
        return 1, (_Way("", 1.0),)


@cache
def rewriting_table(*names: str) -> RewritingTable:
    """Join lists of ``word_lists/rewriting-tables.yaml``, which says how they are written."""
    lists = read_word_list(__package__, "rewriting-tables")
    return RewritingTable(dict(entry.split("=") for name in names for entry in lists[name]))


def _keys(word: str, place: int, length: int) -> Iterator[str]:
    letters = word[place : place + length]
    before = _BEGINNING if place == 0 else ""
    after = _END if place + length == len(word) else ""
    yield from dict.fromkeys((before + letters + after, before + letters, letters + after, letters))


def _weighed(options: str) -> tuple[_Way, ...]:
    written = options.split(_OR)
    weights = [_NEXT_WAY**rank for rank in range(len(written))]
    return tuple(_Way(text, weight / sum(weights)) for text, weight in zip(written, weights, strict=True))


def _best(ways: list[_Way], limit: int) -> list[_Way]:
    """Each text once with its summed likelihood, likeliest first; ties in the order found."""
    totals: dict[str, float] = {}
    for way in ways:
        totals[way.written] = totals.get(way.written, 0.0) + way.likelihood
    return nlargest(limit, (_Way(text, total) for text, total in totals.items()), key=attrgetter("likelihood"))
