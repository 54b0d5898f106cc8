"""Names that share a word with the one beside them: ``North and South Korea``, ``Nord- und Südkorea``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from pipeline.concepts import Kind
from pipeline.concepts.concept import primary_subtag
from pipeline.entities.linking.occurrences import FieldText
from pipeline.text.folding import fold
from pipeline.text.word_lists import read_word_list

_BLANKS = re.compile(r"[ \u00a0\u202f]*\n?[ \u00a0\u202f]*")
_BLANKS_BEHIND_A_HYPHEN = re.compile(r"[-‐‑] ")
_LONGEST_ENDING = 4
_SHORTEST_REST = 4
_PLACES: frozenset[Kind] = frozenset({"country", "region", "city"})
_PEOPLE: frozenset[Kind] = frozenset({"person"})


class SharedName(NamedTuple):
    """A name of which one word is written and the others are those of its neighbour.

    Attributes:
        token: The word that is written.
        words: All its words.
        kinds: What both names are.
    """

    token: int
    words: tuple[str, ...]
    kinds: frozenset[Kind]


class Coordination:
    """How a language joins two names that share a word.

    Args:
        conjunctions: Between the two.
        directions: The words that places share the others of their name beside, without their endings.
        prepositions: What may stand between conjunction and direction: ``Corea del Norte y del Sur``.
    """

    def __init__(self, conjunctions: Iterable[str], directions: Iterable[str], prepositions: Iterable[str]) -> None:
        self._conjunctions = frozenset(map(fold, conjunctions))
        self._directions = tuple(map(fold, directions))
        self._prepositions = frozenset(map(fold, prepositions))

    def shared_names(self, field: FieldText, first: int, end: int) -> Iterator[SharedName]:
        """What may be named beside a name, by a word that is joined to it by ``and`` or ``or``.

        Args:
            field: The text.
            first: The name's first token.
            end: Behind its last.
        """
        words = field.words
        if first >= 2 and words[first - 2][0].isupper() and self._joins(field, first - 1):
            yield from self._before(field, first, end)
        if end - first > 1 and end + 1 < len(words) and self._is_a_direction(words[end - 1]):
            yield from self._behind(field, first, end)

    def _before(self, field: FieldText, first: int, end: int) -> Iterator[SharedName]:
        before, name = field.words[first - 2], field.words[first:end]
        is_cut = _BLANKS_BEHIND_A_HYPHEN.fullmatch(field.gap_before(first - 1)) is not None
        if not is_cut and not _is_blank(field, first - 1):
            return
        are_directions = self._is_a_direction(before) and self._is_a_direction(name[0])
        if len(name) > 1:
            if are_directions or not is_cut:
                yield SharedName(first - 2, (before, *name[1:]), _PLACES if are_directions else _PEOPLE)
        elif is_cut and self._is_a_direction(before):
            folded = fold(name[0])
            for direction in self._directions:
                if folded.startswith(direction) and len(folded) - len(direction) >= _SHORTEST_REST:
                    yield SharedName(first - 2, (before + folded.removeprefix(direction),), _PLACES)

    def _behind(self, field: FieldText, first: int, end: int) -> Iterator[SharedName]:
        words = field.words
        if not self._joins(field, end) or not _is_blank(field, end):
            return
        place = end + 1
        if fold(words[place]) in self._prepositions and place + 1 < len(words) and _is_blank(field, place + 1):
            place += 1
        goes_on = place + 1 < len(words) and words[place + 1][0].isupper() and not field.ends_a_clause(place + 1)
        if words[place][0].isupper() and self._is_a_direction(words[place]) and not goes_on:
            yield SharedName(place, (*words[first : end - 1], words[place]), _PLACES)

    def _joins(self, field: FieldText, token: int) -> bool:
        return fold(field.words[token]) in self._conjunctions and _is_blank(field, token + 1)

    def _is_a_direction(self, word: str) -> bool:
        folded = fold(word)
        return any(
            folded.startswith(direction) and len(folded) - len(direction) <= _LONGEST_ENDING
            for direction in self._directions
        )


def coordination_in(language: str) -> Coordination | None:
    """How a language joins names, by its BCP 47 tag; None where names share nothing that is known."""
    return _coordination(primary_subtag(language))


@cache
def _coordination(language: str) -> Coordination | None:
    words = read_word_list(__package__, "coordination")
    conjunctions = words.get(f"conjunctions-{language}")
    if conjunctions is None:
        return None
    return Coordination(conjunctions, words[f"directions-{language}"], words.get(f"prepositions-{language}", ()))


def _is_blank(field: FieldText, token: int) -> bool:
    return _BLANKS.fullmatch(field.gap_before(token)) is not None
