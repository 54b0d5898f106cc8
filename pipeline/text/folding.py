"""Fold a token so that spellings of the same word are equal: case, width, accents, vowel signs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not decompose, and letters that newsrooms use interchangeably.
# Combining marks stay where they are letters of their own: й, Thai and Hindi vowels, dakuten.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
        "ß": "ss",
        "ё": "е",
        "ґ": "г",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ـ": None,
        "\u00ad": None,
        "\u200d": None,
    }
)

LONGEST_REMEMBERED = 100
"""Longest token, in code points, that a memo keeps: longer ones do not recur and would fill the memory."""


def _fold_letter(letter: str) -> str:
    """One letter of Latin or Greek without its accents; any other letter as it is."""
    code = ord(letter)
    if 0xC0 <= code < 0x400 or 0x1E00 <= code < 0x2000:
        base = unicodedata.normalize("NFD", letter)[0]
        return base if base.isalpha() else letter
    return letter


def _is_dropped_mark(letter: str, after: str) -> bool:
    """Whether folding drops a combining mark: on Latin and Greek letters, Hebrew points, Arabic vowel signs."""
    code = ord(letter)
    if 0x0591 <= code <= 0x05C7 or 0x064B <= code <= 0x0652 or code == 0x0670:
        return True
    return 0x300 <= code <= 0x36F and (not after or ord(after) < 0x400 or 0x1E00 <= ord(after) < 0x2000)


def fold(word: str) -> str:
    """The form of a token that comparison uses.

    Case, full and half width, accents of Latin and Greek letters, Turkish dots, Hebrew points, Arabic vowel signs and
    hamza carriers make no difference. ``й``, Indic and Thai vowel signs and dakuten do.

    Args:
        word: One token, or any text whose tokens are to be folded alike.

    Returns:
        Folded text; folding it again changes nothing. May be longer or shorter than the word (``ß`` becomes ``ss``).

    Source: Unicode Standard Annex 15 (NFKC) and section 5.18 (case folding).
    """
    if word.isascii():
        return word.lower()
    return _remembered(word) if len(word) <= LONGEST_REMEMBERED else _folded(word)


def _folded(word: str) -> str:
    return word.translate(_BY_LETTER) if _FOLDS_BY_LETTER.fullmatch(word) else _folded_as_a_whole(word)


def _folded_as_a_whole(word: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    letters: list[str] = []
    for letter in folded:
        if unicodedata.category(letter) == "Mn" and _is_dropped_mark(letter, letters[-1][-1] if letters else ""):
            continue
        letters.append(_fold_letter(letter))
    result = "".join(letters).translate(_LETTERS)
    return result if result == word or result.isascii() else _folded_as_a_whole(result)


# Latin, Greek and Cyrillic without combining marks: each letter folds independently of its neighbours.
_FOLDS_BY_LETTER = re.compile("[\x00-\x7f\u00c0-\u02af\u0386-\u0481\u048a-\u052f]+")


class _Letters(dict[int, str]):
    """Folded letters by code point, each computed when first needed."""

    def __missing__(self, code: int) -> str:
        letter = self[code] = _folded_as_a_whole(chr(code))
        return letter


_BY_LETTER = _Letters()

# Full after a few hundred articles, so that a process soon reaches its final size.
_remembered = lru_cache(maxsize=32_768)(_folded)


def fingerprint(*texts: str) -> str:
    """Recognise a reprinted text: 16 hex digits, equal where only case, width, accents and spaces differ.

    Args:
        texts: Such as title and body; the border between them counts.
    """
    hasher = hashlib.sha256()
    for text in texts:
        for word in text.split():
            hasher.update(fold(word).encode() + b" ")
        hasher.update(b"\0")
    return hasher.hexdigest()[:16]
