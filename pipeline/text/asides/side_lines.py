"""Find captions, bylines, and lines that ask to share, to subscribe or for cookies: they stand beside the text.

The phrases are a reviewed list for the 30 largest languages of news. They count only where they begin a short line of
its own, or are all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pipeline.text.word_lists import read_word_list

_LONGEST_LINE = 200


@cache
def _side_line() -> re.Pattern[str]:
    listed = read_word_list(__package__, "side-line-phrases")

    def phrases(*subjects: str) -> list[str]:
        found = {each for key, words in listed.items() if key.partition("-")[0] in subjects for each in words}
        return sorted(found, key=len, reverse=True)

    def any_of(phrases: Iterable[str]) -> str:
        return "|".join(map(re.escape, phrases))

    asked = phrases("share", "cookie")
    name = r"(?-i:[^\W\d_a-zà-öø-ÿа-яё][\w.'’-]*)"
    names = rf"{name}(?:\s+(?:(?:de|da|van|von|der|den|bin|al)\s+)?{name}){{1,3}}"
    return re.compile(
        rf"\s*(?:[(\[（【©]?\s*(?:{any_of(phrases('caption'))})\s*[:：©/]"
        rf"|©"
        rf"|(?:{any_of(phrases('byline'))})\s*:?\s+{names}(?:\s*(?:,|/|&|and|und|et|y|e|og|och|en|i|и|та)\s+{names})*\s*$"
        rf"|(?:{any_of(asked)})\s*[:：.!…]*\s*$"
        rf"|(?:{any_of(phrase for phrase in asked if ' ' in phrase)})\b)",
        re.IGNORECASE,
    )


def find_side_lines(text: str) -> tuple[tuple[int, int], ...]:
    """Find the lines of a text that stand beside an article.

    Args:
        text: The body of an article, a paragraph a line.

    Returns:
        Half-open spans of code points, one a line, in order.
    """
    side_line = _side_line()
    spans: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        if len(line) <= _LONGEST_LINE and side_line.match(line) is not None:
            spans.append((start, start + len(line)))
        start += len(line) + 1
    return tuple(spans)
