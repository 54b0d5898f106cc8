"""Stem words, to find their inflected forms: ``sanctions`` and ``sanction`` have the same stem."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import Stemmer

from pipeline.text.folding import fold

# Source: the Snowball algorithms, by the ISO 639-1 codes of their languages. Persian, Czech and Polish came last.
_ALGORITHMS: Mapping[str, str] = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# Bokmål and Nynorsk have one algorithm.
_SAME = {"nb": "no", "nn": "no"}

STEMMED_LANGUAGES = tuple(sorted(_ALGORITHMS))
"""Two-letter codes of the languages whose words can be stemmed; ``no`` covers both kinds of Norwegian."""


def stemming_language(tag: str) -> str | None:
    """Which of ``STEMMED_LANGUAGES`` a language tag belongs to, or None."""
    primary = tag.partition("-")[0].lower()
    primary = _SAME.get(primary, primary)
    return primary if primary in _ALGORITHMS else None


def stem(word: str, language: str) -> str:
    """The folded stem of a token.

    Args:
        word: One token as written: the algorithms read accents, so it is not folded before.
        language: One of ``STEMMED_LANGUAGES``.

    Raises:
        KeyError: No algorithm stems that language.

    Source: M. F. Porter, Snowball (2001), and its algorithms since.
    """
    stemmer = _stemmer(_ALGORITHMS[language])
    if language == "tr":
        return fold(_turkish_stem(word.replace("I", "ı").replace("İ", "i").lower(), stemmer))
    return fold(stemmer.stemWord(word.lower()))


def _turkish_stem(word: str, stemmer: Stemmer.Stemmer) -> str:
    """Stem until nothing changes: ``depremler`` gives ``deprem``, which gives ``depre``."""
    while (shorter := stemmer.stemWord(word)) != word:
        word = shorter
    return word


@cache
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    # The stemmer's own cache is off: callers that stem many words cache them.
    return Stemmer.Stemmer(algorithm, 0)
