"""Link what a text names to the concepts of the knowledge base: one pass over its tokens, then the text as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from pipeline.concepts import KnowledgeBase, LanguageNames
from pipeline.entities.doubts import Doubt, doubt_of, may_be_a_person
from pipeline.entities.lexicon import LABELS, Entries, Entry
from pipeline.entities.occurrences import FieldText
from pipeline.entities.personal_names import follows_a_given_name, is_title, precedes_a_surname
from pipeline.messages.articles import EntityRef, Field, Mention
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize

_VIA_ORDER = {"name": 0, "alias": 1, "short-name": 2, "adjective": 3, "transliteration": 4, "model": 5}
_KIND_ORDER = {"country": 0, "region": 1, "city": 2, "org": 3, "person": 4}
# "Niger, Tschad und Mali": an ambiguous name so near to another country is one.
_NEIGHBOUR_TOKENS = 3
# A house of a parliament of a country, a district of a city of a region of a country.
_DEEPEST_PART = 4


class _Span(NamedTuple):
    """Tokens of one field that are a name, with every entry that fits them, the best first."""

    field: Field
    first: int
    end: int
    entries: tuple[Entry, ...]

    @property
    def may_be_a_person(self) -> bool:
        """Whether one of the readings is a person, or none is known."""
        return any(entry.ref is None or entry.ref.kind == "person" for entry in self.entries)


class _Article(NamedTuple):
    """What the choice of a reading needs to know of the article as a whole.

    Attributes:
        language: Its tag.
        fields: Its texts.
        supported: Ids of concepts named beyond doubt, and of those that these support.
        starts: First tokens of all names found, by field.
        ends: Ends of the names found that are nobody's, by field.
        home: Id of the country that it is mostly about: the one that most names beyond doubt are, or belong to.
    """

    language: str
    fields: Mapping[Field, FieldText]
    supported: frozenset[str]
    starts: Mapping[Field, frozenset[int]]
    ends: Mapping[Field, frozenset[int]]
    home: str


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
        self._own_names: dict[str, frozenset[str]] = {}
        self._related = _related(kb.relations)
        self._countries = _countries(kb.relations)

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
        names = self._kb.gazetteer.in_language(language)
        fields: dict[Field, FieldText] = {"title": FieldText(title), "body": FieldText(body)}
        spans = [span for name, field in fields.items() for span in _longest(name, field, names, self._entries)]
        named = [
            entry.ref.id
            for span in spans
            if len(span.entries) == 1
            and (entry := span.entries[0]).ref is not None
            and _is_settled(entry, span, fields[span.field], language)
        ]
        sure = set(named)
        article = _Article(
            language=language,
            fields=fields,
            supported=frozenset(sure).union(*(self._related.get(concept_id, frozenset()) for concept_id in sure)),
            starts={name: frozenset(span.first for span in spans if span.field == name) for name in fields},
            ends={
                name: frozenset(span.end for span in spans if span.field == name and not span.may_be_a_person)
                for name in fields
            },
            home=self._most_named_country(named),
        )
        mentions: list[Mention] = []
        for place, span in enumerate(spans):
            neighbours = spans[max(0, place - 1) : place] + spans[place + 1 : place + 2]
            chosen = self._choose(span, article, neighbours)
            if chosen is not None and chosen.ref is not None:
                mentions.append(_mention(span, fields[span.field], chosen, chosen.ref))
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

    def _choose(self, span: _Span, article: _Article, neighbours: Sequence[_Span]) -> Entry | None:
        """The entry that a span means, or None where the text does not say."""
        readings: list[tuple[EntityRef, Entry]] = []
        for entry in span.entries:
            if entry.ref is None:
                return None
            readings.append((entry.ref, entry))
        readings.sort(key=lambda reading: reading[0].id not in article.supported)
        field = article.fields[span.field]
        for concept, entry in readings:
            if may_be_a_person(entry) and self._is_somebody_else(concept, entry, span, article):
                continue
            if (
                (len(readings) == 1 and _is_settled(entry, span, field, article.language))
                or concept.id in article.supported
                or self._is_at_home(entry, concept, article)
                or _is_listed(concept, span, neighbours, article.language)
            ):
                return entry
        return None

    def _most_named_country(self, concept_ids: Iterable[str]) -> str:
        counted = Counter(
            country
            for concept_id in concept_ids
            if (country := concept_id if concept_id.startswith("country/") else self._countries.get(concept_id))
        )
        most = counted.most_common(2)
        return most[0][0] if most and (len(most) == 1 or most[0][1] > most[1][1]) else ""

    def _is_at_home(self, entry: Entry, concept: EntityRef, article: _Article) -> bool:
        """Whether a party or chamber, whose like has the same name elsewhere, is of the article's country."""
        country = self._countries.get(concept.id)
        return country == article.home and doubt_of(entry, article.language) is Doubt.ELSEWHERE

    def _is_somebody_else(self, concept: EntityRef, entry: Entry, span: _Span, article: _Article) -> bool:
        """Whether the words beside a span make it part of the name of a person who is not this concept."""
        field = article.fields[span.field]
        # "Турции Эрдоган": a country is nobody's given name.
        if span.first not in article.ends[span.field] and follows_a_given_name(
            field, span.first, article.language, self._words_of(concept.id)
        ):
            return True
        return entry.via != "short-name" and precedes_a_surname(field, span.end, article.starts[span.field])

    def _words_of(self, concept_id: str) -> frozenset[str]:
        words = self._own_names.get(concept_id)
        if words is None:
            names = self._kb.concept(concept_id).names
            words = frozenset(fold(word) for name in names for word in tokenize(name.text).words)
            self._own_names[concept_id] = words
        return words


def _longest(name: Field, field: FieldText, names: LanguageNames, known: Entries) -> list[_Span]:
    """The spans that are names, disjoint, by start; where some overlap, those with the most characters are kept."""
    found: dict[tuple[int, int], list[Entry]] = {}
    for first, end, numbers in names.scan(field.tokens.words):
        for number in numbers:
            entry = known[number]
            if field.can_be(entry, first, end):
                found.setdefault((first, end), []).append(entry)
    offsets = field.tokens.spans
    by_length = sorted(found, key=lambda tokens: (offsets[tokens[0]][0] - offsets[tokens[1] - 1][1], tokens))
    taken: set[int] = set()
    spans: list[_Span] = []
    for first, end in by_length:
        if taken.isdisjoint(range(first, end)):
            taken.update(range(first, end))
            spans.append(_Span(name, first, end, _best_first(field, first, end, found[first, end])))
    return sorted(spans, key=lambda span: span.first)


def _best_first(field: FieldText, first: int, end: int, entries: list[Entry]) -> tuple[Entry, ...]:
    """One entry a concept: letter for letter before folded, folded before inflected, of these the nearest."""
    exact = [entry for entry in entries if field.is_exact(entry, first, end)]
    surface = tuple(field.tokens.words[first:end])
    pool = exact or entries
    ranked = sorted(
        pool,
        key=lambda entry: (
            entry.ref is None,
            entry.words != surface,
            _KIND_ORDER[entry.ref.kind] if entry.ref else 0,
            -sum(map(len, entry.folded)),
            _VIA_ORDER[entry.via],
        ),
    )
    kept: dict[str, Entry] = {}
    for entry in ranked:
        kept.setdefault(entry.ref.id if entry.ref else "", entry)
    best = next(iter(kept.values()))
    if best.ref is None or best.name is None:
        return (best,)
    # A country and its capital of one name are one reading: the country. Two countries of one name are a doubt.
    return tuple(
        entry
        for entry in kept.values()
        if entry.ref is not None and (entry.ref.kind == best.ref.kind or best.name.ambiguous)
    )


def _is_settled(entry: Entry, span: _Span, field: FieldText, language: str) -> bool:
    """Whether a name means its concept without further support."""
    doubt = doubt_of(entry, language)
    return doubt is Doubt.NONE or (doubt is Doubt.WORD and field.is_capital_inside(span.first, language))


def _is_listed(concept: EntityRef, span: _Span, neighbours: Sequence[_Span], language: str) -> bool:
    """Whether another country's name, itself beyond doubt, stands within a few tokens."""
    return concept.kind == "country" and any(
        other.field == span.field
        and (other.first - span.end if other.first >= span.end else span.first - other.end) <= _NEIGHBOUR_TOKENS
        and (entry := other.entries[0]).ref is not None
        and entry.ref.kind == "country"
        and entry.ref.id != concept.id
        and entry.via in {"name", "alias"}
        and doubt_of(entry, language) is Doubt.NONE
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


def _mention(span: _Span, field: FieldText, entry: Entry, ref: EntityRef) -> Mention:
    start, end = field.tokens.spans[span.first][0], field.tokens.spans[span.end - 1][1]
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
