"""Find the ends of sentences and paragraphs."""

from __future__ import annotations

import re
from functools import cache

from pipeline.text.word_lists import read_word_list

# An end mark, closing quotes and brackets, and a blank; in scripts without blanks no blank is needed.
_END = re.compile(
    r"""
    \r?\n | [\u0085\u2028\u2029]
    | [。！？｡]+ [」』）〉》”’"']*
    | [.!?…؟۔।॥։።]+ ["'”’»)\]]* (?=\s)
    """,
    re.VERBOSE,
)
_PARAGRAPH_END = re.compile(r"\r?\n|[\u0085\u2028\u2029]")
_LONGEST_SHORT_FORM = 8


@cache
def _no_end() -> re.Pattern[str]:
    """Text before a full stop that ends no sentence: an initial (J. Smith), an ordinal (18. Juni), an abbreviation."""
    abbreviations = "|".join(word for words in read_word_list(__package__, "abbreviations").values() for word in words)
    return re.compile(rf"(?:(?<!\w)\w|(?<!\w)\w\.\w|(?<!\d)\d{{1,2}}|(?<!\w)(?:{abbreviations}))\Z", re.IGNORECASE)


def sentence_ends(text: str) -> list[int]:
    """The offset after each sentence, in order; a line break always ends one.

    A full stop ends a sentence if a blank follows and the next word does not begin in lower case, except after
    initials, ordinals of two digits and common abbreviations (``Dr.``).
    """
    ends: list[int] = []
    for found in _END.finditer(text):
        sign = text[found.start()]
        if sign not in ".…" or not _goes_on(text, found.start(), found.end(), sign):
            ends.append(found.end())
    return ends


def paragraph_ends(text: str) -> list[int]:
    """The offset after each line, in order."""
    return [found.end() for found in _PARAGRAPH_END.finditer(text)]


def _goes_on(text: str, start: int, end: int, sign: str) -> bool:
    """Whether the sentence continues after a full stop or an ellipsis."""
    after = re.compile(r"[^\S\n]*").match(text, end)
    following = text[after.end() : after.end() + 1] if after else ""
    if following.islower():
        return True
    return sign == "." and _no_end().search(text[max(0, start - _LONGEST_SHORT_FORM) : start]) is not None
