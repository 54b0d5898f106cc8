"""What one article holds of all that rules ask for, and where."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from pipeline.concepts.concept import primary_subtag
from pipeline.messages.alerts import EvidenceField, EvidenceVia
from pipeline.messages.articles import EnrichedArticle, EntityRef, Field, Mention
from pipeline.rules.clauses import (
    Clause,
    ConceptClause,
    MentionClause,
    MetadataClause,
    PhraseClause,
    RawClause,
    Scope,
    TermClause,
)
from pipeline.rules.metadata import metadata_of
from pipeline.rules.postings import Key
from pipeline.rules.term_table import TermTable
from pipeline.text.tokens import Tokens, tokenize

# What NOT trusts: a find by transliteration or by a model alone is doubtful, and a doubtful find must cause no miss.
CERTAIN_VIAS = frozenset({"name", "adjective", "alias", "short-name"})


class Place(NamedTuple):
    """Where an article satisfies a clause; metadata has no offsets."""

    field: EvidenceField
    text: str
    via: EvidenceVia
    start: int | None = None
    end: int | None = None
    entity: EntityRef | None = None


class ArticleTerms:
    """One article as the rules see it: its concepts, its metadata, and the places of the rules' own words.

    Attributes:
        article: The article.
    """

    def __init__(self, article: EnrichedArticle, terms: TermTable) -> None:
        self.article = article
        self._language = primary_subtag(article.language.tag)
        self._texts: dict[Field, str] = {"title": article.title, "body": article.body}
        self._tokens: dict[Field, Tokens] = {}
        self._ranges: dict[Field, dict[int, list[tuple[int, int]]]] = {"title": {}, "body": {}}
        if len(terms):
            for field, text in self._texts.items():
                self._tokens[field] = tokenize(text)
                self._ranges[field] = terms.find(self._tokens[field])

    @cached_property
    def _mentions(self) -> dict[str, list[Mention]]:
        """Mentions by concept, title first."""
        by_concept: dict[str, list[Mention]] = {}
        for mention in sorted(self.article.mentions, key=_order):
            if mention.entity is not None:
                by_concept.setdefault(mention.entity.id, []).append(mention)
        return by_concept

    @cached_property
    def _metadata(self) -> dict[str, list[Place]]:
        """Metadata by its key; two tags may fold alike."""
        by_key: dict[str, list[Place]] = {}
        for field, value, text in metadata_of(self.article):
            by_key.setdefault(f"{field}:{value}", []).append(Place(field, text, "metadata"))
        return by_key

    def keys(self) -> Iterator[Key]:
        """Everything that a rule can be filed under; what title and body both hold comes twice."""
        for ranges in self._ranges.values():
            yield from ranges
        yield from self._mentions
        yield from self._metadata

    def holds(self, key: Key) -> bool:
        """Whether the article has what a key stands for, wherever it stands."""
        return (
            key in self._ranges["body"]
            or key in self._ranges["title"]
            or key in self._mentions
            or key in self._metadata
        )

    def places(self, clause: Clause, key: Key, *, certain: bool = False) -> Iterator[Place]:
        """Every place where the article satisfies a clause: title first, then by offset.

        Args:
            clause: What is asked for.
            key: Its key in the index.
            certain: Only places that NOT trusts.
        """
        if isinstance(clause, MetadataClause):
            yield from self._metadata.get(str(key), ())
        elif isinstance(clause, ConceptClause) and self._is_in_language(clause.scope):
            for mention in self._mentions.get(str(key), ()):
                if _in_scope(mention.field, clause.scope) and (not certain or mention.via in CERTAIN_VIAS):
                    yield self._mention_place(mention)
        elif isinstance(clause, TermClause) and self._is_in_language(clause.scope):
            ranges = [
                (field, first, end)
                for field, found in self._ranges.items()
                if _in_scope(field, clause.scope)
                for first, end in found.get(int(key), ())
            ]
            yield from self._term_places(clause, ranges, certain=certain)

    def _term_places(
        self, clause: TermClause, ranges: Sequence[tuple[Field, int, int]], *, certain: bool
    ) -> Iterator[Place]:
        if isinstance(clause, PhraseClause):
            via: EvidenceVia = "exact" if clause.exact else "prefix" if clause.has_prefix else "word"
            for field, first, end in ranges:
                spans = self._tokens[field].spans
                yield self._text_place(field, spans[first][0], spans[end - 1][1], via)
        elif isinstance(clause, RawClause):
            for field, first, _ in ranges:
                start = self._tokens[field].spans[first][0] - clause.lead
                if self._is_exactly(clause.text, field, start):
                    yield self._text_place(field, start, start + len(clause.text), "exact")
        elif isinstance(clause, MentionClause):
            yield from self._labelled_places(clause, ranges, certain=certain)

    def _labelled_places(
        self, clause: MentionClause, ranges: Sequence[tuple[Field, int, int]], *, certain: bool
    ) -> Iterator[Place]:
        spans = [
            (field == "body", self._tokens[field].spans[first][0], self._tokens[field].spans[end - 1][1])
            for field, first, end in ranges
        ]
        if not spans:
            return
        for mention in sorted(self.article.mentions, key=_order):
            if mention.label != clause.label or (certain and mention.via not in CERTAIN_VIAS):
                continue
            # One field's spans follow each other in order, and so do their ends, since they are of one sequence.
            place = bisect_left(spans, (mention.field == "body", mention.start), key=itemgetter(0, 1))
            if place < len(spans) and spans[place][0] == (mention.field == "body") and spans[place][2] <= mention.end:
                yield self._mention_place(mention)

    def _is_in_language(self, scope: Scope) -> bool:
        return scope.language is None or scope.language == self._language

    def _is_exactly(self, text: str, field: Field, start: int) -> bool:
        """Whether these characters stand there, and neither end cuts a token in two."""
        return (
            start >= 0
            and self._texts[field].startswith(text, start)
            and not self._cuts_a_token(field, start)
            and not self._cuts_a_token(field, start + len(text))
        )

    def _cuts_a_token(self, field: Field, offset: int) -> bool:
        spans = self._tokens[field].spans
        before = bisect_left(spans, offset, key=itemgetter(0)) - 1
        return before >= 0 and offset < spans[before][1]

    def _text_place(self, field: Field, start: int, end: int, via: EvidenceVia) -> Place:
        return Place(field, self._texts[field][start:end], via, start, end)

    def _mention_place(self, mention: Mention) -> Place:
        text = self._texts[mention.field][mention.start : mention.end]
        return Place(mention.field, text, mention.via, mention.start, mention.end, mention.entity)


def _in_scope(field: Field, scope: Scope) -> bool:
    return scope.field is None or scope.field == field


def _order(mention: Mention) -> tuple[bool, int, int]:
    return (mention.field == "body", mention.start, mention.end)
