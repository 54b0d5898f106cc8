"""Bring a model's spans and the names of the knowledge base together: they may nest, never cross."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter

from pipeline.messages.articles import Mention

_FIELD_ORDER = {"title": 0, "body": 1}


def nest(
    names: Sequence[Mention],
    spans: Sequence[Mention],
    hidden_by: Callable[[Mention, Sequence[Mention]], Sequence[Mention]],
) -> tuple[Mention, ...]:
    """Merge both kinds of mention.

    Args:
        names: Of the knowledge base, by field and start, nested or disjoint; the outer one first.
        spans: Of a model, disjoint.
        hidden_by: Which of the names inside a person's span are but parts of that person's name (``Jordan Spieth``):
            called with the span and the names.

    Returns:
        Mentions by field (title first), start, and the longer first, nested or disjoint. A span that equals, crosses or
        lies in a name is dropped. One that holds names stays beside them; when it is a person, it hides the parts
        of its own name, with the names inside them.
    """
    if not spans:
        return tuple(names)
    kept: list[Mention] = []
    hidden: set[Mention] = set()
    by_field = {field: _outermost(names, field) for field in _FIELD_ORDER}
    for span in spans:
        touched = _touched(by_field[span.field], span)
        if all(span.start <= name.start and name.end <= span.end and not _same_place(span, name) for name in touched):
            kept.append(span)
            if span.label == "PER":
                hidden.update(hidden_by(span, touched))
    cover: Mention | None = None
    for name in names:
        if name in hidden:
            cover = name
        elif cover is None or name.field != cover.field or name.start >= cover.end:
            kept.append(name)
    return tuple(sorted(kept, key=lambda mention: (_FIELD_ORDER[mention.field], mention.start, -mention.end)))


def _outermost(names: Sequence[Mention], field: str) -> list[Mention]:
    outermost: list[Mention] = []
    for name in names:
        if name.field == field and not (outermost and name.start < outermost[-1].end):
            outermost.append(name)
    return outermost


def _touched(names: Sequence[Mention], span: Mention) -> Sequence[Mention]:
    """The names that share a character with a span; ``names`` are of its field, disjoint and in order."""
    first = bisect_right(names, span.start, key=attrgetter("end"))
    return names[first : bisect_right(names, span.end - 1, lo=first, key=attrgetter("start"))]


def _same_place(one: Mention, other: Mention) -> bool:
    return (one.start, one.end) == (other.start, other.end)
