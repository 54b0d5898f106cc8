"""Words near a doubtful name that say that a place or a company is meant: ``Mali expelled the ambassador``."""

from __future__ import annotations

import re
from functools import cache

from pipeline.concepts.concept import primary_subtag
from pipeline.entities.linking.occurrences import FieldText, has_case
from pipeline.text.folding import fold
from pipeline.text.word_lists import read_word_list

# Tokens at either side; in scripts without spaces a token is a sign.
_NEAR = 9
_NEAR_SIGNS = 24
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)|[。！？।؟\n]")
_WITHOUT_SPACES = frozenset({"zh", "ja", "th"})
_ENDINGS_APART = frozenset({"az", "et", "tr"})
_APOSTROPHES = "'’ʼ"
_BLANKS = frozenset({" ", "\u00a0"})


def is_said_to_be_a_place(field: FieldText, first: int, end: int, language: str) -> bool:
    """Whether foreign affairs are near a name in its sentence, or a word of place stands right before it.

    Args:
        field: The text.
        first: The name's first token.
        end: Behind its last.
        language: Of the text.
    """
    language = primary_subtag(language)
    if (
        first
        and field.gap_before(first) in _BLANKS
        and field.words[first - 1].lower() in _words(f"place-{language}")
        and not (field.words[first - 1].isupper() and len(field.words[first - 1]) > 1)
    ):
        return True
    return _is_near(f"affairs-{language}", field, first, end, language)


def has_an_apart_ending(field: FieldText, end: int, language: str) -> bool:
    """Whether an apostrophe stands between a name and its ending, as behind names alone: ``Mali'de``, ``Lille'is``.

    Args:
        field: The text.
        end: Behind the name's last token.
        language: Of the text.
    """
    stop = field.ends[end - 1]
    mark, ending = field.text[stop : stop + 1], field.text[stop + 1 : stop + 2]
    return primary_subtag(language) in _ENDINGS_APART and mark != "" and mark in _APOSTROPHES and ending.islower()


def is_said_to_be_a_company(field: FieldText, first: int, end: int, language: str) -> bool:
    """Whether words of business are near a name in its sentence; arguments as above."""
    language = primary_subtag(language)
    return _is_near(f"business-{language}", field, first, end, language)


def _is_near(kind: str, field: FieldText, first: int, end: int, language: str) -> bool:
    beginnings = _beginnings(kind)
    if not beginnings:
        return False
    is_spaced = language not in _WITHOUT_SPACES
    reach = _NEAR if is_spaced else _NEAR_SIGNS
    start, stop = first, end
    while start > max(0, first - reach) and not _SENTENCE_END.search(field.gap_before(start)):
        start -= 1
    while stop < min(len(field.words), end + reach) and not _SENTENCE_END.search(field.gap_before(stop)):
        stop += 1
    mark = " " if is_spaced else ""
    around = mark + mark.join(map(fold, field.words[start:stop]))
    return any(beginning in around for beginning in beginnings)


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(read_word_list(__package__, "support").get(kind, ()))


@cache
def _beginnings(kind: str) -> tuple[str, ...]:
    """What the words around are searched for: with capitals, a word's beginning; else any part of one."""
    listed = (" ".join(map(fold, phrase.split())) for phrase in read_word_list(__package__, "support").get(kind, ()))
    return tuple(f" {phrase}" if has_case(phrase) else phrase for phrase in listed)
