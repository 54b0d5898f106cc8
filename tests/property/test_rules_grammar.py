"""The hand-written parser against the published grammar, and the canonical form against the parser."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
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
from pipeline.rules.syntax.expressions import And, AtLeast, Expression, Not, Or, Proximity, Term, Unit, leaves
from pipeline.rules.syntax.limits import Limits
from pipeline.rules.syntax.parser import parse
from pipeline.rules.syntax.vocabulary import LANGUAGE_FIELDS, NAMED_FIELDS
from pipeline.text.tokens import tokenize
from tests.property.scale import CHECKS, examples
from tests.unit.rules.world import WORLD

Shape = tuple[Any, ...]


class _SideConditionError(Exception):
    """The grammar's side conditions do not hold."""


class _Shapes(Transformer[Token, Shape]):
    """The grammar's tree in the shape that ``_shape`` gives the parser's."""

    def start(self, children: list[Any]) -> Shape:
        return children[-1]  # type: ignore[no-any-return]

    def group(self, children: list[Any]) -> Shape:
        if isinstance(children[-1], Token):
            return _weighed(children[-2], float(children[-1][1:]))
        return children[-1]  # type: ignore[no-any-return]

    def at_least_parts(self, children: list[Any]) -> Shape:
        return tuple(child for child in children if child is not None)

    def at_least(self, children: list[Any]) -> Shape:
        count = int(children[0].partition("/")[2])
        if count > len(children[1]):
            raise _SideConditionError
        shape = ("atleast", count, *children[1])
        return _weighed(shape, float(children[2][1:])) if len(children) > 2 else shape

    def near(self, children: list[Any]) -> Shape:
        left, operator, right = children
        name, _, reach = str(operator).partition("/")
        # 08 words are 8 words.
        reach = str(int(reach)) if reach.isdecimal() else reach
        return ("near", f"{name}/{reach}", _operand(left), _operand(right), 1.0)

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
        weight = 1.0
        for child in children:
            if not isinstance(child, Token) and child[0] == "prefixed":
                _, fields, exact = child
            elif not isinstance(child, Token):
                text = child
            elif child.type == "CONCEPT":
                concept = child[1:-1]
            elif child.type == "WEIGHT":
                weight = float(child[1:])
            else:
                text = ("quoted", child[1:-1].replace('\\"', '"').replace("\\\\", "\\"))
        return ("unit", fields, exact, text, concept, weight)


def _weighed(shape: Shape, weight: float) -> Shape:
    """Every term in a bracket gets the bracket's weight."""
    if shape[0] in {"unit", "near"}:
        if shape[-1] != 1:
            raise _SideConditionError
        return (*shape[:-1], weight)
    return tuple(_weighed(part, weight) if isinstance(part, tuple) else part for part in shape)


def _operand(shape: Shape) -> Shape:
    """The units of one side of NEAR."""
    if shape[0] == "or":
        return tuple(unit for part in shape[1:] for unit in _operand(part))
    if shape[0] != "unit" or shape[-1] != 1:
        raise _SideConditionError
    return (shape,)


GRAMMAR = Lark(
    Path(__file__).with_name("watch_rules.lark").read_text(encoding="utf-8"),
    parser="lalr",
    transformer=_Shapes(),
    maybe_placeholders=False,
)


def _shape(expression: Expression[Term]) -> Shape:
    if isinstance(expression, And):
        return ("and", *map(_shape, expression.parts))
    if isinstance(expression, Or):
        return ("or", *map(_shape, expression.parts))
    if isinstance(expression, Not):
        return ("not", _shape(expression.part))
    if isinstance(expression, AtLeast):
        return ("atleast", expression.count, *map(_shape, expression.parts))
    if isinstance(expression, Proximity):
        left, right = (tuple(map(_shape, operand)) for operand in (expression.left, expression.right))
        return ("near", f"{expression.operator}/{expression.reach}", left, right, expression.weight)
    assert isinstance(expression, Unit)
    text: Shape = ("words", tuple((word.text, word.is_prefix) for word in expression.words))
    if expression.quoted:
        text = ("quoted", expression.text)
    return ("unit", expression.fields, expression.exact, text, expression.concept, expression.weight)


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


_WRITTEN = [
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
    *(
        "NEAR/8",
        "ONEAR/s",
        "NEAR/8",
        "NEAR/08",
        "NEAR/x",
        "ONEAR",
        "ATLEAST/2",
        "ATLEAST/1(",
        "ATLEAST/2(",
        "NEARBY",
    ),
    *("^2", "^-0.5", "^", ", ", ",", "(a, ", "ANDROID", "a-b", "&&", ".", "'", "/"),
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
_PIECES = st.sampled_from(_WRITTEN)
SOUP = st.lists(_PIECES, max_size=12).map("".join)
SPACED = st.lists(_PIECES, max_size=10).map(" ".join)


@settings(max_examples=examples(1_500), deadline=None)
@example("NATO NOT Turkey")
@example('a "b" c -d (e | f) g')
@example("+a +b")
@example("a -b c")
@example("(+a b)")
@example('a- b-"c"')
@example('AND"c"')
@example("a b NEAR/8 c d^2")
@example("ATLEAST/2(a + b, (c NEAR/s d)^2,+e)^3 f")
@example("(a OR (b OR c)) ONEAR/3 title:d NOT e NEAR/p f")
@example('ATLEAST/1("a","b",-c)')
@given(st.one_of(SOUP, SPACED))
def test_parser_and_grammar_read_every_text_alike(when: str) -> None:
    assert by_hand(when) == by_grammar(when)


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
        *(
            '"C++"',
            "U.S.",
            "a b NEAR/3 korea*",
            "(NATO OR talks) ONEAR/s Poland",
            "ATLEAST/2(NATO, talks, Poland + war)",
            "near/3",
            "Georgia[country/ge]",
            "title:Georgia[country/ge]",
            "NATO-Gipfel",
            '"-x y"',
            "Côte d'Azur",
        ),
    ]
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    parts = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        parts.map(lambda each: "(" + " + ".join(each) + ")"),
        parts.map(lambda each: "(" + " OR ".join(each) + ")"),
        parts.map(lambda each: f"ATLEAST/{len(each) - 1}(" + ", ".join(each) + ")"),
        inner.map(lambda each: f"NOT {each}"),
        inner.map(lambda each: f"NOT ({each})"),
    )


def _has_different_parts(when: str) -> bool:
    """Whether no ATLEAST is left with too few, once the parts that mean the same are counted once."""
    try:
        check_rule(WatchRule(id="r", when=when), WORLD)
    except RuleError as error:
        return "different parts" not in error.problem
    return True


CONDITIONS = (
    st.recursive(_TERMS, _joined, max_leaves=8)
    .map(lambda each: f"sanctions^2 + ({each}) + (rumour OR big test NEAR/2 war)^-0.5")
    .filter(_has_different_parts)
)


@settings(max_examples=examples(600), deadline=None)
@given(CONDITIONS)
def test_the_canonical_form_is_read_as_the_same_rule(when: str) -> None:
    first = check_rule(WatchRule(id="r", when=when), WORLD)
    second = check_rule(WatchRule(id="r", when=first.canonical), WORLD)

    assert second.canonical == first.canonical


_SMALL = Limits(max_length=50, max_nodes=6, max_nesting=3, max_prefixes=1, max_phrase_words=3)
_LONGEST_SECONDS = 5.0


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), SOUP, SPACED, CONDITIONS), st.sampled_from([Limits(), _SMALL]))
def test_any_text_is_read_within_the_limits_or_refused_with_its_place(when: str, limits: Limits) -> None:
    assert_read_or_refused(when, limits)


@settings(max_examples=examples(5), deadline=None)
@given(st.integers(0, 2**64))
def test_a_rule_with_random_damage_is_read_or_refused(seed: int) -> None:
    """One drawn number for many texts: drawing takes ten times as long as reading."""
    chance = random.Random(seed)
    for _ in range(200):
        pieces = chance.choices(_WRITTEN, k=chance.randint(1, 12))
        for _ in range(chance.choice((0, 0, 1, 3))):
            pieces.insert(
                chance.randint(0, len(pieces)), chr(chance.choice((32, 127, 0x3000, 0x10FFFF)) - chance.randrange(32))
            )
        assert_read_or_refused(chance.choice(("", " ")).join(pieces), chance.choice((Limits(), _SMALL)))


def assert_read_or_refused(when: str, limits: Limits) -> None:
    CHECKS["texts read or refused"] += 1
    started = time.process_time()
    error: RuleError | None = None
    try:
        check_rule(WatchRule(id="r", when=when), WORLD, limits)
    except RuleError as refused:
        error = refused
    assert time.process_time() - started < _LONGEST_SECONDS
    if error is not None:
        assert error.line is not None
        assert error.column is not None
        assert 1 <= error.line <= when.count("\n") + 1
        # An empty line has no column to point at.
        assert error.excerpt.endswith("^") == bool(when.split("\n")[error.line - 1])
    else:
        read = parse(when, limits=limits)
        terms = [term for term, _ in leaves(read.expression)]
        units = [unit for term in terms for unit in _units(term)]
        assert len(when) <= limits.max_length
        assert len(units) <= limits.max_nodes
        assert _depth(read.expression) <= 2 * limits.max_nesting + 2
        assert sum(word.is_prefix for unit in units for word in unit.words) <= limits.max_prefixes
        assert all(len(tokenize(unit.text).words) <= limits.max_phrase_words for unit in units)


def _units(term: Term) -> Sequence[Unit]:
    if isinstance(term, Proximity):
        return (*term.left, *term.right)
    assert isinstance(term, Unit)
    return (term,)


def _depth(expression: Expression[Term]) -> int:
    """Operators above each other; a bracket holds at most two, AND in OR."""
    if isinstance(expression, Not):
        return 1 + _depth(expression.part)
    return 1 + max(map(_depth, expression.parts)) if isinstance(expression, (And, Or, AtLeast)) else 0


@pytest.mark.parametrize(
    "when", ["NATO + North Korea", '(a OR b) -c "d e"', "title:x de:y* =z", "a^3 (b NEAR/8 c)^2 ATLEAST/2(a, b, c)"]
)
def test_the_grammar_reads_rules(when: str) -> None:
    assert by_grammar(when) is not None
