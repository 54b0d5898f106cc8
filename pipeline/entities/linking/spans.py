"""Which words of a text are names, by themselves and by what stands around them: the longest where some overlap."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from pipeline.concepts import Kind
from pipeline.entities.linking.occurrences import FieldText
from pipeline.entities.linking.surfaces import Candidate, Case, Surface, Surfaces
from pipeline.entities.linking.surroundings.coordination import coordination_in
from pipeline.messages.articles import Field

_FIRST = attrgetter("first")


class Span(NamedTuple):
    """Tokens of one field that are a name.

    Attributes:
        field: Which.
        first: The first token.
        end: The token after the last one.
        candidates: Every concept that they may name, the best first.
        inside: Shorter names that lie within, by start.
    """

    field: Field
    first: int
    end: int
    candidates: tuple[Candidate, ...]
    inside: tuple[Span, ...] = ()

    @property
    def may_be_a_person(self) -> bool:
        """Whether one of the readings is a person, or none is known."""
        return any(candidate.ref is None or candidate.ref.kind == "person" for candidate in self.candidates)


def spans_in(name: Field, field: FieldText, surfaces: Surfaces) -> list[Span]:
    """The spans that are names, disjoint, by start; where some overlap, those with the most characters are kept."""
    spans: list[Span] = []
    crowd: list[Span] = []
    stop = 0
    for first, end, numbers in surfaces.names.scan(field.places):
        candidates = _candidates(field, first, end, numbers, surfaces)
        if candidates:
            if first >= stop:
                spans += _without_overlap(crowd, field)
                crowd.clear()
            crowd.append(Span(name, first, end, candidates))
            stop = max(stop, end)
    spans += _without_overlap(crowd, field)
    return _with_shared(spans, name, field, surfaces)


def _with_shared(spans: list[Span], name: Field, field: FieldText, surfaces: Surfaces) -> list[Span]:
    """Add the spans of names that share a word with one of these."""
    coordination = coordination_in(surfaces.language)
    if coordination is None:
        return spans
    shared = [(span, other) for span in spans for other in coordination.shared_names(field, span.first, span.end)]
    if not shared:
        return spans
    taken = {token for span in spans for token in range(span.first, span.end)}
    found: list[Span] = []
    for span, other in shared:
        if other.token in taken or not _of_kinds(span.candidates, other.kinds):
            continue
        # What shares a word has a capital, which no script has that does not say where a word ends.
        surface = surfaces.whole(other.words, is_small=field.is_small)
        if surface is not None:
            wrong = _wrong_case(surface, field, other.token, other.token + 1)
            candidates = _of_kinds(surface.candidates if wrong is None else surface.by_case[wrong], other.kinds)
            if candidates:
                taken.add(other.token)
                found.append(Span(name, other.token, other.token + 1, candidates))
    return sorted([*spans, *found], key=lambda span: span.first) if found else spans


def _of_kinds(candidates: Sequence[Candidate], kinds: frozenset[Kind]) -> tuple[Candidate, ...]:
    return tuple(candidate for candidate in candidates if candidate.ref is not None and candidate.ref.kind in kinds)


def _candidates(
    field: FieldText, first: int, end: int, numbers: Sequence[int], surfaces: Surfaces
) -> tuple[Candidate, ...]:
    """What tokens may name where they stand."""
    surface = surfaces.surface(tuple(field.words[first:end]), numbers, is_small=field.is_small)
    if not surface.candidates or (end - first > 1 and not field.is_joined(first, end)):
        return ()
    wrong = _wrong_case(surface, field, first, end)
    if surface.asks_for_borders:
        entries = [
            entry
            for entry, case in surface.entries
            if case is not wrong and field.has_borders(entry.script, first, end)
        ]
        if len(entries) < len(surface.entries):
            return surfaces.candidates(surface.words, entries)
    return surface.candidates if wrong is None else surface.by_case[wrong]


def _wrong_case(surface: Surface, field: FieldText, first: int, end: int) -> Case | None:
    """The case that entries must not ask for where a surface stands; None where none asks for one."""
    if not surface.by_case:
        return None
    return Case.NOT_SHOUTED if field.is_shouted(first, end) else Case.SHOUTED


def _without_overlap(crowd: Sequence[Span], field: FieldText) -> Sequence[Span]:
    """Of spans that overlap those with the most characters, by start."""
    if len(crowd) <= 1:
        return crowd
    by_length = sorted(
        crowd, key=lambda span: (field.starts[span.first] - field.ends[span.end - 1], span.first, span.end)
    )
    taken: set[int] = set()
    kept: list[Span] = []
    for span in by_length:
        tokens = range(span.first, span.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            # The crowd is by first token: only what begins within can lie within.
            begins = bisect_left(crowd, span.first, key=_FIRST)
            within = crowd[begins : bisect_left(crowd, span.end, lo=begins, key=_FIRST)]
            kept.append(
                span._replace(inside=tuple(other for other in within if other.end <= span.end and other is not span))
            )
    return sorted(kept, key=lambda span: span.first)
