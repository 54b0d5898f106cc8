"""Link what a text names to the concepts of the knowledge base: one pass over its tokens, then the text as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from pipeline.concepts import KnowledgeBase
from pipeline.entities.linking.article_context import OF_A_COUNTRY, ArticleContext
from pipeline.entities.linking.doubts import Doubt, is_usual_country, may_mean_a_place
from pipeline.entities.linking.held_back import HeldBackName, held_back
from pipeline.entities.linking.lexicon import LABELS, Entries, Entry
from pipeline.entities.linking.occurrences import FieldText, has_case, writes_nouns_with_capital
from pipeline.entities.linking.spans import Span, spans_in
from pipeline.entities.linking.surfaces import Candidate, Surfaces
from pipeline.entities.linking.surroundings.country_pairs import PairedCountry, country_pairs_in
from pipeline.entities.linking.surroundings.cues import is_food_too, is_said_to_be_a_state, is_said_to_be_food
from pipeline.entities.linking.surroundings.longer_names import is_in_a_longer_name
from pipeline.entities.linking.surroundings.personal_names import (
    follows_a_given_name,
    follows_a_transcribed_name,
    has_a_dot_beside_it,
    is_a_given_name_first,
    is_a_surname_first,
    is_a_surname_last,
    is_part_of_a_name,
    may_be_a_given_name,
    precedes_a_surname,
)
from pipeline.entities.linking.surroundings.personal_spans import PersonalSpans
from pipeline.entities.linking.surroundings.support import (
    has_an_apart_ending,
    is_said_to_be_a_company,
    is_said_to_be_a_place,
)
from pipeline.entities.linking.world import World
from pipeline.messages.articles import EntityRef, Field, Mention
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize

# "Niger, Tschad und Mali": an ambiguous name so near to another country is one.
_NEIGHBOUR_TOKENS = 3
# Towns of this country are called as countries and cities are, and are named with their state.
_STATES_OF = "country/us"
# "republikaanipuolue", "liberaldemokraterna": so long a word for a party means no other thing, small as it is written.
_LONG_WORD = 14
_PLACES = frozenset({"country", "region", "city"})
_WHOLE_NAMES = frozenset({"name", "alias"})


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
        self._world = World.of(kb.relations)

    def link(self, title: str, body: str, language: str, alternatives: Sequence[str] = ()) -> tuple[Mention, ...]:
        """Find every name of a concept.

        Args:
            title: As received.
            body: As received.
            language: BCP 47 tag of the article.
            alternatives: Tags of languages that it may be in instead: their full names, no surnames or adjectives, are
                linked where no word is a name in the article's language, be it a doubtful one.

        Returns:
            Linked mentions, title first, then by start. Of names that overlap the longest wins; the body whose organ it
            is counts as named too where it is named inside: ``Israeli army``, ``UN Security Council``. A word that
            shares the rest of its name with the one beside it is a mention: ``North and South Korea``; so is each
            country of a short pair: 日韓, ``franco-allemand``. A name that may
            mean something else is linked only where the article supports it: the concept is named there without doubt
            too, or its capital is, or a country stands beside it and it can be but one country, or it is a party or
            chamber of the country that the article is mostly about; never where it looks like part of a person's name.
            A surname alone is linked unless another person's given name stands before it.

        Source: longest span wins, as in spaCy's ``filter_spans``.
        """
        fields: dict[Field, FieldText] = {"title": FieldText(title), "body": FieldText(body)}
        spans = self._spans(fields, language)
        mentions = self._linked(fields, spans, language)
        if alternatives:
            taken = [
                (span.field, field.starts[span.first], field.ends[span.end - 1])
                for span in spans
                for field in (fields[span.field],)
            ]
            for other in alternatives:
                for mention in self._linked(fields, self._spans(fields, other), other):
                    place = (mention.field, mention.start, mention.end)
                    if mention.via in _WHOLE_NAMES and not any(_overlap(place, known) for known in taken):
                        taken.append(place)
                        mentions.append(mention)
            # The title is before the body.
            mentions.sort(key=lambda mention: (mention.field != "title", mention.start))
        return tuple(mentions)

    def _surfaces_of(self, language: str) -> Surfaces:
        known_as = self._kb.gazetteer.known_as(language)
        surfaces = self._surfaces.get(known_as)
        if surfaces is None:
            names = self._kb.gazetteer.in_language(known_as)
            surfaces = self._surfaces.setdefault(known_as, Surfaces(names, self._entries, known_as))
        return surfaces

    def held_back(self, title: str, body: str, language: str) -> tuple[HeldBackName, ...]:
        """The names that ``link`` finds and does not link, by field and start, with what each would have needed."""
        fields: dict[Field, FieldText] = {"title": FieldText(title), "body": FieldText(body)}
        spans = self._spans(fields, language)
        article = ArticleContext(language, fields, spans, self._world)
        found = [
            held_back(span, fields[span.field])
            for place, span in enumerate(spans)
            if self._choose(place, span, spans, article) is None
        ]
        return tuple(name for name in found if name is not None)

    def _spans(self, fields: Mapping[Field, FieldText], language: str) -> list[Span]:
        surfaces = self._surfaces_of(language)
        return [span for name, field in fields.items() for span in spans_in(name, field, surfaces)]

    def _linked(self, fields: Mapping[Field, FieldText], spans: list[Span], language: str) -> list[Mention]:
        article = ArticleContext(language, fields, spans, self._world)
        mentions: list[Mention] = []
        for place, span in enumerate(spans):
            chosen = self._choose(place, span, spans, article)
            if chosen is None:
                mentions += self._country_inside(span, article)
            elif chosen.ref is not None:
                mentions.append(_mention(span, fields[span.field], chosen.entry, chosen.ref))
                if span.inside:
                    for body in self._world.bodies.get(chosen.ref.id, ()):
                        mentions += _named_inside(span, fields[span.field], body)
        if paired := self._paired(fields, mentions, language):
            mentions = sorted([*mentions, *paired], key=lambda mention: (mention.field != "title", mention.start))
        return mentions

    def _paired(self, fields: Mapping[Field, FieldText], mentions: Sequence[Mention], language: str) -> list[Mention]:
        """The countries that stand beside each other in a short form, where no name was found."""
        pairs = country_pairs_in(language)
        if pairs is None:
            return []
        found: list[Mention] = []
        for name, field in fields.items():
            named = [mention for mention in mentions if mention.field == name]
            countries = frozenset(
                mention.start for mention in named if mention.entity is not None and mention.entity.kind == "country"
            )
            places = list(pairs.found(field.text, field.words, field.starts, countries))
            for token, concept_id, rest in pairs.compounds(field.words):
                if other := self._country_of(rest, field, language):
                    start, end = field.starts[token], field.ends[token]
                    places += [PairedCountry(start, end, concept_id), PairedCountry(start, end, other)]
            found += [
                self._paired_mention(place, name, field)
                for place in places
                if not any(mention.start < place.end and place.start < mention.end for mention in named)
            ]
        return found

    def _country_of(self, word: str, field: FieldText, language: str) -> str | None:
        surface = self._surfaces_of(language).whole((word,), is_small=field.is_small)
        refs = [candidate.ref for candidate in surface.candidates] if surface is not None else []
        return next((ref.id for ref in refs if ref is not None and ref.kind == "country"), None)

    def _paired_mention(self, place: PairedCountry, name: Field, field: FieldText) -> Mention:
        concept = self._kb.concept(place.concept_id)
        return Mention(
            field=name,
            start=place.start,
            end=place.end,
            text=field.text[place.start : place.end],
            label="MISC",
            via="adjective",
            entity=EntityRef(id=concept.id, name=concept.label, kind=concept.kind),
        )

    def link_span(self, span: Mention, language: str) -> Mention:
        """Link a model's span that is, as a whole, the name of one concept of its label; else return it as it is.

        The linker itself knows the names of the text's language and has held this one back. A model outweighs that for
        a capital that begins a sentence (``Nice``), never for a small letter, for food, or for what may be somebody's
        given name.
        """
        senses = [
            sense
            for sense in self._kb.senses(span.text, (language,))
            if LABELS[sense.concept.kind] == span.label and not sense.name.ambiguous
        ]
        if len(senses) != 1 or may_be_a_given_name(fold(span.text)) or is_food_too(span.text, language):
            return span
        concept, name = senses[0].concept, senses[0].name
        if not any(surface[0].isupper() == span.text[0].isupper() for surface in name.surfaces):
            return span
        if name.in_language(language) and not has_case(span.text):
            return span
        return msgspec.structs.replace(span, entity=EntityRef(id=concept.id, name=concept.label, kind=concept.kind))

    def people_in(self, title: str, body: str, language: str) -> PersonalSpans:
        """What says of a model's people in an article which names they hide."""
        return PersonalSpans({"title": FieldText(title), "body": FieldText(body)}, language, self._words_of)

    def _choose(self, place: int, span: Span, spans: list[Span], article: ArticleContext) -> Candidate | None:
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
        # "Clinton" is Hillary, where nothing says that it is Bill: of several one needs no support.
        sure = [candidate for candidate in span.candidates if candidate.doubt is Doubt.NONE]
        usual = first if is_alone else sure[0] if len(sure) == 1 else None
        countries = {concept.id: candidate for concept, candidate in readings if concept.kind == "country"}
        if len(countries) > 1 and self._are_mixed(countries, article):
            return None
        readings.sort(key=lambda reading: reading[0].id not in article.supported)
        for concept, candidate in readings:
            if candidate.may_be_a_person and self._is_somebody_else(concept, candidate, span, article):
                continue
            if self._is_another(candidate, span, article, after):
                continue
            if (
                (candidate is usual and article.is_settled(candidate, span))
                or article.supports(concept.id, candidate)
                or self._is_a_state(candidate, concept, span, article)
                or _is_said_to_be_meant(candidate, concept, span, article)
                or self._is_at_home(candidate, concept, span, spans, article)
                or (
                    (len(countries) == 1 or self._is_usual(candidate, span, article))
                    and _is_listed(concept, span, [*spans[max(0, place - 1) : place], *spans[place + 1 : place + 2]])
                )
            ):
                return candidate
        return None

    def _are_mixed(self, countries: Mapping[str, Candidate], article: ArticleContext) -> bool:
        """Whether an article names several countries of one name, or of these another than the usual one.

        Who and what belongs to a country names it too: of North Korea Kim Jong Un and KCNA.
        """
        named = article.supported.union(
            self._world.countries[concept_id] for concept_id in article.supported & self._world.countries.keys()
        ).intersection(countries)
        usual = {concept_id for concept_id, candidate in countries.items() if is_usual_country(candidate.entry)}
        return len(named) > 1 or (bool(usual) and not named <= usual)

    def _is_usual(self, candidate: Candidate, span: Span, article: ArticleContext) -> bool:
        """Whether it is the usual country of its name, and no part of a longer name: ``Korea University``."""
        return is_usual_country(candidate.entry) and (
            writes_nouns_with_capital(article.language)
            or not precedes_a_surname(article.fields[span.field], span.end, article.starts[span.field])
        )

    def _country_inside(self, span: Span, article: ArticleContext) -> Iterator[Mention]:
        """The country in the name of another that the article does not support: in ``East Germany`` Germany."""
        for candidate in span.candidates:
            concept = candidate.ref
            if concept is None or concept.kind != "country" or candidate.doubt is not Doubt.NAME:
                return
            if candidate.may_be_a_person and self._is_somebody_else(concept, candidate, span, article):
                return
        for inner in span.inside:
            only = inner.candidates[0]
            if (
                len(inner.candidates) == 1
                and only.ref is not None
                and only.ref.kind == "country"
                and article.is_beyond_doubt(only, inner)
            ):
                yield _mention(inner, article.fields[inner.field], only.entry, only.ref)
                return

    def _is_a_state(self, candidate: Candidate, concept: EntityRef, span: Span, article: ArticleContext) -> bool:
        """Whether the words around a country's name, which may be a person's or a region's, are those of a state."""
        return (
            concept.kind == "country"
            and candidate.doubt is Doubt.NAME
            and is_said_to_be_a_state(article.fields[span.field], span.first, span.end, article.language)
        )

    def _is_at_home(
        self, candidate: Candidate, concept: EntityRef, span: Span, spans: list[Span], article: ArticleContext
    ) -> bool:
        """Whether a party, chamber or surname, whose like is found elsewhere, is of the article's country.

        Where no country is named, a party is the one that the knowledge base has, since news means no other.
        """
        country = self._world.countries.get(concept.id)
        if candidate.doubt not in OF_A_COUNTRY or country is None:
            return False
        if concept.kind == "person" and any(
            other.ref == concept and self._is_somebody_else(concept, other, elsewhere, article)
            for elsewhere in spans
            for other in elsewhere.candidates
        ):
            # "Chris Harris", then "Harris".
            return False
        if article.home or article.parliaments:
            return country == article.home or (not article.home and country in article.parliaments)
        if candidate.doubt is not Doubt.PARTY or len(span.candidates) > 1 or article.may_name_another_than(country):
            return False
        field, first = article.fields[span.field], span.first
        # Christian Democrats are others.
        is_qualified = first > 0 and field.words[first - 1][0].isupper() and field.gap_before(first) == " "
        return (
            span.end - first > 1
            or len(field.words[first]) >= _LONG_WORD
            or (not is_qualified and field.is_capital_inside(first, article.language))
        )

    def _is_somebody_else(self, concept: EntityRef, candidate: Candidate, span: Span, article: ArticleContext) -> bool:
        """Whether the words beside a span make it part of the name of a person who is not this concept."""
        field = article.fields[span.field]
        # "Турции Эрдоган": a country is nobody's given name.
        if span.first not in article.ends[span.field] and follows_a_given_name(
            field, span.first, article.language, self._words_of(concept.id)
        ):
            return True
        starts = article.starts[span.field]
        if not candidate.entry.is_surname:
            return precedes_a_surname(field, span.end, starts)
        return is_a_given_name_first(field, span.end, candidate.entry.folded[-1], starts) or follows_a_transcribed_name(
            field, span.first, self._words_of(concept.id)
        )

    def _is_another(self, candidate: Candidate, span: Span, article: ArticleContext, after: Span | None) -> bool:
        """Whether a demonym or place is part of a person's or street's name, or an American town: ``Peru, Indiana``.

        Args:
            candidate: One reading.
            span: What is read so.
            article: Where.
            after: The next span.
        """
        field, concept, entry = article.fields[span.field], candidate.ref, candidate.entry
        if (
            concept is not None
            and concept.kind in _PLACES
            and is_in_a_longer_name(field, span.first, span.end, article.language)
        ):
            return True
        if entry.via == "adjective":
            return is_a_surname_first(field, span.end, article.language) or is_a_surname_last(
                field, span.first, span.end
            )
        if concept is None or concept.kind not in {"country", "city"}:
            return False
        if has_a_dot_beside_it(field, span.first, span.end, "".join(entry.folded), article.starts[span.field]):
            return True
        if span.end - span.first != 1:
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


def _is_said_to_be_meant(candidate: Candidate, concept: EntityRef, span: Span, article: ArticleContext) -> bool:
    """Whether the words around a country, city or company, which is a word or a person's name too, are of its kind.

    Where another place has the name, or another country the company, they say nothing.
    """
    if len(span.candidates) > 1 or candidate.doubt not in {Doubt.WORD, Doubt.NAME}:
        return False
    field, first, end = article.fields[span.field], span.first, span.end
    if candidate.doubt is Doubt.WORD and has_an_apart_ending(field, end, article.language):
        return True
    if candidate.may_be_food and is_said_to_be_food(field, first, end, article.language):
        return False
    if concept.kind == "org":
        return is_said_to_be_a_company(field, first, end, article.language)
    return (
        concept.kind in {"country", "city"}
        and not may_mean_a_place(candidate.entry)
        and is_said_to_be_a_place(field, first, end, article.language)
    )


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


def _overlap(one: tuple[Field, int, int], other: tuple[Field, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _named_inside(span: Span, field: FieldText, concept_id: str) -> Iterator[Mention]:
    """The shorter names within a span that are names of one concept."""
    for inner in span.inside:
        for candidate in inner.candidates:
            if candidate.ref is not None and candidate.ref.id == concept_id:
                yield _mention(inner, field, candidate.entry, candidate.ref)
                break


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
