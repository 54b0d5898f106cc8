"""Possible nominatives of an inflected name: Путин for Путина, Kowalska for Kowalskiej, بوتين for وبوتين."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.text.clitics import without_particles, without_proclitics
from pipeline.text.inflection import inflection_of

# Shorter than for inflection, since the caller looks for a given name: Ян for Яна.
_SHORTEST_STEM = 2
# Nominatives of surnames that are adjectives, which names of places hardly are: Ковальская, Толстой.
_OF_SURNAMES: Mapping[str, tuple[str, ...]] = {
    "ru": ("ая", "яя", "ой"),
    "be": ("ая", "яя"),
}
# The vowel that leaves a name with its ending: Korbanek, Korbanka; Павел, Павла.
_FLEETING: Mapping[str, tuple[str, ...]] = {
    "pl": ("e", "ie"),
    "cs": ("e",),
    "sk": ("e", "o"),
    "sl": ("e",),
    "hr": ("a",),
    "bs": ("a",),
    "sr": ("а", "a"),
    "uk": ("е", "о"),
    "ru": ("е", "о"),
    "be": ("е", "о"),
}
_VOWELS = frozenset("aeiouyаеиоуыэюяіїє")


def nominatives(word: str, language: str) -> tuple[str, ...]:
    """The nominatives of which a word of a text may be a form.

    Args:
        word: One folded word.
        language: BCP 47 tag of the text; if it does not inflect, or is ``und``, only clitics are removed.

    Returns:
        The word itself first, each once. Most are not names; the caller looks them up.
    """
    return tuple(
        dict.fromkeys(
            (word, *without_proclitics(word, language), *without_particles(word), *_without_tail(word, language))
        )
    )


def _without_tail(word: str, language: str) -> Iterator[str]:
    rules = inflection_of(language)
    spoken = language.partition("-")[0]
    longest = max(map(len, rules.tails), default=0)
    for length in range(1, min(longest, len(word) - _SHORTEST_STEM) + 1):
        stem, tail = word[:-length], word[-length:]
        if tail in rules.tails:
            yield stem
            for ending in (*rules.dropped, *_OF_SURNAMES.get(spoken, ())):
                yield stem + ending
            if len(stem) > _SHORTEST_STEM and not _VOWELS & set(stem[-2:]):
                for vowel in _FLEETING.get(spoken, ()):
                    yield stem[:-1] + vowel + stem[-1]
