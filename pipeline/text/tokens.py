"""Cut a text into tokens, with the offsets of each in the original."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from pipeline.text.scripts import UNSEGMENTED


def _class_of(pattern: str, letters: str) -> str:
    """The code points that match, as ranges for a character class; each stands at its own place in ``letters``."""
    runs = (match.span() for match in re.finditer(f"{pattern}+", letters))
    return "".join(f"{re.escape(chr(start))}-{re.escape(chr(end - 1))}" for start, end in runs)


def _joined_in(letters: str) -> str:
    """What continues a word though no letter: combining marks (Hindi words would break), joiner, soft hyphen."""
    others = re.findall(rf"[^\w{UNSEGMENTED}\ud800-\uf8ff]", letters)
    return "\u00ad\u200d" + "".join(letter for letter in others if unicodedata.category(letter)[0] == "M")


# No language has thirty marks on a letter; to bring thousands in order takes time that grows with their square.
# Source: Unicode Standard Annex 15, Stream-Safe Text Format.
_MOST_MARKS = 30
# Signs that belong to the word they touch: C++, C#, Disney+, AT&T.
_SIGN = r"[+#&](?:(?<=[\w+#][+#])|(?<=\w&)(?=\w))"

# Nearly all texts are of the Basic Multilingual Plane. There a class that lists every code point that is not in it is a
# table for the matcher, and a word seven times as quick to read as one of ``\w`` and exceptions.
_BASIC = "".join(map(chr, range(0x10000)))
_SUPPLEMENTARY = "\U00010000-\U0010ffff"
_JOINED = _joined_in(_BASIC)
_NO_LETTER = rf"[\W_{UNSEGMENTED}]"
_LETTER = f"[^{_class_of(_NO_LETTER, _BASIC)}{_SUPPLEMENTARY}]"
_LETTER_OR_JOINED = (
    f"[^{_class_of(_NO_LETTER, _BASIC.translate(dict.fromkeys(map(ord, _JOINED), 'a')))}{_SUPPLEMENTARY}]"
)
_WORD = f"{_LETTER}{_LETTER_OR_JOINED}*"
# In groups, so that splitting keeps what stands between the gaps.
_TOKEN = re.compile(f"({_WORD}|[{UNSEGMENTED}]|{_SIGN})")
_TOKEN_OR_RUN = re.compile(f"({_WORD}|{_SIGN})|([{UNSEGMENTED}]+)")
_UNSEGMENTED_LETTER = re.compile(f"[{UNSEGMENTED}]")
# What needs more than that: letters of other planes (their symbols are none), and too many marks. Most texts hold
# neither the one nor a single mark.
_MARK_OR_SUPPLEMENTARY = re.compile(f"[{_JOINED}{_SUPPLEMENTARY}]")
_RARE_LETTER = re.compile("[\U00010000-\U0001f2ff\U0001fb00-\U0010ffff]")
_MANY_MARKS = re.compile(f"[{_JOINED}]{{{_MOST_MARKS + 1}}}")


@cache
def _any_token() -> re.Pattern[str]:
    """As ``_TOKEN``, for whatever a text holds."""
    letters = rf"[^\W_{UNSEGMENTED}]"
    joined = f"[{_joined_in(''.join(map(chr, range(0x20000))))}]"
    word = rf"{letters}+(?:{joined}{{1,{_MOST_MARKS}}}{letters}+)*{joined}{{0,{_MOST_MARKS}}}"
    return re.compile(rf"({word}|[{UNSEGMENTED}]|{_SIGN})")


class Tokens(NamedTuple):
    """The tokens of one text, as parallel lists.

    Attributes:
        words: Each token as written.
        spans: Its half-open (start, end) in code points of the text.
    """

    words: list[str]
    spans: list[tuple[int, int]]


class Places(NamedTuple):
    """The tokens of one text with their offsets, as parallel lists.

    Attributes:
        words: Each token as written.
        starts: The first code point of each.
        ends: One past the last of each.
    """

    words: list[str]
    starts: list[int]
    ends: list[int]


def tokenize(text: str) -> Tokens:
    """Cut a text into words, signs glued to a word, and single characters of unsegmented scripts.

    Hyphens, apostrophes, dots and quotes separate: ``NATO-Gipfel`` is two tokens, ``l'Iran`` is two, ``U.S.`` is two.

    Returns:
        Tokens in order, never overlapping; ``text[start:end]`` is the word.
    """
    # Most texts of a rule are one such word.
    if text.isascii() and text.isalnum():
        return Tokens([text], [(0, len(text))])
    places = places_of(text)
    return Tokens(places.words, list(zip(places.starts, places.ends, strict=True)))


def places_of(text: str) -> Places:
    """The tokens of ``tokenize``, in the form that is quickest to make."""
    pattern = _pattern_for(text)
    if pattern is not _TOKEN or not _UNSEGMENTED_LETTER.search(text):
        pieces = pattern.split(text)
        bounds = list(accumulate(map(len, pieces)))
        return Places(pieces[1::2], bounds[:-1:2], bounds[1::2])
    # Run by run: thousands of tokens of one letter need not be matched each by itself.
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    pieces = _TOKEN_OR_RUN.split(text)
    stop = 0
    for gap, word, run in zip(pieces[:-1:3], pieces[1::3], pieces[2::3], strict=True):
        start = stop + len(gap)
        stop = start + len(word or run)
        if word:
            words.append(word)
            starts.append(start)
            ends.append(stop)
        else:
            words += run
            starts += range(start, stop)
            ends += range(start + 1, stop + 1)
    return Places(words, starts, ends)


def words_of(text: str) -> list[str]:
    """The words of ``tokenize`` alone, in less time: for texts whose offsets few ask for."""
    return _pattern_for(text).findall(text)


def spans_of(text: str) -> list[tuple[int, int]]:
    """The spans of ``tokenize`` alone."""
    return tokenize(text).spans


def _pattern_for(text: str) -> re.Pattern[str]:
    if _MARK_OR_SUPPLEMENTARY.search(text) and (_RARE_LETTER.search(text) or _MANY_MARKS.search(text)):
        return _any_token()
    return _TOKEN


def is_unsegmented(word: str) -> bool:
    """Whether a token is a character of a script written without spaces."""
    return _UNSEGMENTED_LETTER.match(word) is not None
