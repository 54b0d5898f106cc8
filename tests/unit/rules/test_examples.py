"""Examples that a rule carries, and the explanation of a rule."""

from __future__ import annotations

import pytest

from pipeline.errors import RuleError
from pipeline.messages.rules import Examples, WatchRule
from pipeline.rules import NamesByLanguage, check_examples, explain_rule
from tests.unit.rules.world import WORLD, article


def rule(when: str, *, fires: tuple[str, ...] = (), silent: tuple[str, ...] = (), mode: str = "live") -> WatchRule:
    return WatchRule(id="r", when=when, examples=Examples(fires=fires, silent=silent), mode=mode)  # type: ignore[arg-type]


def test_examples_that_hold_are_no_failures() -> None:
    assert check_examples(rule("NATO -talks", fires=("[[NATO|org/nato]]",), silent=("talks",)), WORLD, article) == []


def test_a_failing_example_says_what_is_missing_or_found() -> None:
    checked = rule(
        "NATO + (Poland OR sanctions) -talks",
        fires=("[[NATO|org/nato]] sanctions", "[[NATO|org/nato]]", "[[NATO|org/nato]] sanctions, talks"),
        silent=("[[NATO|org/nato]] sanctions",),
    )

    second, third, quiet = map(str, check_examples(checked, WORLD, article))
    assert second == (
        "rule r: does not fire on example fires[2] '[[NATO|org/nato]]': not found: Poland[country/pl], sanctions"
    )
    assert third == (
        "rule r: does not fire on example fires[3] '[[NATO|org/nato]] sanctions, talks': "
        "not found: Poland[country/pl]; excluded: talks"
    )
    assert quiet == (
        "rule r: fires on example silent[1] '[[NATO|org/nato]] sanctions': "
        "NATO[org/nato] by 'NATO' (name); sanctions by 'sanctions' (word)"
    )


def test_examples_run_for_a_rule_that_is_off() -> None:
    assert check_examples(rule("NATO", fires=("nothing",), mode="off"), WORLD, article)[0].kind == "fires"


def test_a_rule_that_cannot_be_used_has_no_examples_to_run() -> None:
    with pytest.raises(RuleError):
        check_examples(rule("NATO + ("), WORLD, article)


def test_an_explanation_lists_each_clause_with_its_names() -> None:
    explained = explain_rule(
        rule("North Korea + nuclear test -raw:X1 -person:Ann Lee + lang:de + korea* + NATO"), WORLD
    )

    assert explained.canonical.startswith("North Korea[country/kp] AND ")
    assert [(clause.clause, clause.kind, clause.blocks) for clause in explained.clauses] == [
        ("North Korea[country/kp]", "concept", False),
        ('"nuclear test"', "phrase", False),
        ('raw:"X1"', "raw", True),
        ('person:"Ann Lee"', "mention", True),
        ("lang:de", "metadata", False),
        ("korea*", "prefix", False),
        ("NATO[org/nato]", "concept", False),
    ]
    assert explained.clauses[0].names == (
        NamesByLanguage(language="de", via="name", texts=("Nordkorea",)),
        NamesByLanguage(language="de", via="adjective", texts=("nordkoreanische", "nordkoreanischen")),
        NamesByLanguage(language="en", via="name", texts=("North Korea",)),
        NamesByLanguage(language="zh", via="name", texts=("朝鲜",)),
    )
    assert [warning.problem.split(",")[0] for warning in explained.warnings][-1].startswith("NOT trusts no model")
