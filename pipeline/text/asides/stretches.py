"""Where the asides of a text are, as sorted and disjoint half-open spans of code points."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter


def touches_aside(asides: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch of a text holds any of its asides, which are sorted and disjoint."""
    at = bisect_right(asides, start, key=itemgetter(1))
    return at < len(asides) and asides[at][0] < end


def without_asides(text: str, asides: Sequence[tuple[int, int]]) -> str:
    """The text with blanks in the place of its asides, so that all offsets hold."""
    parts: list[str] = []
    behind = 0
    for start, end in asides:
        parts += (text[behind:start], " " * (end - start))
        behind = end
    return "".join([*parts, text[behind:]])
