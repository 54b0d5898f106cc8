"""Spell whole names: only first and last name together make an unlisted spelling trustworthy."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import product

from pipeline.text.scripts import script_of
from pipeline.transliteration.graphones import Spelling
from pipeline.transliteration.writings import Writing, romanise_word, spell_word

# Spaces, hyphens and dots of all scripts separate the words of a name; an apostrophe is part of a word.
_PARTING = re.compile(r"[\s\u00b7\u2027\u30fb\uff65=＝\u2010-\u2015-]+")
_INITIAL = re.compile(r"\w\.?|(?:\w\.)+")
_BETWEEN: Mapping[Writing, str] = {"han": "·", "han-traditional": "·", "kana": "・"}

_CASED = frozenset({"latin", "cyrillic", "greek"})
_ARMENIAN = frozenset(map(chr, range(0x561, 0x588)))

# How many spellings of each word are combined with those of the others.
_SPELLINGS_OF_A_WORD = 12
_MOST_WORDS = 4


def name_words(name: str) -> tuple[str, ...]:
    """The words of a person's name without initials, which are seldom written in another script."""
    return tuple(word for word in _PARTING.split(name.strip()) if word and not _INITIAL.fullmatch(word))


def spell_name(name: str, writing: Writing, limit: int, least_confidence: float = 0.0) -> list[Spelling]:
    """The likeliest spellings of a whole name.

    Args:
        name: Given name, then family name; Latin, or the Russian spelling, as for ``spell_word``.
        writing: How it is to be written.
        limit: At most so many.
        least_confidence: Less likely ones are left out.

    Returns:
        Spellings in the order of the words, with capitals where newspapers use them, likeliest first. A name's
        confidence is the product of its words' confidences. Empty for a name of more than four words or with a word
        that cannot be spelled.
    """
    words = name_words(name)
    ways = [spell_word(word, writing, _SPELLINGS_OF_A_WORD) for word in words[: _MOST_WORDS + 1]]
    return _put_together(ways, _BETWEEN.get(writing, " "), limit, least_confidence)


def romanise_name(name: str, limit: int, least_confidence: float = 0.0) -> list[Spelling]:
    """The likeliest Latin spellings of a name in Cyrillic, Arabic, Hebrew, Han, kana or Hangul; as ``spell_name``."""
    words = name_words(name)
    ways = [romanise_word(word, script_of(word[0]), _SPELLINGS_OF_A_WORD) for word in words[: _MOST_WORDS + 1]]
    return _put_together(ways, " ", limit, least_confidence)


def _put_together(
    ways: Sequence[Sequence[Spelling]], between: str, limit: int, least_confidence: float
) -> list[Spelling]:
    """Combine the spellings of the words to whole names, likeliest first; ties in alphabetical order."""
    if not 0 < len(ways) <= _MOST_WORDS:
        return []
    names = (
        Spelling(between.join(_capitalised(word.text) for word in words), math.prod(word.confidence for word in words))
        for words in product(*ways)
    )
    likely = (name for name in names if name.confidence >= least_confidence)
    return sorted(likely, key=lambda name: (-name.confidence, name.text))[:limit]


def _capitalised(word: str) -> str:
    # Georgian has capitals in Unicode and none in its newspapers.
    return word[:1].upper() + word[1:] if script_of(word[:1] or " ") in _CASED or word[:1] in _ARMENIAN else word
