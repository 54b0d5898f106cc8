"""A slow evaluator straight from the definition of the rule language: every place, every pair, no index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import Stemmer

from pipeline.messages.articles import EnrichedArticle, Field
from pipeline.messages.rules import WatchRule
from pipeline.rules.meaning.clauses import (
    Clause,
    ConceptClause,
    MentionClause,
    MetadataClause,
    NearClause,
    PhraseClause,
    RawClause,
    Scope,
    WithinClause,
)
from pipeline.rules.syntax.expressions import And, AtLeast, Expression, Not, Or
from pipeline.text.folding import fold
from pipeline.text.nominatives import nominatives
from pipeline.text.sentences import paragraph_ends, sentence_ends
from pipeline.text.tokens import is_unsegmented, tokenize
from tests.unit.rules.world import WORLD

Found = tuple[str, int, int]

FIELDS: tuple[Field, ...] = ("title", "body")
CERTAIN = {"name", "adjective", "alias", "short-name"}
NORWEGIAN = {"no", "nb", "nn"}
STEMMERS = {"en": "english", "de": "german", "no": "norwegian"}


def text_of(on: EnrichedArticle, field: str) -> str:
    return on.title if field == "title" else on.body


def language_of(on: EnrichedArticle) -> str:
    return on.language.tag.split("-")[0]


def counts(scope: Scope, on: EnrichedArticle, field: Field) -> bool:
    right = scope.language is None or language_of(on) == scope.language
    right = right or (scope.language == "no" and language_of(on) in NORWEGIAN)
    return right and scope.field in {None, field}


def stems(word: str, language: str) -> str:
    return fold(Stemmer.Stemmer(STEMMERS[language]).stemWord(word.lower()))


class Rule:
    """A rule to evaluate: its document and its resolved condition."""

    def __init__(self, document: WatchRule, expression: Expression[Clause]) -> None:
        self.document = document
        self.expression = expression

    def fires(self, on: EnrichedArticle) -> bool:
        if not self.satisfied(self.expression, on):
            return False
        return self.document.min_score is None or self.score(on) >= self.document.min_score

    def score(self, on: EnrichedArticle) -> float:
        return sum(clause.weight for clause in dict.fromkeys(self.counted(self.expression, on)))

    def satisfied(self, expression: Expression[Clause], on: EnrichedArticle, *, positive: bool = True) -> bool:
        if isinstance(expression, And):
            parts = [part for part in expression.parts if not lowers(part)]
            return all(self.satisfied(part, on, positive=positive) for part in parts)
        if isinstance(expression, Or):
            return any(self.satisfied(part, on, positive=positive) for part in expression.parts)
        if isinstance(expression, AtLeast):
            return sum(self.satisfied(part, on, positive=positive) for part in expression.parts) >= expression.count
        if isinstance(expression, Not):
            return not self.satisfied(expression.part, on, positive=not positive)
        assert isinstance(expression, Clause)
        return bool(self.found(expression, on, certain=not positive))

    def counted(
        self, expression: Expression[Clause], on: EnrichedArticle, *, positive: bool = True
    ) -> Iterator[Clause]:
        """The clauses of satisfied parts that are satisfied themselves and stand under no odd number of NOTs."""
        if isinstance(expression, Not):
            yield from self.counted(expression.part, on, positive=not positive)
        elif isinstance(expression, (And, Or, AtLeast)):
            for part in expression.parts:
                if lowers(part) or self.satisfied(part, on, positive=positive) == positive:
                    yield from self.counted(part, on, positive=positive)
        elif positive:
            assert isinstance(expression, Clause)
            if self.found(expression, on, certain=False):
                yield expression

    def found(self, clause: Clause, on: EnrichedArticle, *, certain: bool) -> list[Found]:
        """Every place of a clause, in order; of NEAR, each place of the first operand that has a partner, and it."""
        if isinstance(clause, MetadataClause):
            return [(clause.field, -1, -1)] if is_held(clause, on) else []
        if isinstance(clause, NearClause):
            return list(dict.fromkeys(place for pair in self.near(clause, on, certain=certain) for place in pair))
        return [
            (field, start, end)
            for field in FIELDS
            if counts(clause.scope, on, field)  # type: ignore[attr-defined]  # all others have one
            for start, end in dict.fromkeys(self.spans(clause, on, field, certain=certain))
        ]

    def near(self, clause: NearClause, on: EnrichedArticle, *, certain: bool) -> Iterator[tuple[Found, Found]]:
        left, right = (
            sorted(
                {place for each in operand for place in self.found(each, on, certain=certain)},
                key=lambda place: (place[0] == "body", place[1:]),
            )
            for operand in (clause.left, clause.right)
        )
        for place in left:
            partners = [other for other in right if other[0] == place[0] and is_near(clause, place, other, on)]
            if partners:
                yield place, min(partners, key=lambda other: (max(place, other)[1] - min(place, other)[2], other[1:]))

    def spans(self, clause: Clause, on: EnrichedArticle, field: Field, *, certain: bool) -> Iterator[tuple[int, int]]:
        text = text_of(on, field)
        mentions = [
            mention for mention in on.mentions if mention.field == field and (not certain or mention.via in CERTAIN)
        ]
        if isinstance(clause, ConceptClause):
            wanted = {clause.concept.id}
            if isinstance(clause, WithinClause):
                wanted |= set(clause.parts)
            elif self.document.metonyms and not certain:
                wanted |= {
                    each.id
                    for each in WORLD.concepts.values()
                    for to in each.relations
                    if to.target == clause.concept.id
                }
            yield from (
                (each.start, each.end) for each in mentions if each.entity is not None and each.entity.id in wanted
            )
        elif isinstance(clause, MentionClause):
            is_name = clause.kind == "person" and not clause.exact
            inside = list(self.phrases(clause, text, {f"name:{language_of(on)}"} if is_name else set()))
            yield from (
                (mention.start, mention.end)
                for mention in mentions
                if mention.label == clause.label and any(mention.start <= a and b <= mention.end for a, b in inside)
            )
        elif isinstance(clause, RawClause):
            yield from raw_places(clause.text, text)
        elif isinstance(clause, PhraseClause):
            languages = set() if clause.exact else self.inflected_in(clause, on)
            yield from self.phrases(clause, text, languages)

    def inflected_in(self, clause: PhraseClause, on: EnrichedArticle) -> set[str]:
        """The languages by whose stems the clause's words may be found in an article."""
        asked = {clause.scope.language} if clause.scope.language else set(self.document.languages)
        asked = {"no" if language in NORWEGIAN else language for language in asked if language} & set(STEMMERS)
        language = "no" if language_of(on) in NORWEGIAN else language_of(on)
        return asked if language == "und" else asked & {language}

    def phrases(
        self, clause: PhraseClause | MentionClause, text: str, languages: set[str]
    ) -> Iterator[tuple[int, int]]:
        written = [
            (token, word.endswith("*") and end == len(word.rstrip("*")))
            for word in clause.text.split()
            for token, (_, end) in zip(*tokenize(word), strict=True)
        ]
        words, spans = tokenize(text)
        for first in range(len(words) - len(written) + 1):
            window = words[first : first + len(written)]
            if all(
                is_form(word, token, languages, is_prefix=is_prefix)
                for word, (token, is_prefix) in zip(window, written, strict=True)
            ):
                yield spans[first][0], spans[first + len(written) - 1][1]


def is_form(word: str, token: str, languages: set[str], *, is_prefix: bool) -> bool:
    if is_prefix:
        return fold(word).startswith(fold(token))
    if fold(word) == fold(token):
        return True
    if len(fold(token)) < 3 or not token[0].isalpha() or is_unsegmented(token):
        return False
    return any(
        fold(token) in nominatives(fold(word), language.removeprefix("name:"))
        if language.startswith("name:")
        else stems(word, language) == stems(token, language)
        for language in languages
    )


def lowers(part: Expression[Clause]) -> bool:
    alternatives: Sequence[Expression[Clause]] = part.parts if isinstance(part, Or) else (part,)
    return all(isinstance(each, Clause) and each.weight < 0 for each in alternatives)


def is_held(clause: MetadataClause, on: EnrichedArticle) -> bool:
    tag, host = on.language.tag.lower(), urlsplit(on.url).hostname or ""
    return {
        "lang": tag == clause.value
        or tag.startswith(clause.value + "-")
        or (clause.value == "no" and language_of(on) in NORWEGIAN),
        "source": on.source.casefold() == clause.value,
        "site": host == clause.value or host.endswith("." + clause.value),
        "tag": clause.value in {subject.casefold() for subject in on.tags},
    }[clause.field]


def is_near(clause: NearClause, first: Found, second: Found, on: EnrichedArticle) -> bool:
    if clause.ordered and second[1:] < first[1:]:
        return False
    (_, start, end), (_, next_start, next_end) = sorted((first, second))
    if next_start < end:
        return False
    text = text_of(on, first[0])
    if clause.reach == "s":
        return not any(start < at < next_end for at in sentence_ends(text))
    if clause.reach == "p":
        return not any(start < at < next_end for at in paragraph_ends(text))
    between = [
        0.5 if is_unsegmented(word) else 1.0 if any(map(str.isalnum, word)) else 0.0
        for word, (a, b) in zip(*tokenize(text), strict=True)
        if end <= a and b <= next_start
    ]
    return sum(between) <= int(clause.reach)


def raw_places(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    inside = {at for start, end in tokenize(text).spans for at in range(start + 1, end)}
    for start in range(len(text)):
        end = start + len(wanted)
        if text[start:end] == wanted and start not in inside and end not in inside:
            yield start, end
