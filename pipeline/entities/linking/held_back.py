"""Names that the linker held back, and what each would have needed: what ``explain`` tells of an article."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.entities.linking.doubts import Doubt
from pipeline.entities.linking.occurrences import FieldText
from pipeline.entities.linking.spans import Span
from pipeline.messages.articles import Field

_NEEDED = {
    Doubt.NONE: "seems part of a person's name or of another meaning: needs {label} by a name that is sure",
    Doubt.WORD: "may be a common word{also}: needs a capital inside a sentence, or what belongs to {label}{words}",
    Doubt.PARTY: "may be a party of this name elsewhere: needs its country as the one that the article is mostly about",
    Doubt.ELSEWHERE: "may be of another country: needs its country as the one that the article is mostly about",
    Doubt.NAME: "may be {other}: needs {label} by a name that is sure, or its place, person or neighbour{words}",
}


# What linker and ``surroundings/support.py`` go by.
_WORDS = {
    "country": ", or words of foreign affairs near it",
    "city": ", or words of foreign affairs near it",
    "org": ", or words of business near it",
}


class HeldBackName(NamedTuple):
    """A name that was found and not linked.

    Attributes:
        field: Where it stands.
        start: Its first code point.
        end: Behind its last.
        text: As written.
        concept_id: What it would name, of several the first.
        needed: What the article does not say, for a person.
    """

    field: Field
    start: int
    end: int
    text: str
    concept_id: str
    needed: str


def held_back(span: Span, field: FieldText) -> HeldBackName | None:
    """Say what a span would have needed; None for a phrase that is no name of a concept."""
    candidate = span.candidates[0]
    if candidate.ref is None:
        return None
    others = [other.ref.name for other in span.candidates[1:] if other.ref is not None]
    also = candidate.also or ", ".join(others)
    start, end = field.starts[span.first], field.ends[span.end - 1]
    needed = _NEEDED[candidate.doubt].format(
        label=candidate.ref.name,
        also=f" ({also})" if also else "",
        other=also or "something else",
        words=_WORDS.get(candidate.ref.kind, ""),
    )
    return HeldBackName(span.field, start, end, field.text[start:end], candidate.ref.id, needed)
