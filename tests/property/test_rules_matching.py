"""The index against a naive evaluator written straight from the definition of the rule language."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle, Field
from pipeline.messages.rules import WatchRule
from pipeline.rules import MAX_EVIDENCE_PER_CLAUSE, RuleIndex
from pipeline.rules.clauses import Clause, ConceptClause, MentionClause, MetadataClause, PhraseClause, RawClause, Scope
from pipeline.rules.compile import compile_rule
from pipeline.rules.expressions import And, Expression, Not, Or
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize
from tests.unit.rules.world import WORLD, article

Found = tuple[str, int, int]

FIELDS: tuple[Field, ...] = ("title", "body")
CERTAIN = {"name", "adjective", "alias", "short-name"}


def text_of(on: EnrichedArticle, field: Field) -> str:
    return on.title if field == "title" else on.body


def counts(scope: Scope, on: EnrichedArticle, field: Field) -> bool:
    right_language = scope.language is None or on.language.tag.split("-")[0] == scope.language
    return right_language and scope.field in {None, field}


def phrases(sequence: tuple[str, ...], text: str) -> Iterator[tuple[int, int]]:
    words, spans = tokenize(text)
    for first in range(len(words) - len(sequence) + 1):
        window = [fold(word) for word in words[first : first + len(sequence)]]
        if all(
            word.startswith(entry[:-1]) if entry.endswith("*") else word == entry
            for word, entry in zip(window, sequence, strict=True)
        ):
            yield spans[first][0], spans[first + len(sequence) - 1][1]


def raw_places(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    inside = {at for start, end in tokenize(text).spans for at in range(start + 1, end)}
    for start in range(len(text)):
        end = start + len(wanted)
        if text[start:end] == wanted and start not in inside and end not in inside:
            yield start, end


def found(clause: Clause, on: EnrichedArticle, *, certain: bool) -> list[Found]:
    """Every place of a clause, in order."""
    places: list[Found] = []
    if isinstance(clause, MetadataClause):
        tag, host = on.language.tag.lower(), urlsplit(on.url).hostname or ""
        held = {
            "lang": tag == clause.value or tag.startswith(clause.value + "-"),
            "source": on.source.casefold() == clause.value,
            "site": host == clause.value or host.endswith("." + clause.value),
            "tag": clause.value in {subject.casefold() for subject in on.tags},
        }
        return [(clause.field, -1, -1)] if held[clause.field] else []
    for field in FIELDS:
        text = text_of(on, field)
        if isinstance(clause, ConceptClause) and counts(clause.scope, on, field):
            places += [
                (field, mention.start, mention.end)
                for mention in on.mentions
                if mention.field == field
                and mention.entity is not None
                and mention.entity.id == clause.concept.id
                and (not certain or mention.via in CERTAIN)
            ]
        elif isinstance(clause, MentionClause) and counts(clause.scope, on, field):
            places += [
                (field, mention.start, mention.end)
                for mention in on.mentions
                if mention.field == field
                and mention.label == clause.label
                and (not certain or mention.via in CERTAIN)
                and any(mention.start <= a and b <= mention.end for a, b in phrases(clause.sequence, text))
            ]
        elif isinstance(clause, RawClause) and counts(clause.scope, on, field):
            places += [(field, start, end) for start, end in raw_places(clause.text, text)]
        elif isinstance(clause, PhraseClause) and counts(clause.scope, on, field):
            places += [(field, start, end) for start, end in phrases(clause.sequence, text)]
    return places


def satisfied(expression: Expression[Clause], on: EnrichedArticle, *, positive: bool = True) -> bool:
    if isinstance(expression, And):
        return all(satisfied(part, on, positive=positive) for part in expression.parts)
    if isinstance(expression, Or):
        return any(satisfied(part, on, positive=positive) for part in expression.parts)
    if isinstance(expression, Not):
        return not satisfied(expression.part, on, positive=not positive)
    return bool(found(expression, on, certain=not positive))


TERMS = st.sampled_from(
    [
        *("NATO", "North Korea", "Turkey", "Poland", "sanctions", "=Turkey", "talks on sanctions", '"C++"', "sanct*"),
        *(
            "talks on sanc*",
            'raw:"Talks"',
            'raw:"C+"',
            "title:NATO",
            "body:sanctions",
            "de:NATO",
            "en:talks",
            "title:de:talks",
        ),
        *("person:=Lee", "person:=Ann Lee", "place:=Lee", "org:=NATO", "person:=Ann*", "lang:de", "lang:zh", "tag:war"),
        *(
            'source:"Agence"',
            "site:example.org",
            "朝鲜半岛",
            "半岛",
            "on",
            "entity:org/nato",
            "title:korea*",
            "raw:Talks",
        ),
    ]
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    parts = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        parts.map(lambda each: "(" + " + ".join(each) + ")"),
        parts.map(lambda each: "(" + " OR ".join(each) + ")"),
        inner.map(lambda each: f"NOT ({each})"),
    )


_ANY = st.recursive(TERMS, _joined, max_leaves=6)
CONDITIONS = st.one_of(TERMS, st.builds("{} + {}".format, TERMS, _ANY), st.builds("({} OR {})".format, TERMS, TERMS))

_PIECES = st.sampled_from(
    [
        *(
            "[[NATO|org/nato]]",
            "[[Turkey|country/tr]]",
            "[[Turkiye|country/tr|model]]",
            "[[Polish|country/pl|adjective]]",
        ),
        *(
            "[[North Korea|country/kp]]",
            "[[Ann Lee|PER|model]]",
            "[[Ann Lee|PER|name]]",
            "[[Lee|LOC|model]]",
            "[[朝鲜|country/kp]]",
        ),
        *(
            "talks",
            "Talks",
            "on",
            "sanctions",
            "Sanctioned",
            "Turkey",
            "C++",
            "C",
            "korean",
            "半岛",
            "Lee",
            ".",
            "NATO",
            "[[NATO|ORG]]",
        ),
    ]
)
_TEXTS = st.tuples(st.lists(_PIECES, max_size=7), st.sampled_from([" ", " ", "", "-"])).map(
    lambda pair: pair[1].join(pair[0])
)
ARTICLES = st.builds(
    article,
    _TEXTS,
    _TEXTS,
    language=st.sampled_from(["en", "de", "zh-Hans", "und"]),
    source=st.sampled_from(["", "AGENCE", "Other"]),
    url=st.sampled_from(["", "https://a.example.org/x", "https://example.org", "https://sample.org/"]),
    tags=st.lists(st.sampled_from(["War", "war", "peace"]), max_size=2),
)


def assert_proven(match: Match, expression: Expression[Clause], on: EnrichedArticle) -> None:
    """The evidence is that of the definition: for each clause its first places, in order, cut from the text."""
    clauses = {clause.canonical: clause for clause in _positive(expression)}
    assert match.evidence
    assert match.score == len({item.clause for item in match.evidence})
    by_clause: dict[str, list[Found]] = {}
    for item in match.evidence:
        start, end = (-1, -1) if item.start is None or item.end is None else (item.start, item.end)
        if item.start is not None:
            assert {"title": on.title, "body": on.body}[item.field][start:end] == item.text
        by_clause.setdefault(item.clause, []).append((item.field, start, end))
    for canonical, places in by_clause.items():
        expected = found(clauses[canonical], on, certain=False)
        if not canonical.startswith("tag:"):
            assert places == expected[:MAX_EVIDENCE_PER_CLAUSE]
    shown = match.snippet
    for highlight in shown.highlights:
        marked = shown.text[highlight.start : highlight.end]
        assert marked in on.title or marked in on.body


def _positive(expression: Expression[Clause], *, positive: bool = True) -> Iterator[Clause]:
    if isinstance(expression, (And, Or)):
        for part in expression.parts:
            yield from _positive(part, positive=positive)
    elif isinstance(expression, Not):
        yield from _positive(expression.part, positive=not positive)
    elif positive:
        yield expression


@settings(max_examples=600, deadline=None)
@given(st.lists(CONDITIONS, min_size=1, max_size=12), st.lists(ARTICLES, min_size=1, max_size=4))
def test_the_index_fires_as_the_definition_says(conditions: list[str], articles: list[EnrichedArticle]) -> None:
    index = RuleIndex(WORLD)
    expressions: dict[str, Expression[Clause]] = {}
    for number, when in enumerate(conditions):
        document = WatchRule(id=f"r{number:02}", when=when)
        index.add(document)
        expressions[document.id] = compile_rule(document, WORLD).expression
    for on in articles:
        matches = index.match(on)
        assert [match.rule.id for match in matches] == [
            rule_id for rule_id, expression in expressions.items() if satisfied(expression, on)
        ]
        for match in matches:
            assert_proven(match, expressions[match.rule.id], on)


class ChangingIndex(RuleBasedStateMachine):
    """Whatever rules came and went, the index is the one that the remaining rules alone would make."""

    def __init__(self) -> None:
        super().__init__()
        self.index = RuleIndex(WORLD)
        self.live: dict[str, str] = {}
        self.news: list[EnrichedArticle] = []

    articles = Bundle("articles")

    @rule(target=articles, on=ARTICLES)
    def arrive(self, on: EnrichedArticle) -> EnrichedArticle:
        self.news = [*self.news[-2:], on]
        return on

    @rule(rule_id=st.sampled_from("abcdef"), when=CONDITIONS)
    def add(self, rule_id: str, when: str) -> None:
        self.index.add(WatchRule(id=rule_id, when=when))
        self.live[rule_id] = when

    @rule(rule_id=st.sampled_from("abcdef"))
    def remove(self, rule_id: str) -> None:
        assert self.index.remove(rule_id) == (self.live.pop(rule_id, None) is not None)

    @invariant()
    def equals_a_fresh_index(self) -> None:
        fresh = RuleIndex(WORLD)
        for rule_id, when in self.live.items():
            fresh.add(WatchRule(id=rule_id, when=when))
        assert len(self.index) == len(fresh) == len(self.live)
        for on in self.news:
            assert self.index.match(on) == fresh.match(on)


TestChangingIndex = ChangingIndex.TestCase
TestChangingIndex.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
