"""The hand-written parser against the published grammar, and the canonical form against the parser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, VisitError

from pipeline.errors import RuleError
from pipeline.messages.rules import WatchRule
from pipeline.rules import check_rule
from pipeline.rules.expressions import And, Expression, Not, Or, Unit
from pipeline.rules.parser import parse
from pipeline.rules.vocabulary import LANGUAGE_FIELDS, NAMED_FIELDS
from pipeline.text.tokens import tokenize
from tests.unit.rules.world import WORLD

Shape = tuple[Any, ...]


class _SideConditionError(Exception):
    """The grammar's side conditions do not hold."""


class _Shapes(Transformer[Token, Shape]):
    """The grammar's tree in the shape that ``_shape`` gives the parser's."""

    def start(self, children: list[Any]) -> Shape:
        return children[-1]  # type: ignore[no-any-return]

    def group(self, children: list[Any]) -> Shape:
        return children[-1]  # type: ignore[no-any-return]

    def lead(self, _: list[Any]) -> None:
        return None

    def alternatives(self, children: list[Any]) -> Shape:
        return ("or", *children) if len(children) > 1 else children[0]

    def chain(self, children: list[Any]) -> Shape:
        return ("and", *children) if len(children) > 1 else children[0]

    def negation(self, children: list[Any]) -> Shape:
        return ("not", children[0])

    def words(self, children: list[Token]) -> Shape:
        for word in children:
            if not tokenize(word).words:
                raise _SideConditionError
        return ("words", tuple((word.removesuffix("*"), word.type == "PREFIX") for word in children))

    def prefixed(self, children: list[Token]) -> Shape:
        fields = tuple(token.removesuffix(":") for token in children if token.type == "FIELD")
        if any(field not in NAMED_FIELDS and field not in LANGUAGE_FIELDS for field in fields):
            raise _SideConditionError
        return ("prefixed", fields, children[-1].type == "EXACT")

    def unit(self, children: list[Any]) -> Shape:
        fields: tuple[str, ...] = ()
        exact = False
        concept: str | None = None
        text: Shape = ()
        for child in children:
            if not isinstance(child, Token) and child[0] == "prefixed":
                _, fields, exact = child
            elif not isinstance(child, Token):
                text = child
            elif child.type == "CONCEPT":
                concept = child[1:-1]
            else:
                text = ("quoted", child[1:-1].replace('\\"', '"').replace("\\\\", "\\"))
        return ("unit", fields, exact, text, concept)


GRAMMAR = Lark(
    Path(__file__).with_name("watch_rules.lark").read_text(encoding="utf-8"),
    parser="lalr",
    transformer=_Shapes(),
    maybe_placeholders=False,
)


def _shape(expression: Expression[Unit]) -> Shape:
    if isinstance(expression, And):
        return ("and", *map(_shape, expression.parts))
    if isinstance(expression, Or):
        return ("or", *map(_shape, expression.parts))
    if isinstance(expression, Not):
        return ("not", _shape(expression.part))
    text: Shape = ("words", tuple((word.text, word.is_prefix) for word in expression.words))
    if expression.quoted:
        text = ("quoted", expression.text)
    return ("unit", expression.fields, expression.exact, text, expression.concept)


def by_grammar(when: str) -> Shape | None:
    try:
        return GRAMMAR.parse(when)  # type: ignore[return-value]  # the transformer makes shapes
    except (UnexpectedInput, VisitError, _SideConditionError):
        return None


def by_hand(when: str) -> Shape | None:
    try:
        return _shape(parse(when).expression)
    except RuleError:
        return None


_PIECES = st.sampled_from(
    [
        *(
            "NATO",
            "North",
            "Korea",
            "x",
            "U.S.",
            "AT&T",
            "C",
            "-",
            "--",
            "–",
            "北京",
            "é",
            "AND",
            "OR",
            "NOT",
            "and",
            "NEAR",
        ),
        *("NEAR/8", "ONEAR", "ATLEAST/2", "NEARBY", "ANDROID", "a-b", "&&", ".", "'", "/"),
        *(
            "+",
            "|",
            "(",
            ")",
            '"',
            '"a b"',
            '"C++"',
            '"\\""',
            "\\",
            "=",
            "*",
            "[",
            "]",
            "[country/ge]",
            ":",
            ",",
            "^3",
            "“",
            "！",
        ),
        *("title:", "body:", "person:", "de:", "xx:", "foo:", "raw:", "lang:", "source:", "-title:", "=", "title:="),
        *(" ", " ", " ", " ", "\n", "\t", "　"),
    ]
)
_SOUP = st.lists(_PIECES, max_size=12).map("".join)
_SPACED = st.lists(_PIECES, max_size=10).map(" ".join)


@settings(max_examples=1_500, deadline=None)
@example("NATO NOT Turkey")
@example('a "b" c -d (e | f) g')
@example("+a +b")
@example("a -b c")
@example("(+a b)")
@example('a- b-"c"')
@example('AND"c"')
@given(st.one_of(_SOUP, _SPACED))
def test_parser_and_grammar_read_every_text_alike(when: str) -> None:
    assert by_hand(when) == by_grammar(when)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_its_place(when: str) -> None:
    error: RuleError | None = None
    try:
        check_rule(WatchRule(id="r", when=when), WORLD)
    except RuleError as refused:
        error = refused
    if error is not None:
        assert error.line is not None
        assert error.column is not None
        assert 1 <= error.line <= when.count("\n") + 1
        assert error.excerpt.endswith("^")


_TERMS = st.sampled_from(
    [
        *(
            "NATO",
            "North Korea",
            "Turkey",
            "Trinidad and Tobago",
            "sanctions",
            "nuclear test",
            '"talks or war"',
            "=Turkey",
        ),
        *(
            '="and so"',
            'raw:"AT&T \\"x\\""',
            "korea*",
            "big test*",
            "title:Poland",
            "body:de:Programm",
            "person:Ann Lee",
        ),
        *(
            "org:=NATO",
            "place:Springfield",
            "entity:country/kp",
            "lang:zh-Hant",
            'source:"A B"',
            "site:a.example",
            "tag:x y",
        ),
        *('"C++"', "U.S.", "Georgia[country/ge]", "title:Georgia[country/ge]", "NATO-Gipfel", '"-x y"', "Côte d'Azur"),
    ]
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    parts = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        parts.map(lambda each: "(" + " + ".join(each) + ")"),
        parts.map(lambda each: "(" + " OR ".join(each) + ")"),
        inner.map(lambda each: f"NOT {each}"),
        inner.map(lambda each: f"NOT ({each})"),
    )


CONDITIONS = st.recursive(_TERMS, _joined, max_leaves=8).map(lambda each: f"sanctions + ({each})")


@settings(max_examples=600, deadline=None)
@given(CONDITIONS)
def test_the_canonical_form_is_read_as_the_same_rule(when: str) -> None:
    first = check_rule(WatchRule(id="r", when=when), WORLD)
    second = check_rule(WatchRule(id="r", when=first.canonical), WORLD)

    assert second.canonical == first.canonical


@pytest.mark.parametrize("when", ["NATO + North Korea", '(a OR b) -c "d e"', "title:x de:y* =z"])
def test_the_grammar_reads_rules(when: str) -> None:
    assert by_grammar(when) is not None
