"""Cut a text into tokens, with the offsets of each in the original."""

from __future__ import annotations

import re
import unicodedata
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
_WORD = rf"{_LETTERS}+(?:[{_joined_ranges()}]+{_LETTERS}*)*"
# Signs that belong to the word they touch: C++, C#, Disney+, AT&T.
_SIGN = r"(?<=[\w+#])[+#]|(?<=\w)&(?=\w)"
_TOKEN = re.compile(rf"{_WORD}|[{UNSEGMENTED}]|{_SIGN}")
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
    return Tokens(_TOKEN.findall(text), [match.span() for match in _TOKEN.finditer(text)])


def words_of(text: str) -> list[str]:
    """The words of ``tokenize`` alone, in half the time: for texts whose offsets few ask for."""
    return _TOKEN.findall(text)


def is_unsegmented(word: str) -> bool:
    """Whether a token is a character of a script written without spaces."""
    return _UNSEGMENTED_START.match(word) is not None
