"""What an author is told helps: it says what is wrong where it is, and what to write instead does what is meant."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.errors import RuleError
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex, check_rule, check_rules
from pipeline.rules.syntax.parser import parse
from tests.unit.rules.world import article

CONCEPTS = KnowledgeBase.load()


def warnings(when: str) -> list[str]:
    return [warning.problem for warning in check_rule(WatchRule(id="r", when=when), CONCEPTS).warnings]


def refusal(when: str) -> str:
    with pytest.raises(RuleError) as refused:
        check_rule(WatchRule(id="r", when=when), CONCEPTS)
    return refused.value.problem


def fires(when: str, body: str) -> bool:
    index = RuleIndex(CONCEPTS)
    index.add(WatchRule(id="r", when=when))
    return bool(index.match(article(body)))


@pytest.mark.parametrize(
    ("when", "instead"),
    [
        ('"nuclear test"~5', "write nuclear NEAR/5 test"),
        ('"nuclear test"~', "write nuclear NEAR/8 test"),
        ('"a new test"~2', "write (a NEAR/2 new) + (new NEAR/2 test)"),
        ("Lukashenka~1", "with OR, as in (color OR colour)"),
        ('"Lukashenka~1"', "with OR, as in (color OR colour)"),
        ('"Lukashenka"~1', "with OR, as in (color OR colour)"),
        ("*virus", "with OR, as in (color OR colour)"),
        ("te*t", "with OR, as in (color OR colour)"),
        ("colo?r", "with OR, as in (color OR colour)"),
        ("!NATO + Iran", "write -A for NOT A"),
        ("\U0001f680", "signs and emoji alone are not searched"),
        ('"\U0001f680"', "signs and emoji alone are not searched"),
    ],
)
def test_what_other_search_languages_write_is_told_in_ours(when: str, instead: str) -> None:
    assert instead in refusal(when)


def test_what_is_told_instead_of_a_distance_is_a_condition() -> None:
    parse("(a NEAR/2 new) + (new NEAR/2 test)")


def test_a_quote_that_yaml_takes_away_is_told_with_both_kinds() -> None:
    check = check_rules('rules:\n- id: r\n  when: "OPEC+"\n', "rules.yaml", CONCEPTS)
    assert """when: '"Disney+"'""" in check.errors[0].problem
    assert "YAML" not in refusal("OPEC+")
    assert check_rules("""rules:\n- id: r\n  when: '"OPEC+"'\n""", "rules.yaml", CONCEPTS).rules


def test_of_a_name_in_capitals_the_letters_are_told_and_in_which_languages_it_is_none() -> None:
    problem = refusal("IS")
    assert "but not in en" in problem
    assert "raw:IS for these letters alone" in problem
    assert fires("raw:IS", "Fighters of IS fled.")
    assert not fires("raw:IS", "The water is ice.")


def test_a_word_is_not_told_of_a_name_in_another_language() -> None:
    assert not any("Islamic State" in warning for warning in warnings("is + ice"))
    assert any("World Health Organization write WHO" in warning for warning in warnings("who + vaccine"))


def test_a_concept_that_is_called_so_with_more_words_is_told() -> None:
    assert "write entity:org/orange for Orange (company)" in warnings("org:Orange")[0]


def test_a_rule_that_fires_on_every_other_article_is_told() -> None:
    (warning,) = warnings("AI")
    assert 'raw:"AI"' in warning
    assert "en:AI" in warning
    assert warnings("AI + Kazakhstan") == []
    assert warnings("en:AI") == warnings('raw:"AI"') == []


BROKEN = dedent("""\
    # Rules.
    rules:
      - id: quoted
        when: "North Korea" + NATO
      - id: good
        when: Iran
      - id: open
        when: 'NATO
      - id: deep
          when: Iran
      - id: colon
        when: NATO: Iran
      # The last one.
      - id: last
        when: France
    """)


def test_a_rule_that_is_no_yaml_hides_no_other() -> None:
    check = check_rules(BROKEN, "rules.yaml", CONCEPTS)
    assert [checked.rule.id for checked in check.rules] == ["good", "last"]
    assert [(error.line, error.column) for error in check.errors] == [(4, 25), (8, 11), (10, 11), (12, 15)]
    assert all("not YAML" in error.problem for error in check.errors)


def test_a_file_whose_head_is_no_yaml_has_one_error() -> None:
    check = check_rules("a: [\n" + BROKEN, "rules.yaml", CONCEPTS)
    assert len(check.errors) == 1
    assert check.rules == ()
