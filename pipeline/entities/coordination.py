"""Names that share a word with the one beside them: ``North and South Korea``, ``Nord- und Südkorea``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.entities.occurrences import FieldText
from pipeline.text.folding import fold

_CONJUNCTION_WORDS = (
    "and or und oder et ou y e o i и или та й і або és es vagy ja tai och eller og ve veya dan atau và va en of a nebo "
    "oraz lub și si sau και ή u ili и да"
)
_CONJUNCTIONS = frozenset(map(fold, _CONJUNCTION_WORDS.split()))
_PREPOSITIONS = frozenset({"de", "del", "do", "du", "da", "della", "des", "d", "van"})
_SHORTEST_REST = 4
# "Südkorea" shares "korea": of compounds, what is left behind the directions that news writes names with.
_DIRECTIONS = ("nord", "sud", "syd", "sor", "ost", "west", "vast", "vest", "zuid", "noord", "oost", "pohjois", "etela")


class SharedName(NamedTuple):
    """A name of which one word is written and the others are those of its neighbour.

    Attributes:
        token: The word that is written.
        words: All its words.
    """

    token: int
    words: tuple[str, ...]


def shared_names(field: FieldText, first: int, end: int) -> Iterator[SharedName]:
    """What may be named beside a name, by a word that is joined to it by ``and`` or ``or``.

    Args:
        field: The text.
        first: The name's first token.
        end: Behind its last.
    """
    words = field.words
    if first >= 2 and fold(words[first - 1]) in _CONJUNCTIONS and words[first - 2][0].isupper():
        before = words[first - 2]
        if end - first > 1:
            yield SharedName(first - 2, (before, *words[first + 1 : end]))
        elif field.gap_before(first - 1).startswith("-"):
            for rest in _behind_a_direction(words[first]):
                yield SharedName(first - 2, (before + rest,))
    if end - first > 1 and end + 1 < len(words) and fold(words[end]) in _CONJUNCTIONS:
        place = end + 2 if fold(words[end + 1]) in _PREPOSITIONS else end + 1
        if place < len(words):
            yield SharedName(place, (*words[first : end - 1], words[place]))


def _behind_a_direction(word: str) -> Iterator[str]:
    folded = fold(word)
    for direction in _DIRECTIONS:
        if folded.startswith(direction) and len(word) - len(direction) >= _SHORTEST_REST:
            yield word[len(direction) :]
