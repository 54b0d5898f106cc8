"""Bring a model's spans and the names of the knowledge base together: they may nest, never cross."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.messages.articles import Mention

_FIELD_ORDER = {"title": 0, "body": 1}


def nest(
    names: Sequence[Mention], spans: Sequence[Mention], is_named_by: Callable[[Mention, Mention], bool]
) -> tuple[Mention, ...]:
    """Merge both kinds of mention.

    Args:
        names: Of the knowledge base, disjoint.
        spans: Of a model, disjoint.
        is_named_by: Whether a name inside a person's span is that person (``Präsident Putin``) or not (``Jordan
            Spieth``): called with the span and the name.

    Returns:
        Mentions by field (title first), start, and the longer first, nested or disjoint. A span that equals, crosses or
        lies in a name is dropped. One that holds names stays beside them; when it is a person, it hides those that are
        not that person.
    """
    kept: list[Mention] = []
    hidden: set[int] = set()
    for span in spans:
        inside: list[int] = []
        for number, name in enumerate(names):
            if name.field != span.field or name.end <= span.start or name.start >= span.end:
                continue
            if not (span.start <= name.start and name.end <= span.end) or _same_place(span, name):
                break
            inside.append(number)
        else:
            kept.append(span)
            if span.label == "PER":
                hidden.update(number for number in inside if not is_named_by(span, name))
    kept.extend(name for number, name in enumerate(names) if number not in hidden)
    return tuple(sorted(kept, key=lambda mention: (_FIELD_ORDER[mention.field], mention.start, -mention.end)))


def _same_place(one: Mention, other: Mention) -> bool:
    return (one.start, one.end) == (other.start, other.end)
