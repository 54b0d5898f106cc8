"""The expected rate of a rule: the arithmetic, and that it ranks rules as a reader of news would."""

from __future__ import annotations

import pytest

from pipeline.messages.rules import WatchRule
from pipeline.rules import explain_rule
from pipeline.rules.advice.rate import expected_share
from pipeline.rules.index.shares import Shares
from pipeline.rules.meaning.compilation import compile_rule
from tests.unit.rules.world import WORLD

MEASURED = Shares.measured(
    [("talks", 0.5), ("war", 0.25), ("peace", 0.125), ("org/nato", 0.5), ("試験", 0.5), ("核試", 0.01), ("験場", 0.25)]
)


def share(when: str) -> float:
    return expected_share(compile_rule(WatchRule(id="r", when=when), WORLD).required, MEASURED)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("=talks", 0.5),
        ("NATO", 0.5),
        ("=talks + =war", 0.125),
        ("=talks OR =war", 0.625),
        ("=talks -=war", 0.375),
        ("=talks + NOT (=war OR =peace)", 0.5 * 0.75 * 0.875),
        ("ATLEAST/1(=talks, =war)", 0.625),
        ("ATLEAST/2(=talks, =war)", 0.125),
        ("ATLEAST/2(=talks, =war, =peace)", 0.125 + 0.0625 + 0.03125 - 2 * 0.015625),
        ("title:=talks", 0.1),
        ('="talks war"', 0.125),
        ("=talks NEAR/s =war", 0.025),
        ("=talks ONEAR/s =war", 0.0125),
        ("核試験", 0.01 * 0.7),
        ("核試験場", 0.01 * 0.49),
    ],
)
def test_the_shares_of_clauses_are_put_together_as_independent(when: str, expected: float) -> None:
    assert share(when) == pytest.approx(expected, rel=0.05)


def test_a_run_of_characters_is_never_more_frequent_than_its_rarest_two() -> None:
    assert share("試験場") < 0.25
    assert share("核試験") < 0.01


def test_what_ships_ranks_rules_as_the_news_does() -> None:
    def shipped(when: str) -> float:
        return explain_rule(WatchRule(id="r", when=when), WORLD).expected_share

    assert (
        shipped("the") > shipped("election") > shipped("election + sanctions") > shipped('"nuclear sanctions treaty"')
    )
    assert shipped("核试验") < 0.01
