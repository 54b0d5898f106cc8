"""The letters of names as the models read and write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Set as AbstractSet

# Hangul as its letters: initial, vowel, final. The silent initial ieung is left out, and restored where a vowel follows
# no initial.
_SILENT_INITIAL = "\u110b"
_INITIALS = ("\u1100", "\u1112")
_VOWELS = ("\u1161", "\u1175")

# Marks in names that no spelling shows.
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻ`´′ʹʿʾ", "'"))


def latin_letters(word: str, known: AbstractSet[str]) -> str:
    """A Latin word in a model's letters: lower case, without accents that the model does not know."""
    letters: list[str] = []
    for letter in unicodedata.normalize("NFC", word.lower()).translate(_APOSTROPHES):
        if letter in known:
            letters.append(letter)
            continue
        plain = unicodedata.normalize("NFKD", letter)[0]
        if plain in known:
            letters.append(plain)
    return "".join(letters)


def hangul_letters(word: str) -> str:
    """Hangul syllables as letters, without the silent initials."""
    return unicodedata.normalize("NFD", word).replace(_SILENT_INITIAL, "")


def hangul_syllables(letters: str) -> str:
    """The inverse of ``hangul_letters``; letters that make no syllable stay as they are."""
    full: list[str] = []
    for letter in letters:
        if _VOWELS[0] <= letter <= _VOWELS[1] and not (full and _INITIALS[0] <= full[-1] <= _INITIALS[1]):
            full.append(_SILENT_INITIAL)
        full.append(letter)
    return unicodedata.normalize("NFC", "".join(full))


def is_hangul_word(word: str) -> bool:
    """Whether every character is a whole syllable."""
    return all("\uac00" <= letter <= "\ud7a3" for letter in word)
