"""The grammar in the reference reads what the oracle's grammar reads, and so what the parser reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import UnexpectedInput

from tests.property.test_rules_grammar import CONDITIONS, SOUP, SPACED

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rule-grammar.md"
ORACLE_FILE = Path(__file__).with_name("watch_rules.lark")
RULES, TERMINALS = re.findall(r"```lark\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
PUBLISHED = Lark(RULES + TERMINALS, parser="earley")
# Without the side conditions, which the page lists in words.
ORACLE = Lark(ORACLE_FILE.read_text(encoding="utf-8"), parser="lalr")


def reads(grammar: Lark, when: str) -> bool:
    try:
        grammar.parse(when)
    except UnexpectedInput:
        return False
    return True


def test_the_terminals_are_those_of_the_oracle() -> None:
    assert ORACLE_FILE.read_text(encoding="utf-8").rstrip().endswith(TERMINALS.rstrip())


@settings(max_examples=150, deadline=None)
@example("NATO NOT Turkey")
@example('a "b" c -d (e | f) g')
@example("(+a b)")
@example("a b NEAR/8 c d^2")
@example("ATLEAST/2(a + b, (c NEAR/s d)^2,+e)^3 f")
@example("a NEAR/8 b NEAR/8 c")
@example("a (")
@given(st.one_of(SOUP, SPACED))
def test_the_published_grammar_reads_what_the_oracle_reads(when: str) -> None:
    assert reads(PUBLISHED, when) == reads(ORACLE, when)


@settings(max_examples=20, deadline=None)
@given(CONDITIONS)
def test_the_published_grammar_reads_rules(when: str) -> None:
    assert reads(PUBLISHED, when)


@pytest.mark.parametrize("when", ["NATO AND", "a + + b", 'a"b"', "a*b", "title:", "a ^2", "ATLEAST/2 a"])
def test_the_published_grammar_refuses_what_is_no_rule(when: str) -> None:
    assert not reads(PUBLISHED, when)
