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

RARE_LETTER = re.compile("[\U00010000-\U0001f2ff\U0001fb00-\U0010ffff]")
"""A letter of another plane than the basic one, and no symbol: few texts have any, and these need more."""

_UNSEGMENTED_LETTER = re.compile(f"[{UNSEGMENTED}]")


class TokenExpressions(NamedTuple):
    """How tokens are found in nearly all texts.

    Attributes:
        token: A token, as a group, so that splitting keeps the tokens between the gaps.
        joined: The characters of the Basic Multilingual Plane that continue a word without being letters.
        joined_or_rare: One of these, or a character of another plane: most texts have neither.
        many_marks: More marks than ``MOST_MARKS``.
    """

    token: re.Pattern[str]
    joined: str
    joined_or_rare: re.Pattern[str]
    many_marks: re.Pattern[str]


@cache
def basic_plane() -> str:
    """Every code point of the Basic Multilingual Plane."""
    return "".join(map(chr, range(0x10000)))


@cache
def token_expressions() -> TokenExpressions:
    """Put together at first use, since it takes longer than most modules take to load."""
    # Nearly all texts are in the Basic Multilingual Plane. There a class that lists every excluded code point becomes a
    # table for the matcher, which reads a word seven times as fast as ``\w`` with exceptions.
    plane, supplementary = basic_plane(), "\U00010000-\U0010ffff"
    joined = _joined_in(plane)
    no_letter = _class_of(rf"[\W_{UNSEGMENTED}]", plane.translate(dict.fromkeys(map(ord, joined), "a")))
    no_first_letter = _class_of(rf"[\W_{UNSEGMENTED}{VANISHING}]", plane)
    word = f"[^{no_first_letter}{supplementary}][^{no_letter}{supplementary}]*"
    return TokenExpressions(
        token=re.compile(f"({word}|[{UNSEGMENTED}]|{SIGN})"),
        joined=joined,
        joined_or_rare=re.compile(f"[{joined}{supplementary}]"),
        many_marks=re.compile(f"[{joined}]{{{MOST_MARKS + 1}}}"),
    )


@cache
def _any_token() -> re.Pattern[str]:
    """A token of any text; takes a multiple of the time."""
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
    token, _, joined_or_rare, many_marks = token_expressions()
    if joined_or_rare.search(text) and (RARE_LETTER.search(text) or many_marks.search(text)):
        return _any_token()
    return token


def is_unsegmented(word: str) -> bool:
    """Whether a token is a character of a script written without spaces."""
    return _UNSEGMENTED_LETTER.match(word) is not None
