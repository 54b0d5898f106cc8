"""Cut a text into tokens, with the offsets of each in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from pipeline.text.scripts import UNSEGMENTED

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from pipeline.text.array_tokens import Cut

# From about this length on, in code points, arrays are quicker.
_LONG = 600


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
SIGN = r"[+#&](?:(?<=[\w+#][+#])|(?<=\w&)(?=\w))"

# Nearly all texts are of the Basic Multilingual Plane. There a class that lists every code point that is not in it is a
# table for the matcher, and a word seven times as quick to read as one of ``\w`` and exceptions.
BASIC_PLANE = "".join(map(chr, range(0x10000)))
_SUPPLEMENTARY = "\U00010000-\U0010ffff"
JOINED = _joined_in(BASIC_PLANE)
_NO_LETTER = rf"[\W_{UNSEGMENTED}]"
_LETTER = f"[^{_class_of(_NO_LETTER, BASIC_PLANE)}{_SUPPLEMENTARY}]"
_LETTER_OR_JOINED = (
    f"[^{_class_of(_NO_LETTER, BASIC_PLANE.translate(dict.fromkeys(map(ord, JOINED), 'a')))}{_SUPPLEMENTARY}]"
)
_WORD = f"{_LETTER}{_LETTER_OR_JOINED}*"
# In a group, so that splitting keeps the tokens between the gaps.
_TOKEN = re.compile(f"({_WORD}|[{UNSEGMENTED}]|{SIGN})")
_UNSEGMENTED_LETTER = re.compile(f"[{UNSEGMENTED}]")
# What needs more than that: letters of other planes (their symbols are none), and too many marks. Most texts hold
# neither the one nor a single mark.
_MARK_OR_SUPPLEMENTARY = re.compile(f"[{JOINED}{_SUPPLEMENTARY}]")
RARE_LETTER = re.compile("[\U00010000-\U0001f2ff\U0001fb00-\U0010ffff]")
MANY_MARKS = re.compile(f"[{JOINED}]{{{_MOST_MARKS + 1}}}")


@cache
def _any_token() -> re.Pattern[str]:
    """As ``_TOKEN``, for whatever a text holds."""
    letters = rf"[^\W_{UNSEGMENTED}]"
    joined = f"[{_joined_in(''.join(map(chr, range(0x20000))))}]"
    word = rf"{letters}+(?:{joined}{{1,{_MOST_MARKS}}}{letters}+)*{joined}{{0,{_MOST_MARKS}}}"
    return re.compile(rf"({word}|[{UNSEGMENTED}]|{SIGN})")


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
        letters: Of each its code point where it is a letter of an unsegmented script, else 0; None where there is no
            such letter, and for a short text.
    """

    words: list[str]
    starts: Sequence[int]
    ends: Sequence[int]
    letters: npt.NDArray[np.uint32] | None = None


def tokenize(text: str) -> Tokens:
    """Cut a text into words, signs glued to a word, and single characters of unsegmented scripts.

    Hyphens, apostrophes, dots and quotes separate: ``NATO-Gipfel`` is two tokens, ``l'Iran`` is two, ``U.S.`` is two.

    Returns:
        Tokens in order, never overlapping; ``text[start:end]`` is the word.
    """
    # Most texts of a rule are one such word.
    if text.isascii() and text.isalnum():
        return Tokens([text], [(0, len(text))])
    cut = _cut(text)
    if cut is None:
        words, starts, ends = _matched(text)
    else:
        words, (starts, ends) = cut.words(), (bounds.tolist() for bounds in cut.bounds())
    return Tokens(words, list(zip(starts, ends, strict=True)))


def places_of(text: str) -> Places:
    """The tokens of ``tokenize``, in the form that is quickest to make."""
    cut = _cut(text)
    return Places(*_matched(text)) if cut is None else Places(cut.words(), *cut.bounds(), cut.letters())


def words_of(text: str) -> list[str]:
    """The words of ``tokenize`` alone, in less time: for texts whose offsets few ask for."""
    cut = _cut(text)
    return _pattern_for(text).findall(text) if cut is None else cut.words()


def spans_of(text: str) -> list[tuple[int, int]]:
    """The spans of ``tokenize`` alone."""
    return tokenize(text).spans


def _matched(text: str) -> tuple[list[str], list[int], list[int]]:
    """The words of a text, the first code point of each, and one past its last: matched in turn."""
    pieces = _pattern_for(text).split(text)
    bounds = list(accumulate(map(len, pieces)))
    return pieces[1::2], bounds[:-1:2], bounds[1::2]


def _cut(text: str) -> Cut | None:
    """A long text cut by arrays, where that is enough."""
    if len(text) < _LONG:
        return None
    from pipeline.text import array_tokens  # noqa: PLC0415 - loads numpy

    return array_tokens.cut(text)


def _pattern_for(text: str) -> re.Pattern[str]:
    if _MARK_OR_SUPPLEMENTARY.search(text) and (RARE_LETTER.search(text) or MANY_MARKS.search(text)):
        return _any_token()
    return _TOKEN


def is_unsegmented(word: str) -> bool:
    """Whether a token is a character of a script written without spaces."""
    return _UNSEGMENTED_LETTER.match(word) is not None
