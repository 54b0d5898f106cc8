"""What one article holds of all that rules ask for, and where."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.concepts.concept import primary_subtag
from pipeline.messages.alerts import EvidenceField, EvidenceVia
from pipeline.messages.articles import EnrichedArticle, EntityRef, Field, Mention
from pipeline.rules.index.clause_filing import ClauseFiling, FiledClause, FiledLeaf, FiledMention, FiledNear
from pipeline.rules.index.keys import CHARACTER_KEY, NO_KEY, Key, KeyTable
from pipeline.rules.index.proximity import pairs
from pipeline.rules.index.text_terms import TextTerms, WordPlaces
from pipeline.rules.index.word_readings import KEY_TYPE
from pipeline.rules.meaning.clauses import (
    ConceptClause,
    MentionClause,
    MetadataClause,
    NameClause,
    PhraseClause,
    RawClause,
    Scope,
    SpelledClause,
    TermClause,
    WithinClause,
)
from pipeline.rules.meaning.metadata import metadata_of
from pipeline.rules.meaning.unlisted_people import confidence_of
from pipeline.rules.meaning.word_forms import WordForm
from pipeline.rules.syntax.vocabulary import COVERED_LANGUAGES
from pipeline.text.asides.stretches import touches_aside
from pipeline.text.folding import fold

# Georgian letters, which have capitals in Unicode and none in print.
_MKHEDRULI = ("\u10d0", "\u10ff")
# What NOT trusts: a find by transliteration or by a model alone is doubtful, and a doubtful find must cause no miss.
_FEWEST_LETTERS_OF_A_LAST_NAME = 3
CERTAIN_VIAS = frozenset({"name", "adjective", "alias", "short-name"})


class FoundPlace(NamedTuple):
    """Where an article satisfies a clause; metadata has no offsets."""

    field: EvidenceField
    text: str
    via: EvidenceVia
    start: int | None = None
    end: int | None = None
    entity: EntityRef | None = None
    confidence: float | None = None


class ArticleTerms:
    """One article as the rules see it: its concepts, its metadata, and the places of the rules' own words.

    Attributes:
        has_asides: Whether what it holds may stand in an aside alone.
        article: The article. It is to be asked about before the rules change: what stands where is worked out late.
        keys: Of everything in it that a rule asks for, one perhaps several times.
        held: By key, 1 where it is one of them or ``NO_KEY``, else 0.
    """

    def __init__(self, article: EnrichedArticle, filing: ClauseFiling) -> None:
        self.article = article
        self.has_asides = bool(article.asides)
        self._language = primary_subtag(article.language.tag)
        self._memo = memo = filing.readings.memo(self._language)
        title, body = TextTerms(article.title), TextTerms(article.body)
        self._texts: dict[Field, TextTerms] = {"title": title, "body": body}
        self._found_metadata = tuple(metadata_of(article))
        keys = [NO_KEY, *self._named(filing.keys)]
        readings = b"".join([array("I", keys).tobytes(), *map(memo.__getitem__, {*title.words, *body.words})])
        self.keys: npt.NDArray[np.uint32] = np.frombuffer(readings, KEY_TYPE)
        self.held = bytearray(filing.keys.end)
        is_held = np.frombuffer(self.held, np.bool_)
        is_held[self.keys] = True
        if self.held[CHARACTER_KEY]:
            neighbours = [*title.neighbours(filing.keys), *body.neighbours(filing.keys)]
            self.keys = np.append(self.keys, np.array(neighbours, KEY_TYPE))
            is_held[self.keys] = True

    def _named(self, keys: KeyTable) -> Iterator[Key]:
        """The keys of its concepts and its metadata."""
        names = {mention.entity.id for mention in self.article.mentions if mention.entity is not None}
        names.update([f"{field}:{value}" for field, value, _ in self._found_metadata])
        return (key for name in names if (key := keys.find(name)) is not None)

    @cached_property
    def _word_places(self) -> WordPlaces:
        return WordPlaces(self._texts["title"].words, self._texts["body"].words, self._memo)

    @cached_property
    def _mentions(self) -> dict[str, list[Mention]]:
        """Mentions by concept, title first."""
        by_concept: dict[str, list[Mention]] = {}
        for mention in sorted(self.article.mentions, key=_order):
            if mention.entity is not None:
                by_concept.setdefault(mention.entity.id, []).append(mention)
        return by_concept

    @cached_property
    def _metadata(self) -> dict[str, list[FoundPlace]]:
        """Metadata by ``field:value``; two tags may fold alike."""
        by_value: dict[str, list[FoundPlace]] = {}
        for field, value, text in self._found_metadata:
            by_value.setdefault(f"{field}:{value}", []).append(FoundPlace(field, text, "metadata"))
        return by_value

    def places(self, filed: FiledLeaf, *, certain: bool = False) -> Iterator[FoundPlace]:
        """Every place where the article satisfies a clause: title first, then by offset; of NEAR, those of ``pairs``.

        Args:
            filed: What is asked for.
            certain: Only places that NOT trusts.
        """
        if isinstance(filed, FiledNear):
            yield from self._near_places(filed, certain=certain)
        elif isinstance(filed, FiledMention) and isinstance(filed.clause, NameClause):
            if self._is_in_language(filed.clause.scope):
                yield from self._name_places(filed, certain=certain)
        elif isinstance(filed, FiledMention):
            found = [place for each in filed.alternatives for place in self._clause_places(each, certain=certain)]
            # A mention may be a name with capitals too: it is shown once, as what it was found by first.
            once = {(place.field, place.start, place.end): place for place in reversed(found)}.values()
            yield from sorted(once, key=lambda place: (place.field == "body", place.start or 0, place.end or 0))
        elif isinstance(filed, FiledClause):
            yield from self._clause_places(filed, certain=certain)

    def _clause_places(self, filed: FiledClause, *, certain: bool) -> Iterator[FoundPlace]:
        clause = filed.clause
        if isinstance(clause, MetadataClause):
            yield from self._metadata.get(f"{clause.field}:{clause.value}", ())
        elif isinstance(clause, ConceptClause) and self._is_in_language(clause.scope):
            yield from self._concept_places(clause, certain=certain)
        elif isinstance(clause, TermClause) and self._is_in_language(clause.scope):
            ranges = [
                place
                for place in self._ranges(filed.keys[: len(clause.sequence)], clause.scope)
                if clause.scope.field in {None, "aside" if self._is_range_aside(*place) else place[0]}
            ]
            yield from self._term_places(clause, ranges, certain=certain)

    def _near_places(self, filed: FiledNear, *, certain: bool) -> Iterator[FoundPlace]:
        for field, text in self._texts.items():
            left, right = (
                list(
                    dict.fromkeys(
                        place
                        for operand in operands
                        for place in self.places(operand, certain=certain)
                        if place.field == field
                    )
                )
                for operands in (filed.left, filed.right)
            )
            if left and right:
                yield from pairs(left, right, filed.clause, text.distances)

    def _concept_places(self, clause: ConceptClause, *, certain: bool) -> Iterator[FoundPlace]:
        mentions = self._mentions.get(clause.concept.id, [])
        parts = clause.parts if isinstance(clause, WithinClause) else ()
        standing = parts or (() if certain else clause.metonyms)
        if standing:
            others = [mention for other in standing for mention in self._mentions.get(other, ())]
            mentions = sorted([*mentions, *others], key=_order)
        for mention in mentions:
            is_meant = clause.transliterated or mention.via != "transliteration"
            if is_meant and self._in_scope(mention, clause.scope) and (not certain or mention.via in CERTAIN_VIAS):
                is_metonym = not parts and mention.entity is not None and mention.entity.id != clause.concept.id
                yield self._mention_place(mention, "metonym" if is_metonym else mention.via)

    def _term_places(
        self, clause: TermClause, ranges: Sequence[tuple[Field, int, int]], *, certain: bool
    ) -> Iterator[FoundPlace]:
        if isinstance(clause, PhraseClause):
            via: EvidenceVia | None = "exact" if clause.exact else "prefix" if clause.has_prefix else None
            for field, first, end in ranges:
                words, spans = self._texts[field].tokens
                how = via or _inflection_via(clause, words[first:end])
                yield self._text_place(field, spans[first][0], spans[end - 1][1], how)
        elif isinstance(clause, RawClause):
            for field, first, _ in ranges:
                start = self._texts[field].tokens.spans[first][0] - clause.lead
                if self._is_exactly(clause.text, field, start):
                    yield self._text_place(field, start, start + len(clause.text), "exact")
        elif isinstance(clause, MentionClause):
            yield from self._labelled_places(clause, ranges, certain=certain)
        elif isinstance(clause, SpelledClause) and (clause.is_inflected or not certain):
            yield from self._spelled_places(clause, ranges)

    def _labelled_places(
        self, clause: MentionClause, ranges: Sequence[tuple[Field, int, int]], *, certain: bool
    ) -> Iterator[FoundPlace]:
        spans = [
            (field == "body", self._texts[field].tokens.spans[first][0], self._texts[field].tokens.spans[end - 1][1])
            for field, first, end in ranges
        ]
        if not spans:
            return
        for mention in sorted(self.article.mentions, key=_order):
            if not self._in_scope(mention, clause.scope):
                continue
            if mention.label != clause.label or (certain and mention.via not in CERTAIN_VIAS):
                continue
            # One field's spans follow each other in order, and so do their ends, since they are of one sequence.
            place = bisect_left(spans, (mention.field == "body", mention.start), key=itemgetter(0, 1))
            if place < len(spans) and spans[place][0] == (mention.field == "body") and spans[place][2] <= mention.end:
                yield self._mention_place(mention, mention.via)

    def _spelled_places(self, clause: SpelledClause, ranges: Sequence[tuple[Field, int, int]]) -> Iterator[FoundPlace]:
        for field, first, end in ranges:
            tokens = self._texts[field].tokens
            words, spans = tokens.words[first:end], tokens.spans[first:end]
            confidence = confidence_of(words, clause.ways, self._language)
            # Between the words of a name stand small ones, which no spelling shows: Ludwig van Rehnstein.
            capital = (words[0], words[-1]) if clause.is_inflected else words
            if confidence >= clause.least_confidence and all(map(_is_capital, capital)):
                if clause.is_inflected:
                    yield self._text_place(field, spans[0][0], spans[-1][1], "inflection")
                    continue
                place = self._text_place(field, spans[0][0], spans[-1][1], "transliteration")
                yield place._replace(confidence=round(confidence, 2))

    def _name_places(self, filed: FiledMention, *, certain: bool) -> Iterator[FoundPlace]:
        """A whole name, however it is written, and once it stands anywhere in the article, the last name alone."""
        whole: dict[tuple[EvidenceField, int | None], FoundPlace] = {}
        last: list[FoundPlace] = []
        for each in filed.alternatives:
            clause = each.clause
            if not isinstance(clause, PhraseClause | SpelledClause):
                continue
            keys = each.keys[: len(clause.sequence)]
            ranges = self._ranges(keys, filed.clause.scope)
            places = list(self._term_places(clause, ranges, certain=certain))
            for place in places:
                whole.setdefault((place.field, place.start), place)
            if places and isinstance(clause, SpelledClause) and clause.surname < len(keys):
                last += self._last_names(clause, keys[-clause.surname :], places[0], filed.clause.scope)
        for place in last:
            inside = any(
                place.field == one.field and (one.start or 0) <= (place.start or 0) < (one.end or 0)
                for one in whole.values()
            )
            if not inside:
                whole[place.field, place.start] = place
        scope = filed.clause.scope
        found = [place for place in whole.values() if self._in_scope(place, scope)]
        yield from sorted(found, key=lambda place: (place.field == "body", place.start or 0))

    def _last_names(
        self, clause: SpelledClause, keys: Sequence[Key], named: FoundPlace, scope: Scope
    ) -> Iterator[FoundPlace]:
        ways = clause.ways[-clause.surname :]
        if max(len(way.text) for way in ways[0]) * len(ways) < _FEWEST_LETTERS_OF_A_LAST_NAME:
            return
        for field, first, end in self._ranges(keys, scope):
            tokens = self._texts[field].tokens
            words, spans = tokens.words[first:end], tokens.spans[first:end]
            if confidence_of(words, ways, self._language) > 0 and all(map(_is_capital, words)):
                place = self._text_place(field, spans[0][0], spans[-1][1], "short-name")
                yield place if clause.is_inflected else place._replace(via=named.via, confidence=named.confidence)

    def _ranges(self, keys: Sequence[Key], scope: Scope) -> list[tuple[Field, int, int]]:
        """Where words stand that may count: in asides only for a clause that asks for these, be it beside the text."""
        ranges = self._word_places.ranges(keys)
        if not self.has_asides or scope.field == "aside":
            return ranges
        return [place for place in ranges if not self._is_range_aside(*place)]

    def _is_range_aside(self, field: Field, first: int, end: int) -> bool:
        if not self.has_asides or field == "title":
            return False
        spans = self._texts[field].tokens.spans
        return touches_aside(self.article.asides, spans[first][0], spans[end - 1][1])

    def _in_scope(self, place: FoundPlace | Mention, scope: Scope) -> bool:
        """Whether a clause that is asked for there counts at this place of the text."""
        is_aside = (
            self.has_asides
            and place.field == "body"
            and touches_aside(self.article.asides, place.start or 0, place.end or 0)
        )
        if is_aside or scope.field == "aside":
            return is_aside and scope.field == "aside"
        return scope.field in {None, place.field}

    def _is_in_language(self, scope: Scope) -> bool:
        if scope.language is None or scope.language == self._language:
            return True
        return self._language in COVERED_LANGUAGES.get(scope.language, ())

    def _is_exactly(self, text: str, field: Field, start: int) -> bool:
        """Whether these characters stand there, and neither end cuts a token in two."""
        return (
            start >= 0
            and self._texts[field].text.startswith(text, start)
            and not self._cuts_a_token(field, start)
            and not self._cuts_a_token(field, start + len(text))
        )

    def _cuts_a_token(self, field: Field, offset: int) -> bool:
        spans = self._texts[field].tokens.spans
        before = bisect_left(spans, offset, key=itemgetter(0)) - 1
        return before >= 0 and offset < spans[before][1]

    def _text_place(self, field: Field, start: int, end: int, via: EvidenceVia) -> FoundPlace:
        return FoundPlace(field, self._texts[field].text[start:end], via, start, end)

    def _mention_place(self, mention: Mention, via: EvidenceVia) -> FoundPlace:
        text = self._texts[mention.field].text[mention.start : mention.end]
        return FoundPlace(mention.field, text, via, mention.start, mention.end, mention.entity, mention.confidence)


def _inflection_via(clause: PhraseClause, words: Sequence[str]) -> EvidenceVia:
    """Whether words stand as they are written in the rule, or inflected."""
    for word, key in zip(words, clause.sequence, strict=True):
        if fold(word) != WordForm.of(key).word:
            return "inflection"
    return "word"


def _is_capital(word: str) -> bool:
    """Whether a word is written as a name is: with a capital, where newspapers have them."""
    return not word[0].islower() or _MKHEDRULI[0] <= word[0] <= _MKHEDRULI[1]


def _order(mention: Mention) -> tuple[bool, int, int]:
    return (mention.field == "body", mention.start, mention.end)
