"""The formatter: one style for conditions, everything else as written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from pipeline.messages.rules import WatchRule
from pipeline.rules import check_rule, format_condition, format_rules, read_rules
from tests.property.test_rules_grammar import CONDITIONS
from tests.unit.rules.world import WORLD

FILE = """\
# Security desk
rules:
  - id: first   # keeps its place
    when: +NATO   "North Korea"|Poland   # and its comment
    examples:
      fires: ["a   b"]
  - {id: second, when: "NATO,x1" }
  - when: >
      NATO AND
      -((Turkey))

    id: third
  - id: fourth
    when: '"North Korea" NATO'
"""
FORMATTED = """\
# Security desk
rules:
  - id: first   # keeps its place
    when: (NATO + "North Korea") OR Poland   # and its comment
    examples:
      fires: ["a   b"]
  - {id: second, when: 'NATO' }
  - when: NATO + NOT Turkey

    id: third
  - id: fourth
    when: '"North Korea" + NATO'
"""


def test_a_file_is_formatted_and_keeps_all_else() -> None:
    assert format_rules(FILE.replace("NATO,x1", "NATO")) == FORMATTED
    assert format_rules(FORMATTED) == FORMATTED


def test_a_long_condition_is_folded() -> None:
    when = " AND ".join(f"(word{number} OR other{number})" for number in range(8))
    formatted = format_rules(f"rules:\n  - id: long\n    when: {when}\n")

    assert formatted.startswith(
        "rules:\n  - id: long\n    when: >-\n      (word0 OR other0)\n      + (word1 OR other1)\n      + (word2"
    )
    assert format_rules(formatted) == formatted
    assert read_rules(formatted, "f")[0].when == format_condition(when)
    assert "# why" in format_rules(f"rules:\n  - id: long\n    when: {when} # why\n").splitlines()[2]


@pytest.mark.parametrize(
    ("when", "formatted"),
    [
        ("a1 | b1", "a1 OR b1"),
        ("a1 -b1", "a1 + NOT b1"),
        ("NOT(a1 b1)", "NOT a1 b1"),
        ("NOT(a1 + b1)", "NOT (a1 + b1)"),
        ("((a1))^2", "a1^2"),
        ("(a1|b1)NEAR/3 c1", "(a1 OR b1) NEAR/3 c1"),
        ("ATLEAST/2( a1,b1 ,c1|d1)", "ATLEAST/2(a1, b1, c1 OR d1)"),
        ('title:="A  B"[country/ge]^2', 'title:="A  B"[country/ge]^2'),
    ],
)
def test_conditions(when: str, formatted: str) -> None:
    assert format_condition(when) == formatted


@settings(max_examples=300, deadline=None)
@given(CONDITIONS)
def test_the_formatted_condition_is_the_same_rule(when: str) -> None:
    formatted = format_condition(when)

    assert format_condition(formatted) == formatted
    assert (
        check_rule(WatchRule(id="r", when=formatted), WORLD).canonical
        == check_rule(WatchRule(id="r", when=when), WORLD).canonical
    )
