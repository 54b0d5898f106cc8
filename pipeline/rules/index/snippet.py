"""Cut the passage of an article that shows a rule's evidence best."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.messages.alerts import Evidence, EvidenceField, Highlight, Snippet
from pipeline.messages.articles import EnrichedArticle, Field

SNIPPET_CODE_POINTS = 240
_ELLIPSIS = "…"


class _Span(NamedTuple):
    start: int
    end: int
    clause: str


def cut_snippet(article: EnrichedArticle, evidence: Sequence[Evidence], size: int = SNIPPET_CODE_POINTS) -> Snippet:
    """The passage that shows the most clauses, from the body unless the title shows more.

    Args:
        article: The article.
        evidence: The rule's; what has no offsets is not shown.
        size: How many code points of the article to show; more only when one piece of evidence is longer.

    Returns:
        The article's exact text, with ``…`` where it is cut, and the spans found in it, merged where they overlap.
    """
    spans: dict[EvidenceField, list[_Span]] = {"body": [], "title": []}
    for item in evidence:
        if item.start is not None and item.end is not None:
            spans[item.field].append(_Span(item.start, item.end, item.clause))
    fields: list[tuple[Field, str]] = [("body", article.body), ("title", article.title)]
    best: tuple[int, Field, str, _Span] | None = None
    for field, text in fields:
        window = _densest(sorted(spans[field]), size) if spans[field] else None
        if window is not None and (best is None or window[0] > best[0]):
            best = (window[0], field, text, window[1])
    if best is None:
        return _cut(article.body if article.body.strip() else article.title, _Span(0, 0, ""), [], size)
    _, field, text, core = best
    return _cut(text, core, spans[field], size)


def _densest(spans: Sequence[_Span], size: int) -> tuple[int, _Span] | None:
    """The number of clauses in, and the extent of, the first window that shows the most of them."""
    best: tuple[int, _Span] | None = None
    for index, first in enumerate(spans):
        end = first.end
        clauses = {first.clause}
        for span in spans[index + 1 :]:
            if span.start - first.start > size:
                break
            if max(end, span.end) - first.start <= size:
                end = max(end, span.end)
                clauses.add(span.clause)
        if best is None or len(clauses) > best[0]:
            best = (len(clauses), _Span(first.start, end, ""))
    return best


def _cut(text: str, core: _Span, found: Sequence[_Span], size: int) -> Snippet:
    start, end = _widen(text, core.start, core.end, size)
    head = _ELLIPSIS if text[:start].strip() else ""
    tail = _ELLIPSIS if text[end:].strip() else ""
    shift = len(head) - start
    inside = [(first, last) for first, last, _ in found if start <= first and last <= end]
    return Snippet(
        text=head + text[start:end] + tail,
        highlights=tuple(Highlight(start=first + shift, end=last + shift) for first, last in _merge(inside)),
    )


def _widen(text: str, start: int, end: int, size: int) -> tuple[int, int]:
    """Add text before and behind, up to the size, cut between words where there are blanks to cut at."""
    spare = max(0, size - (end - start))
    left = max(0, min(start, max(spare // 3, spare - (len(text) - end))))
    right = min(len(text), end + spare - left)
    first = start - left
    if first > 0:
        first = next((at + 1 for at in range(first - 1, start) if text[at].isspace()), first)
    if right < len(text):
        right = next((at for at in range(right, end - 1, -1) if text[at].isspace()), right)
    # No blank to cut at, as in Chinese: at least leave a letter's marks on it.
    while 0 < first < start and unicodedata.category(text[first])[0] == "M":
        first += 1
    while end < right < len(text) and unicodedata.category(text[right])[0] == "M":
        right -= 1
    while first < start and text[first].isspace():
        first += 1
    while right > end and text[right - 1].isspace():
        right -= 1
    return first, right


def _merge(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
