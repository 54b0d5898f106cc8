"""Link what a text names to the concepts of the knowledge base: one pass over its tokens, then the text as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from pipeline.concepts import KnowledgeBase
from pipeline.entities.doubts import Doubt
from pipeline.entities.lexicon import LABELS, Entries, Entry
from pipeline.entities.occurrences import FieldText
from pipeline.entities.personal_names import (
    follows_a_given_name,
    is_a_surname_first,
    is_part_of_a_name,
    is_title,
    precedes_a_surname,
)
from pipeline.entities.spans import Span, spans_in
from pipeline.entities.surfaces import Candidate, Surfaces
from pipeline.entities.word_borders import tears_a_word
from pipeline.messages.articles import EntityRef, Field, Mention
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize

# "Niger, Tschad und Mali": an ambiguous name so near to another country is one.
_NEIGHBOUR_TOKENS = 3
# Towns of this country are called as countries and cities are, and are named with their state.
_STATES_OF = "country/us"
# A house of a parliament of a country, a district of a city of a region of a country.
_DEEPEST_PART = 4


class _World(NamedTuple):
    """What concepts have to do with each other, by their ids.

    Attributes:
        related: For each those that it supports.
        countries: For each the country that it lies in, or belongs to.
    """

    related: Mapping[str, frozenset[str]]
    countries: Mapping[str, str]


class _Article:
    """What the choice of a reading needs to know of the article as a whole.

    Args:
        language: Its tag.
        fields: Its texts.
        spans: All names found, title first, then by start.
        world: What the concepts have to do with each other.
    """

    def __init__(self, language: str, fields: Mapping[Field, FieldText], spans: Sequence[Span], world: _World) -> None:
        self.language = language
        self.fields = fields
        self._spans = spans
        self._world = world

    @cached_property
    def supported(self) -> frozenset[str]:
        """Ids of concepts named beyond doubt, and of those that these support."""
        sure = frozenset(self._named)
        return sure.union(*(self._world.related.get(concept_id, ()) for concept_id in sure))

    @cached_property
    def home(self) -> str:
        """Id of the country that it is mostly about: the one that most names beyond doubt are, or belong to."""
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
            if candidate.ref is not None and candidate.doubt is Doubt.ELSEWHERE
        }
        countries = self._world.countries
        counted = Counter(countries[body] for body in bodies if body in countries)
        return frozenset(country for country, count in counted.items() if count > 1)

    @cached_property
    def starts(self) -> Mapping[Field, frozenset[int]]:
        """First tokens of all names found, by field."""
        return {name: frozenset(span.first for span in self._spans if span.field == name) for name in self.fields}

    @cached_property
    def ends(self) -> Mapping[Field, frozenset[int]]:
        """Ends of the names found that are nobody's, by field."""
        return {
            name: frozenset(span.end for span in self._spans if span.field == name and not span.may_be_a_person)
            for name in self.fields
        }

    def is_settled(self, candidate: Candidate, span: Span) -> bool:
        """Whether a name means its concept without further support."""
        if self._torn and (span.field, span.first) in self._torn:
            return False
        return candidate.doubt is Doubt.NONE or (
            candidate.doubt is Doubt.WORD and self.fields[span.field].is_capital_inside(span.first, self.language)
        )

    def is_beyond_doubt(self, candidate: Candidate, span: Span) -> bool:
        """Whether a name means its concept whatever stands beside it."""
        return (
            candidate.doubt is Doubt.NONE
            and not candidate.may_be_a_person
            and not (self._torn and (span.field, span.first) in self._torn)
        )

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


class Linker:
    """Finds names of concepts.

    Threads may share it. Each name applies in its own languages; English names apply wherever a language has Latin
    letters or the article quotes them; ``und`` articles are read with the names of all languages.

    Args:
        kb: The knowledge base.
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._entries = Entries(kb.gazetteer)
        self._surfaces: dict[str, Surfaces] = {}
        self._own_names: dict[str, frozenset[str]] = {}
        self._world = _World(_related(kb.relations), _countries(kb.relations))

    def link(self, title: str, body: str, language: str) -> tuple[Mention, ...]:
        """Find every name of a concept.

        Args:
            title: As received.
            body: As received.
            language: BCP 47 tag of the article.

        Returns:
            Linked mentions, title first, then by start; disjoint. Of names that overlap the longest wins. A name that
            may mean something else is linked only where the article supports it: the concept is named there without
            doubt too, or its capital is, or it stands in a list of countries, or it is a party or chamber of the
            country that the article is mostly about; never where it looks like part of a person's name. A surname
            alone is linked unless another person's given name stands before it.

        Source: longest span wins, as in spaCy's ``filter_spans``.
        """
        surfaces = self._surfaces.get(language)
        if surfaces is None:
            names = self._kb.gazetteer.in_language(language)
            surfaces = self._surfaces.setdefault(language, Surfaces(names, self._entries, language))
        fields: dict[Field, FieldText] = {"title": FieldText(title), "body": FieldText(body)}
        spans = [span for name, field in fields.items() for span in spans_in(name, field, surfaces)]
        article = _Article(language, fields, spans, self._world)
        mentions: list[Mention] = []
        for place, span in enumerate(spans):
            chosen = self._choose(place, span, spans, article)
            if chosen is not None and chosen.ref is not None:
                mentions.append(_mention(span, fields[span.field], chosen.entry, chosen.ref))
        return tuple(mentions)

    def link_span(self, span: Mention, language: str) -> Mention:
        """Link a model's span that is, as a whole, the name of one concept of its label; else return it as it is."""
        senses = [
            sense
            for sense in self._kb.senses(span.text, (language,))
            if LABELS[sense.concept.kind] == span.label and not sense.name.ambiguous
        ]
        if len(senses) != 1:
            return span
        concept = senses[0].concept
        return msgspec.structs.replace(span, entity=EntityRef(id=concept.id, name=concept.label, kind=concept.kind))

    def is_named_by(self, span: Mention, name: Mention) -> bool:
        """Whether a name inside a person's span is the person: a full name, or a surname with titles or own names."""
        if name.entity is None or name.entity.kind != "person":
            return False
        if name.via != "short-name":
            return True
        own = self._words_of(name.entity.id)
        return all(is_title(word) or fold(word) in own for word in tokenize(span.text).words)

    def _choose(self, place: int, span: Span, spans: list[Span], article: _Article) -> Candidate | None:
        """What a span means, or None where the text does not say."""
        first = span.candidates[0]
        is_alone = len(span.candidates) == 1
        after = spans[place + 1] if place + 1 < len(spans) else None
        if is_alone and article.is_beyond_doubt(first, span):
            return None if self._is_another(first, span, article, after) else first
        readings: list[tuple[EntityRef, Candidate]] = []
        for candidate in span.candidates:
            if candidate.ref is None:
                return None
            readings.append((candidate.ref, candidate))
        readings.sort(key=lambda reading: reading[0].id not in article.supported)
        for concept, candidate in readings:
            if candidate.may_be_a_person and self._is_somebody_else(concept, candidate, span, article):
                continue
            if self._is_another(candidate, span, article, after):
                continue
            if (
                (is_alone and article.is_settled(candidate, span))
                or concept.id in article.supported
                or self._is_at_home(candidate, concept, article)
                or _is_listed(concept, span, [*spans[max(0, place - 1) : place], *spans[place + 1 : place + 2]])
            ):
                return candidate
        return None

    def _is_at_home(self, candidate: Candidate, concept: EntityRef, article: _Article) -> bool:
        """Whether a party or chamber, whose like has the same name elsewhere, is of the article's country."""
        country = self._world.countries.get(concept.id)
        if candidate.doubt is not Doubt.ELSEWHERE or country is None:
            return False
        return country == article.home or (not article.home and country in article.parliaments)

    def _is_somebody_else(self, concept: EntityRef, candidate: Candidate, span: Span, article: _Article) -> bool:
        """Whether the words beside a span make it part of the name of a person who is not this concept."""
        field = article.fields[span.field]
        # "Турции Эрдоган": a country is nobody's given name.
        if span.first not in article.ends[span.field] and follows_a_given_name(
            field, span.first, article.language, self._words_of(concept.id)
        ):
            return True
        return not candidate.entry.is_surname and precedes_a_surname(field, span.end, article.starts[span.field])

    def _is_another(self, candidate: Candidate, span: Span, article: _Article, after: Span | None) -> bool:
        """Whether a demonym or place is part of a person's name, or an American town: ``Peru, Indiana``.

        Args:
            candidate: One reading.
            span: What is read so.
            article: Where.
            after: The next span.
        """
        field, concept, entry = article.fields[span.field], candidate.ref, candidate.entry
        if entry.via == "adjective":
            return is_a_surname_first(field, span.end, article.language)
        if concept is None or concept.kind not in {"country", "city"} or span.end - span.first != 1:
            return False
        if is_part_of_a_name(field, span.first, article.language, entry.folded[0], article.starts[span.field]):
            return True
        if after is None or after.first != span.end or after.field != span.field:
            return False
        countries = self._world.countries
        return (
            _STATES_OF not in {concept.id, countries.get(concept.id)}
            and (ref := after.candidates[0].ref) is not None
            and ref.kind == "region"
            and countries.get(ref.id) == _STATES_OF
            and field.gap_before(after.first) == ", "
            and field.ends_a_clause(after.end)
        )

    def _words_of(self, concept_id: str) -> frozenset[str]:
        words = self._own_names.get(concept_id)
        if words is None:
            names = self._kb.concept(concept_id).names
            words = frozenset(fold(word) for name in names for word in tokenize(name.text).words)
            self._own_names[concept_id] = words
        return words


def _is_listed(concept: EntityRef, span: Span, neighbours: Sequence[Span]) -> bool:
    """Whether another country's name, itself beyond doubt, stands within a few tokens."""
    return concept.kind == "country" and any(
        other.field == span.field
        and (other.first - span.end if other.first >= span.end else span.first - other.end) <= _NEIGHBOUR_TOKENS
        and (candidate := other.candidates[0]).ref is not None
        and candidate.ref.kind == "country"
        and candidate.ref.id != concept.id
        and candidate.entry.via in {"name", "alias"}
        and candidate.doubt is Doubt.NONE
        for other in neighbours
    )


def _related(relations: Iterable[tuple[str, str, str]]) -> dict[str, frozenset[str]]:
    """For each concept those that it supports: a capital its country, and the country its capital."""
    related: dict[str, set[str]] = {}
    for concept_id, relation, target in relations:
        if relation in {"capital-of", "seat-of"}:
            related.setdefault(concept_id, set()).add(target)
            related.setdefault(target, set()).add(concept_id)
    return {concept_id: frozenset(others) for concept_id, others in related.items()}


def _countries(relations: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """For each concept that lies in, or belongs to, a country, that country."""
    wholes = {concept_id: target for concept_id, _, target in relations}
    countries: dict[str, str] = {}
    for concept_id in wholes:
        whole = concept_id
        for _ in range(_DEEPEST_PART):
            whole = wholes.get(whole, whole)
        if whole.startswith("country/"):
            countries[concept_id] = whole
    return countries


def _mention(span: Span, field: FieldText, entry: Entry, ref: EntityRef) -> Mention:
    start, end = field.starts[span.first], field.ends[span.end - 1]
    if entry.name is not None and entry.name.text.endswith(".") and field.text[end : end + 1] == ".":
        end += 1
    return Mention(
        field=span.field,
        start=start,
        end=end,
        text=field.text[start:end],
        label=entry.label,
        via=entry.via,
        entity=ref,
        confidence=entry.name.confidence if entry.name is not None and entry.via == "transliteration" else None,
    )
