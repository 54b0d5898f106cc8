"""Read an article as a whole: which names are certain, and which country it is mostly about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

from pipeline.entities.linking.doubts import Doubt, is_usual_country, tears_a_word
from pipeline.entities.linking.occurrences import FieldText
from pipeline.entities.linking.spans import Span
from pipeline.entities.linking.surfaces import Candidate
from pipeline.entities.linking.surroundings.cues import is_said_to_be_food
from pipeline.entities.linking.world import World
from pipeline.messages.articles import Field

_AMERICA = "country/us"

# Doubts that the article's country settles.
OF_A_COUNTRY = frozenset({Doubt.PARTY, Doubt.ELSEWHERE})


class ArticleContext:
    """What the rest of the article says about a doubtful name.

    Args:
        language: Its tag.
        fields: Its texts.
        spans: All names found, title first, then by start.
        world: What the concepts have to do with each other.
    """

    def __init__(self, language: str, fields: Mapping[Field, FieldText], spans: Sequence[Span], world: World) -> None:
        self.language = language
        self.fields = fields
        self._spans = spans
        self._world = world

    @cached_property
    def supported(self) -> frozenset[str]:
        """Ids of concepts named beyond doubt, and of those that these support."""
        sure = frozenset(self._named)
        return sure.union(*(self._world.related.get(concept_id, ()) for concept_id in sure))

    def supports(self, concept_id: str, candidate: Candidate) -> bool:
        """Whether the article names a concept beyond doubt, or what supports it; of countries, also a neighbour.

        A neighbour says nothing where the other meaning is a state of America and America is named too.
        """
        if concept_id in self.supported:
            return True
        if candidate.doubt is not Doubt.NAME or not concept_id.startswith("country/"):
            return False
        if is_usual_country(candidate.entry):
            # Japan says nothing of which Korea is meant.
            return False
        beside = self._world.neighbours.get(concept_id, frozenset()).intersection(self._named)
        return bool(beside) and not ("state" in candidate.also and _AMERICA in self.supported)

    @cached_property
    def home(self) -> str:
        """The id of the country that most certain names are or belong to."""
        counted = Counter(
            country
            for concept_id in self._named
            if (country := concept_id if concept_id.startswith("country/") else self._world.countries.get(concept_id))
        )
        most = counted.most_common(2)
        return most[0][0] if most and (len(most) == 1 or most[0][1] > most[1][1]) else ""

    @cached_property
    def parliaments(self) -> frozenset[str]:
        """Ids of countries with two parties or chambers among the names: Republicans tell what Democrats are meant."""
        bodies = {
            candidate.ref.id
            for span in self._spans
            for candidate in span.candidates
            if candidate.ref is not None and candidate.doubt in OF_A_COUNTRY
        }
        countries = self._world.countries
        counted = Counter(countries[body] for body in bodies if body in countries)
        return frozenset(country for country, count in counted.items() if count > 1)

    def may_name_another_than(self, country: str) -> bool:
        """Whether some name, be it doubtful, may be that of another country."""
        return any(
            candidate.ref is not None and candidate.ref.kind == "country" and candidate.ref.id != country
            for span in self._spans
            for candidate in span.candidates
        )

    @cached_property
    def starts(self) -> Mapping[Field, frozenset[int]]:
        """First tokens of all names found, by field."""
        return {name: frozenset(span.first for span in self._spans if span.field == name) for name in self.fields}

    @cached_property
    def ends(self) -> Mapping[Field, frozenset[int]]:
        """Where the found names end that are no person's, by field."""
        return {
            name: frozenset(span.end for span in self._spans if span.field == name and not span.may_be_a_person)
            for name in self.fields
        }

    def is_settled(self, candidate: Candidate, span: Span) -> bool:
        """Whether a name means its concept without further support."""
        if self._torn and (span.field, span.first) in self._torn:
            return False
        return (candidate.doubt is Doubt.NONE and not (candidate.may_be_food and self._is_food(span))) or (
            candidate.doubt is Doubt.WORD and self.fields[span.field].is_capital_inside(span.first, self.language)
        )

    def is_beyond_doubt(self, candidate: Candidate, span: Span) -> bool:
        """Whether a name means its concept whatever stands beside it."""
        return (
            candidate.doubt is Doubt.NONE
            and not candidate.may_be_a_person
            and not (self._torn and (span.field, span.first) in self._torn)
            and not (candidate.may_be_food and self._is_food(span))
        )

    def _is_food(self, span: Span) -> bool:
        return is_said_to_be_food(self.fields[span.field], span.first, span.end, self.language)

    @cached_property
    def _torn(self) -> frozenset[tuple[Field, int]]:
        """Where a Chinese name would take a character away from another word: the field and the name's first token."""
        if not self.language.startswith("zh"):
            return frozenset()
        return frozenset(
            (span.field, span.first)
            for span in self._spans
            for field in (self.fields[span.field],)
            if tears_a_word(field.text, field.starts[span.first], field.ends[span.end - 1])
        )

    @cached_property
    def _named(self) -> list[str]:
        return [
            candidate.ref.id
            for span in self._spans
            if len(span.candidates) == 1
            and (candidate := span.candidates[0]).ref is not None
            and self.is_settled(candidate, span)
        ]
