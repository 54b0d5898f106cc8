"""Endings by case, in the order nominative, genitive, dative, accusative, instrumental, locative."""

from __future__ import annotations

from collections.abc import Sequence

# One way through the cases; a word may have several.
Paradigm = tuple[str, str, str, str, str, str]


def paradigm(stem: str, endings: str) -> Paradigm:
    """Join a stem with six endings parted by spaces; ``-`` is the empty ending."""
    nominative, genitive, dative, accusative, instrumental, locative = (
        stem + ("" if ending == "-" else ending) for ending in endings.split(" ")
    )
    return nominative, genitive, dative, accusative, instrumental, locative


def fixed(word: str) -> list[Paradigm]:
    """The paradigm of a word that does not decline."""
    return [(word, word, word, word, word, word)]


def ends(word: str, suffixes: Sequence[str]) -> bool:
    """Whether a word ends in one of the suffixes, whatever its case."""
    return word.lower().endswith(tuple(suffixes))
