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

# From about this many code points on, arrays are faster.
_LONG = 600


def _class_of(pattern: str, letters: str) -> str:
    """The code points that match, as ranges for a character class; ``letters`` has each code point at its own index."""
    runs = (match.span() for match in re.finditer(f"{pattern}+", letters))
    return "".join(f"{re.escape(chr(start))}-{re.escape(chr(end - 1))}" for start, end in runs)


def _joined_in(letters: str) -> str:
    """Characters that continue a word without being letters: combining marks (for Hindi), joiners, soft hyphen."""
    others = re.findall(rf"[^\w{UNSEGMENTED}\ud800-\uf8ff]", letters)
    return "\u00ad\u200d" + "".join(letter for letter in others if unicodedata.category(letter)[0] == "M")


# No language puts thirty marks on a letter, and normalising thousands takes quadratic time.
# Source: Unicode Standard Annex 15, Stream-Safe Text Format.
MOST_MARKS = 30
# Letters that fold to nothing, such as the Arabic tatweel, which only stretches a word, or to a blank, such as an
# Arabic vowel sign that stands alone. They continue a word and begin none, so a run of them alone is no word.
VANISHING = "\u0640\ufc5e-\ufc63\ufcf2-\ufcf4\ufe70-\ufe72\ufe74\ufe76-\ufe7f"
# Signs that belong to the word they touch: C++, C#, Disney+, AT&T.
SIGN = r"[+#&](?:(?<=[\w+#][+#])|(?<=\w&)(?=\w))"

# Nearly all texts are in the Basic Multilingual Plane. There a class that lists every excluded code point becomes a
# table for the matcher, which reads a word seven times as fast as ``\w`` with exceptions.
BASIC_PLANE = "".join(map(chr, range(0x10000)))
_SUPPLEMENTARY = "\U00010000-\U0010ffff"
JOINED = _joined_in(BASIC_PLANE)
_NO_LETTER = rf"[\W_{UNSEGMENTED}]"
_NO_FIRST_LETTER = rf"[\W_{UNSEGMENTED}{VANISHING}]"
_FIRST_LETTER = f"[^{_class_of(_NO_FIRST_LETTER, BASIC_PLANE)}{_SUPPLEMENTARY}]"
_LETTER_OR_JOINED = (
    f"[^{_class_of(_NO_LETTER, BASIC_PLANE.translate(dict.fromkeys(map(ord, JOINED), 'a')))}{_SUPPLEMENTARY}]"
)
_WORD = f"{_FIRST_LETTER}{_LETTER_OR_JOINED}*"
# A group, so that splitting keeps the tokens between the gaps.
_TOKEN = re.compile(f"({_WORD}|[{UNSEGMENTED}]|{SIGN})")
_UNSEGMENTED_LETTER = re.compile(f"[{UNSEGMENTED}]")
# Texts that need more: letters of other planes (not symbols), and too many marks. Most texts have neither.
_MARK_OR_SUPPLEMENTARY = re.compile(f"[{JOINED}{_SUPPLEMENTARY}]")
RARE_LETTER = re.compile("[\U00010000-\U0001f2ff\U0001fb00-\U0010ffff]")
MANY_MARKS = re.compile(f"[{JOINED}]{{{MOST_MARKS + 1}}}")


@cache
def _any_token() -> re.Pattern[str]:
    """Like ``_TOKEN``, for any text."""
    letters = rf"[^\W_{UNSEGMENTED}]"
    joined = f"[{_joined_in(''.join(map(chr, range(0x20000))))}]"
    word = rf"(?![{VANISHING}]){letters}+(?:{joined}{{1,{MOST_MARKS}}}{letters}+)*{joined}{{0,{MOST_MARKS}}}"
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
        letters: For each token its code point if it is a letter of an unsegmented script, else 0; None if there is no
            such letter, and for a short text.
    """

    words: list[str]
    starts: Sequence[int]
    ends: Sequence[int]
    letters: npt.NDArray[np.uint32] | None = None


def tokenize(text: str) -> Tokens:
    """Cut a text into words, signs attached to a word, and single characters of unsegmented scripts.

    Hyphens, apostrophes, dots and quotes separate: ``NATO-Gipfel`` is two tokens, ``l'Iran`` is two, ``U.S.`` is two.

    Returns:
        Tokens in order, never overlapping; ``text[start:end]`` is the word.
    """
    # Most texts of rules are one such word.
    if text.isascii() and text.isalnum():
        return Tokens([text], [(0, len(text))])
    cut = _cut(text)
    if cut is None:
        words, starts, ends = _matched(text)
    else:
        words, (starts, ends) = cut.words(), (bounds.tolist() for bounds in cut.bounds())
    return Tokens(words, list(zip(starts, ends, strict=True)))


def places_of(text: str) -> Places:
    """The tokens of ``tokenize``, in the form that is fastest to make."""
    cut = _cut(text)
    return Places(*_matched(text)) if cut is None else Places(cut.words(), *cut.bounds(), cut.letters())


def words_of(text: str) -> list[str]:
    """Only the words of ``tokenize``, which is faster, for texts whose offsets are seldom needed."""
    cut = _cut(text)
    return _pattern_for(text).findall(text) if cut is None else cut.words()


def spans_of(text: str) -> list[tuple[int, int]]:
    """Only the spans of ``tokenize``."""
    return tokenize(text).spans


def _matched(text: str) -> tuple[list[str], list[int], list[int]]:
    """The words of a text, the first code point of each and one past its last, found one by one with the expression."""
    pieces = _pattern_for(text).split(text)
    bounds = list(accumulate(map(len, pieces)))
    return pieces[1::2], bounds[:-1:2], bounds[1::2]


def _cut(text: str) -> Cut | None:
    """Cut a long text with arrays, if they are enough."""
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
