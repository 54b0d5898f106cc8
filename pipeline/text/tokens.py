"""Cut a text into tokens, with the offsets of each in the original."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate
from typing import NamedTuple

from pipeline.text.scripts import UNSEGMENTED


def _joined_ranges() -> str:
    """What continues a word though no letter: combining marks (Hindi words would break), joiner, soft hyphen."""
    unsegmented = re.compile(f"[{UNSEGMENTED}]")
    ranges: list[tuple[int, int]] = [(0xAD, 0xAD), (0x200D, 0x200D)]
    for code in range(0x300, 0x20000):
        if unicodedata.category(chr(code))[0] == "M" and not unsegmented.match(chr(code)):
            if ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_LETTERS = rf"[^\W_{UNSEGMENTED}]"
_JOINED = f"[{_joined_ranges()}]"
# No language has thirty marks on a letter; to bring thousands in order takes time that grows with their square.
# Source: Unicode Standard Annex 15, Stream-Safe Text Format.
_WORD = rf"{_LETTERS}+(?:{_JOINED}{{1,30}}{_LETTERS}+)*{_JOINED}{{0,30}}"
# Signs that belong to the word they touch: C++, C#, Disney+, AT&T.
_SIGN = r"(?<=[\w+#])[+#]|(?<=\w)&(?=\w)"
# In a group, so that splitting keeps the tokens between the gaps.
_TOKEN = re.compile(rf"({_WORD}|[{UNSEGMENTED}]|{_SIGN})")
# Most articles hold nothing of what makes the rest of the pattern necessary, and then a simpler one is twice as fast.
# A few wide ranges that cover all of it: many narrow ones would cost more to look for than they save.
_NEEDS_MORE = re.compile("[#&+\u00ad\u0300-\u036f\u0483-\u0489\u0530-\u1dff\u200d\u20d0-\u20ff\u2c00-\U0010ffff]")
_PLAIN_TOKEN = re.compile(r"([^\W_]+)")
_UNSEGMENTED_START = re.compile(f"[{UNSEGMENTED}]")


class Tokens(NamedTuple):
    """The tokens of one text, as parallel lists.

    Attributes:
        words: Each token as written.
        spans: Its half-open (start, end) in code points of the text.
    """

    words: list[str]
    spans: list[tuple[int, int]]


def tokenize(text: str) -> Tokens:
    """Cut a text into words, signs glued to a word, and single characters of unsegmented scripts.

    Hyphens, apostrophes, dots and quotes separate: ``NATO-Gipfel`` is two tokens, ``l'Iran`` is two, ``U.S.`` is two.

    Returns:
        Tokens in order, never overlapping; ``text[start:end]`` is the word.
    """
    # Most texts of a rule are one such word.
    if text.isascii() and text.isalnum():
        return Tokens([text], [(0, len(text))])
    pieces = pieces_of(text)
    bounds = list(accumulate(map(len, pieces)))
    return Tokens(pieces[1::2], list(zip(bounds[::2], bounds[1::2], strict=False)))


def pieces_of(text: str) -> list[str]:
    """The text cut at both ends of each of its tokens: a gap, a token, a gap, and so on, the last of them a gap.

    Returns:
        Pieces that together are the text; a gap may be empty.
    """
    return _pattern_for(text).split(text)


def words_of(text: str) -> list[str]:
    """The words of ``tokenize`` alone, in half the time: for texts whose offsets few ask for."""
    return _pattern_for(text).findall(text)


def spans_of(text: str) -> list[tuple[int, int]]:
    """The spans of ``tokenize`` alone."""
    return [match.span() for match in _pattern_for(text).finditer(text)]


def _pattern_for(text: str) -> re.Pattern[str]:
    return _TOKEN if _NEEDS_MORE.search(text) else _PLAIN_TOKEN


def is_unsegmented(word: str) -> bool:
    """Whether a token is a character of a script written without spaces."""
    return _UNSEGMENTED_START.match(word) is not None
