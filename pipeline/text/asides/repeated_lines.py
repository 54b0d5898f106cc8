"""Find the lines under which a source sends every article: its newsletter, its address, where else to follow it."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import NamedTuple

_ARTICLES = 20
_SOURCES = 2_000
# A longer line is a paragraph; further up stands the article.
_LONGEST_LINE = 160
_LAST_LINES = 3
_LEAST_ARTICLES = 3


class _Ending(NamedTuple):
    """Of one article, by their hashes."""

    beginning: int
    lines: frozenset[int]


class RepeatedLines:
    """Remembers how the latest articles of each source end; bounded, and not shared between threads.

    Args:
        sources: Of how many; the one that has been silent longest is forgotten first.
    """

    def __init__(self, sources: int = _SOURCES) -> None:
        self._most_sources = sources
        self._endings: OrderedDict[str, deque[_Ending]] = OrderedDict()

    def find(self, source: str, text: str) -> tuple[tuple[int, int], ...]:
        """Find the last lines of an article with which others of its source end too, and remember how it ends.

        Articles that begin alike are one, such as an article that comes again with other figures.

        Args:
            source: As the articles name it; of none nothing is known.
            text: The body.

        Returns:
            Half-open spans of code points, in order: of those short last lines that stand at the end of at least three
            articles, this one included. The first line is never one.
        """
        beginning, spans = _short_last_lines(text)
        if not source or not spans:
            return ()
        endings = self._endings.setdefault(source, deque(maxlen=_ARTICLES))
        self._endings.move_to_end(source)
        if len(self._endings) > self._most_sources:
            self._endings.popitem(last=False)
        others = [ending for ending in endings if ending.beginning != beginning]
        if len(others) == len(endings):
            endings.append(_Ending(beginning, frozenset(spans)))
        repeated = (
            span
            for line, span in spans.items()
            if sum(line in ending.lines for ending in others) >= _LEAST_ARTICLES - 1
        )
        return tuple(sorted(repeated))


def _short_last_lines(text: str) -> tuple[int, dict[int, tuple[int, int]]]:
    """The hash of the first line, and the spans of the short last ones by theirs."""
    spans: dict[int, tuple[int, int]] = {}
    first = text.lstrip().partition("\n")[0]
    end = len(text)
    while end > 0 and len(spans) < _LAST_LINES:
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end].strip()
        if len(line) > _LONGEST_LINE or not text[:start].strip():
            break
        if line:
            spans[hash(line)] = (start, end)
        end = start - 1
    return hash(first.strip()), spans
