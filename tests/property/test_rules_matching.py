"""The index against a naive evaluator written straight from the definition of the rule language."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from pipeline.errors import RuleError
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules import MAX_EVIDENCE_PER_CLAUSE, RuleCompiler, RuleIndex
from pipeline.rules.index.article_terms import ArticleTerms
from pipeline.rules.index.evaluate import missed_by_one
from pipeline.rules.meaning.clauses import Clause
from pipeline.rules.meaning.compilation import compile_rule
from pipeline.rules.syntax.expressions import And, AtLeast, Expression, Not, Or
from tests.property.naive_rules import Found, Rule
from tests.property.scale import CHECKS, examples
from tests.unit.rules.world import WORLD, article

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
        *(
            "person:=Lee",
            "person:=Ann Lee",
            "person:Ann Lee",
            "place:=Lee",
            "org:=NATO",
            "person:=Ann*",
            "lang:de",
            "lang:zh",
            "tag:war",
        ),
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
        *("sanctioning", "de:Sanktion", "no:samtale", "en:sanctions on", "talk sanction*", "no:NATO", "lang:no"),
    ]
)


_IN_TEXT = TERMS.filter(lambda term: not term.startswith(("lang:", "tag:", "source:", "site:")))
_OPERANDS = st.one_of(_IN_TEXT, st.builds("({} OR {})".format, _IN_TEXT, _IN_TEXT))
_NEAR_OPERATORS = st.sampled_from(["NEAR/0", "NEAR/1", "NEAR/3", "ONEAR/0", "ONEAR/2", "NEAR/s", "ONEAR/s", "NEAR/p"])


@st.composite
def _near(draw: st.DrawFn) -> str:
    left, right = draw(_OPERANDS), draw(_OPERANDS)
    fields = {left.partition(":")[0], right.partition(":")[0]}
    right = right if not {"title", "body"} <= fields else "talks"
    return f"{left} {draw(_NEAR_OPERATORS)} {right}"


_CLAUSES = st.one_of(TERMS, _near())
_WEIGHTS = st.sampled_from(["", "", "^2", "^0.5", "^0"])


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    parts = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        parts.map(lambda each: "(" + " + ".join(each) + ")"),
        parts.map(lambda each: "(" + " OR ".join(each) + ")"),
        st.tuples(parts, st.integers(0, 2)).map(
            lambda pair: f"ATLEAST/{max(1, len(pair[0]) - pair[1])}(" + ", ".join(pair[0]) + ")"
        ),
        inner.map(lambda each: f"NOT ({each})"),
    )


_ANY = st.recursive(_CLAUSES, _joined, max_leaves=6)
CONDITIONS = st.one_of(
    _CLAUSES,
    st.builds("({}){} + {}".format, _CLAUSES, _WEIGHTS, _ANY),
    st.builds("({}){} OR {}".format, _CLAUSES, _WEIGHTS, _CLAUSES),
    st.builds("ATLEAST/2({}, {}, {}, {})".format, TERMS, _CLAUSES, TERMS, TERMS),
    st.builds("{} + {} + ({} OR {})^-1".format, TERMS, _ANY, TERMS, TERMS),
)


@st.composite
def documents(draw: st.DrawFn, rule_id: str = "r") -> WatchRule:
    return WatchRule(
        id=rule_id,
        when=draw(CONDITIONS),
        languages=draw(st.sampled_from([("en",), ("de", "en"), ("nb", "zh")])),
        metonyms=draw(st.booleans()),
        min_score=draw(st.sampled_from([None, None, 1.0, 1.5, 2.0])),
    )


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
            "[[Pjöngjang|city/pyongyang]]",
            "[[Kim|country/kp|transliteration]]",
            "sanctioned",
            "Sanktionen",
            "samtalene",
            "talking",
            ". ",
            "\n",
        ),
    ]
)
_TEXTS = st.tuples(st.lists(_PIECES, max_size=9), st.sampled_from([" ", " ", " ", "", "-"])).map(
    lambda pair: pair[1].join(pair[0])
)
ARTICLES = st.builds(
    article,
    _TEXTS,
    _TEXTS,
    language=st.sampled_from(["en", "de", "zh-Hans", "nb", "und"]),
    source=st.sampled_from(["", "AGENCE", "Other"]),
    url=st.sampled_from(["", "https://a.example.org/x", "https://example.org", "https://sample.org/"]),
    tags=st.lists(st.sampled_from(["War", "war", "peace"]), max_size=2),
)


def assert_proven(match: Match, naive: Rule, on: EnrichedArticle) -> None:
    """The evidence is that of the definition: for each clause its first places, in order, cut from the text."""
    clauses = {clause.canonical: clause for clause in _positive(naive.expression)}
    assert match.evidence
    assert match.score == naive.score(on)
    by_clause: dict[str, list[Found]] = {}
    for item in match.evidence:
        start, end = (-1, -1) if item.start is None or item.end is None else (item.start, item.end)
        if item.start is not None:
            assert {"title": on.title, "body": on.body}[item.field][start:end] == item.text
        by_clause.setdefault(item.clause, []).append((item.field, start, end))
    assert set(by_clause) == {clause.canonical for clause in naive.counted(naive.expression, on)}
    for canonical, places in by_clause.items():
        expected = naive.found(clauses[canonical], on, certain=False)[:MAX_EVIDENCE_PER_CLAUSE]
        if not canonical.startswith("tag:"):
            assert places == sorted(expected, key=lambda place: (place[0] == "body", place[1:]))
    shown = match.snippet
    for highlight in shown.highlights:
        marked = shown.text[highlight.start : highlight.end]
        assert marked in on.title or marked in on.body


def _positive(expression: Expression[Clause], *, positive: bool = True) -> Iterator[Clause]:
    if isinstance(expression, (And, Or, AtLeast)):
        for part in expression.parts:
            yield from _positive(part, positive=positive)
    elif isinstance(expression, Not):
        yield from _positive(expression.part, positive=not positive)
    elif positive:
        assert isinstance(expression, Clause)
        yield expression


def _usable(document: WatchRule) -> bool:
    """Whether the drawn pieces make a rule: a negative part alone makes none, nor do terms of two fields near."""
    try:
        compile_rule(document, WORLD)
    except RuleError:
        return False
    return True


_CHECKS = "pairs of a rule and an article judged as the definition judges them"
DOCUMENTS = documents().filter(_usable)


@settings(
    max_examples=examples(600), deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(st.lists(DOCUMENTS, min_size=1, max_size=12), st.lists(ARTICLES, min_size=1, max_size=4))
def test_the_index_fires_as_the_definition_says(drawn: list[WatchRule], articles: list[EnrichedArticle]) -> None:
    index = RuleIndex(WORLD)
    rules: dict[str, Rule] = {}
    for number, document in enumerate(drawn):
        named = msgspec.structs.replace(document, id=f"r{number:02}")
        index.add(named)
        rules[named.id] = Rule(named, compile_rule(named, WORLD).expression)
    for on in articles:
        matches = index.match(on)
        assert [match.rule.id for match in matches] == [rule_id for rule_id, naive in rules.items() if naive.fires(on)]
        CHECKS[_CHECKS] += len(rules)
        for match in matches:
            assert_proven(match, rules[match.rule.id], on)


def missed_by_one_clause(index: RuleIndex, on: EnrichedArticle) -> list[str]:
    """As ``near_misses``, every rule tried."""
    terms = ArticleTerms(on, index._filing)
    conditions = zip(index._ids, index._conditions, strict=True)
    return sorted(
        rule_id for rule_id, condition in conditions if condition is not None and missed_by_one(condition, terms)
    )


class ChangingIndex(RuleBasedStateMachine):
    """After any adds and removes, the index equals one built from the remaining rules."""

    def __init__(self) -> None:
        super().__init__()
        self.index = RuleIndex(WORLD)
        self.compiler = RuleCompiler(WORLD)
        self.live: dict[str, WatchRule] = {}
        self.naive: dict[str, Rule] = {}
        self.news: list[EnrichedArticle] = []

    articles = Bundle("articles")

    @rule(target=articles, on=ARTICLES)
    def arrive(self, on: EnrichedArticle) -> EnrichedArticle:
        self.news = [*self.news[-2:], on]
        return on

    @rule(rule_id=st.sampled_from("abcdef"), document=DOCUMENTS)
    def add(self, rule_id: str, document: WatchRule) -> None:
        named = self.live[rule_id] = msgspec.structs.replace(document, id=rule_id)
        self.naive[rule_id] = Rule(named, compile_rule(named, WORLD).expression)
        self.index.add(named)

    @rule(rule_id=st.sampled_from("abcdef"), document=DOCUMENTS)
    def add_compiled_by_another_process(self, rule_id: str, document: WatchRule) -> None:
        named = self.live[rule_id] = msgspec.structs.replace(document, id=rule_id)
        self.naive[rule_id] = Rule(named, compile_rule(named, WORLD).expression)
        self.index.add(named, pickle.loads(pickle.dumps(self.compiler.requirements(named))))

    @rule(rule_id=st.sampled_from("abcdef"))
    def remove(self, rule_id: str) -> None:
        assert self.index.remove(rule_id) == (self.live.pop(rule_id, None) is not None)

    @invariant()
    def equals_a_fresh_index(self) -> None:
        fresh = RuleIndex(WORLD)
        for document in self.live.values():
            fresh.add(document)
        assert len(self.index) == len(fresh) == len(self.live)
        assert len(self.index._filing) == len(fresh._filing)
        assert len(self.index._filing.keys) == len(fresh._filing.keys)
        assert len(self.index._filing.readings) == len(fresh._filing.readings)
        for on in self.news:
            matches = self.index.match(on)
            assert matches == fresh.match(on)
            assert [match.rule.id for match in matches] == [
                name for name in sorted(self.live) if self.naive[name].fires(on)
            ]
            assert [miss.rule_id for miss in self.index.near_misses(on)] == missed_by_one_clause(self.index, on)
            CHECKS[_CHECKS] += len(self.live)


TestChangingIndex = ChangingIndex.TestCase
TestChangingIndex.settings = settings(
    max_examples=examples(60),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
