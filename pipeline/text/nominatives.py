"""Possible nominatives of an inflected name: Путин for Путина, Kowalska for Kowalskiej, بوتين for وبوتين."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.text.clitics import without_particles, without_proclitics
from pipeline.text.inflection import inflection_of
from pipeline.text.scripts import script_of

# Shorter than for inflection, since the caller looks for a given name: Ян for Яна.
_SHORTEST_STEM = 2
# Hungarian "with" doubles the last consonant: Rehnquisttel, Hollomannal.
_WITH = re.compile(r"(?<=[a-z]{2})([b-df-hj-np-tvwxz])\1[ae]l$")
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
    "sr": ("а",),
    "sr-Latn": ("a",),
    "uk": ("е", "о"),
    "ru": ("е", "о"),
    "be": ("е", "о"),
}
_VOWELS = frozenset("aeiouyаеиоуыэюяіїє")
_POSSESSIVE = tuple(
    (ending, nominative)
    for ending, nominative in (
        *((f"ev{tail}", "") for tail in ("", "a", "e", "i", "o", "u", "og", "oga", "om", "oj", "im", "ih")),
        *((f"in{tail}", "a") for tail in ("", "a", "e", "i", "o", "u", "og", "oga", "om", "oj", "im", "ih")),
    )
)
_FINNISH_CASES = ["n", "en", "ssa", "sta", "lla", "lta", "lle", "na", "ksi"]
# Endings before which the consonant changes, and what the name ends in: Robercie, Robert; Virtasen, Virtanen.
_CHANGED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "pl": (
        *(("scie", "st" + end) for end in ("", "a")),
        *(("cie", "t" + end) for end in ("", "a")),
        *(("dzie", "d" + end) for end in ("", "a")),
        *(("rze", "r" + end) for end in ("", "a")),
        ("ce", "ka"),
        ("dze", "ga"),
        ("sze", "cha"),
    ),
    "cs": (("ce", "ka"), ("ze", "ha"), ("ze", "ga"), ("se", "cha")),
    "uk": (("ці", "ка"), ("зі", "га"), ("сі", "ха")),
    "fi": (
        *((f"se{case}", "nen") for case in _FINNISH_CASES),
        *((f"kse{case}", "s") for case in _FINNISH_CASES),
        ("sta", "nen"),
    ),
    **dict.fromkeys(("hr", "bs", "sl", "sr-Latn"), _POSSESSIVE),
}


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
    spoken = language.partition("-")[0]
    if spoken == "sr" and script_of(word[0]) == "latin":
        spoken = language = "sr-Latn"
    rules = inflection_of(language)
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
    for ending, nominative in _CHANGED.get(spoken, ()):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            yield word[: -len(ending)] + nominative
    if spoken == "hu" and _WITH.search(word):
        yield word[:-3]
