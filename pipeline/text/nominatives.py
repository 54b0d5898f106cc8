"""What an inflected name may be in the nominative: Путина is Путин, Kowalskiej Kowalska, وبوتين بوتين."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.text.clitics import without_particles, without_proclitics
from pipeline.text.inflection import inflection_of

# Shorter than elsewhere, since a name is asked for: Яна is Ян.
_SHORTEST_STEM = 2


def nominatives(word: str, language: str) -> tuple[str, ...]:
    """The names that a word of a text may be a form of.

    Args:
        word: One folded word.
        language: BCP 47 tag of the text; where it does not inflect, or cannot be told, only clitics are taken off.

    Returns:
        The word itself first, each once. Most are no names at all: whoever asks knows the names.
    """
    return tuple(
        dict.fromkeys(
            (word, *without_proclitics(word, language), *without_particles(word), *_without_tail(word, language))
        )
    )


def _without_tail(word: str, language: str) -> Iterator[str]:
    rules = inflection_of(language)
    longest = max(map(len, rules.tails), default=0)
    for length in range(1, min(longest, len(word) - _SHORTEST_STEM) + 1):
        stem, tail = word[:-length], word[-length:]
        if tail in rules.tails:
            yield stem
            for ending in rules.dropped:
                yield stem + ending
