"""Find the lines of a text that are not the article's own: what points the reader to other articles.

They are marked and not cut, so that offsets hold. The phrases are a reviewed list of what the press of each language
writes before such links, read without case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from pipeline.text.word_lists import read_word_list

_ARROW = re.compile(r"\s*(?:>>|▶|►|→)")
_LISTED = re.compile(r"\s*(?:[-*•>»▶►→]|\d{1,2}[.)])\s")
_ENDS_SENTENCE = re.compile(r"(?<!\.)[.。][\"”»’')\]]*\s*$")
# A shorter line that is a link is a name or a topic, such as a club in a table.
_LEAST_HEADLINE = 25
_LINKED = 0.8
_LINKED_IN_LIST = 0.5


class _Patterns(NamedTuple):
    """What matches a line that points elsewhere, and one that only says that such lines follow."""

    introduced: re.Pattern[str]
    alone: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    listed = {phrase for phrases in read_word_list(__package__, "related-phrases").values() for phrase in phrases}
    longest_first = sorted(listed, key=len, reverse=True)
    phrases = "|".join(map(re.escape, longest_first))
    of_words = "|".join(re.escape(phrase) for phrase in longest_first if " " in phrase)
    before = r"[\s\-*•>»▶►→|\[(【#]*"
    return _Patterns(
        # Alone, before what separates it from a headline, or before a headline's capital: "read more about it" is text.
        introduced=re.compile(
            rf"{before}(?:{phrases})(?:[\s\])】]*(?:[:：|»>→]|\s[-–—]\s|$))"
            rf"|{before}(?:{of_words})\b[^.!?]{{0,80}}[:：]\s*$"
            rf"|{before}(?:{of_words})\s+(?-i:[^\W\d_a-zà-öø-ÿа-яё])[^\n]*(?<![.!?\s])\s*$",
            re.IGNORECASE,
        ),
        alone=re.compile(rf"{before}(?:{of_words})[\s\])】:：]*$", re.IGNORECASE),
    )


def find_related_links(text: str, linked: Sequence[float] | None = None) -> tuple[tuple[int, int], ...]:
    """Find what points to other articles.

    Args:
        text: The body of an article, a paragraph a line.
        linked: For each line, which share of it is a link, 0 to 1; None where links are not known.

    Returns:
        Half-open spans of code points, one a line, in order.
    """
    patterns = _patterns()
    lines = text.split("\n")
    spans: list[tuple[int, int]] = []
    start = 0
    in_list = alone = False
    for line, share in zip(lines, linked or [0.0] * len(lines), strict=True):
        introduced = patterns.introduced.match(line) is not None or _ARROW.match(line) is not None
        listed = _LISTED.match(line) is not None
        headline = len(line) >= _LEAST_HEADLINE and _ENDS_SENTENCE.search(line) is None
        points = headline and (share >= _LINKED or alone or (listed and share >= _LINKED_IN_LIST))
        if introduced or points or (in_list and listed):
            spans.append((start, start + len(line)))
            in_list = introduced or in_list
            alone = patterns.alone.match(line) is not None
        elif line.strip():
            in_list = alone = False
        start += len(line) + 1
    return tuple(spans)
