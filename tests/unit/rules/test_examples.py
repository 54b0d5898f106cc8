"""Examples that a rule carries, and the explanation of a rule."""

from __future__ import annotations

from pipeline.messages.rules import Examples, WatchRule
from pipeline.rules import ExampleResult, Limits, NamesByLanguage, check_rule, check_rules, explain_rule, run_examples
from tests.unit.rules.world import WORLD, article


def rule(when: str, *, fires: tuple[str, ...] = (), silent: tuple[str, ...] = (), mode: str = "live") -> WatchRule:
    return WatchRule(id="r", when=when, examples=Examples(fires=fires, silent=silent), mode=mode)  # type: ignore[arg-type]


def run(checked: WatchRule) -> list[ExampleResult]:
    return run_examples(check_rule(checked, WORLD), WORLD, article)


def failures(checked: WatchRule) -> list[ExampleResult]:
    return [result for result in run(checked) if not result.passed]


def test_each_example_has_a_result_that_says_what_was_found_or_missing() -> None:
    fires, silent = run(rule("NATO -talks", fires=("[[NATO|org/nato]]",), silent=("talks",)))

    assert (fires.kind, fires.passed, fires.fired) == ("fires", True, True)
    assert fires.detail == "NATO[org/nato] by 'NATO' (name)"
    assert (silent.kind, silent.passed, silent.fired) == ("silent", True, False)
    assert silent.detail == "not found: NATO[org/nato]; excluded: talks"


def test_a_failing_example_says_what_is_missing_or_found() -> None:
    checked = rule(
        "NATO + (Poland OR sanctions^2) -talks",
        fires=("[[NATO|org/nato]] sanctions", "[[NATO|org/nato]]", "[[NATO|org/nato]] sanctions, talks"),
        silent=("[[NATO|org/nato]] sanctions",),
    )

    second, third, quiet = map(str, failures(checked))
    assert second == (
        "<rule>: rule r: does not fire on example fires[2] '[[NATO|org/nato]]': not found: Poland[country/pl], "
        "sanctions"
    )
    assert third == (
        "<rule>: rule r: does not fire on example fires[3] '[[NATO|org/nato]] sanctions, talks': "
        "not found: Poland[country/pl]; excluded: talks"
    )
    assert quiet == (
        "<rule>: rule r: fires on example silent[1] '[[NATO|org/nato]] sanctions': "
        "NATO[org/nato] by 'NATO' (name); sanctions^2 by 'sanctions' (word)"
    )


def test_a_metonym_counts_where_the_rule_takes_metonyms() -> None:
    by_capital = WatchRule(
        id="r",
        when="North Korea + talks",
        metonyms=True,
        examples=Examples(fires=("[[Pyongyang|city/pyongyang]]",)),
    )

    assert [result.detail for result in failures(by_capital)] == ["not found: talks"]


def test_what_only_lowers_the_score_is_not_missing() -> None:
    (silent,) = run(rule("NATO + rumour^-2", silent=("talks",)))

    assert silent.detail == "not found: NATO[org/nato]"


def test_a_score_that_is_too_low_is_told() -> None:
    (silent,) = run_examples(
        check_rule(
            WatchRule(
                id="r",
                when="NATO^2 + (talks OR war^3) + rumour^-1.5",
                min_score=2,
                examples=Examples(silent=("[[NATO|org/nato]] talks, a rumour",)),
            ),
            WORLD,
        ),
        WORLD,
        article,
    )

    assert (silent.passed, silent.detail) == (True, "its score is 1.5, and min_score is 2; not found: war")


def test_a_find_that_not_does_not_trust_is_not_told_as_excluded() -> None:
    (silent,) = run(rule("talks -person:Ann Lee", silent=("[[Ann Lee|PER|model]]",)))

    assert silent.detail == "not found: talks"


def test_a_clause_that_is_longer_as_it_is_meant_than_as_it_is_written_is_told() -> None:
    near = rule(f"({' OR '.join(['North Korea', 'NATO'] * 40)}) NEAR/3 talks", silent=("talks",))
    limits = Limits(max_length=len(near.when))

    (silent,) = run_examples(check_rule(near, WORLD, limits), WORLD, article, limits)
    assert silent.passed
    assert len(silent.detail) > len(near.when)


def test_an_example_of_a_file_says_where_it_stands() -> None:
    text = """\
rules:
- id: a
  when: talks
- id: b
  when: war
  examples:
    silent: []
    fires:
    - the war
    - >-
      peace
      at last
    - "calm"
"""
    bare, checked = check_rules(text, "rules.yaml", WORLD).rules
    results = run_examples(checked, WORLD, article)

    assert run_examples(bare, WORLD, article) == []
    assert [(result.passed, result.position) for result in results] == [
        (True, (9, 7)),
        (False, (10, 7)),
        (False, (13, 7)),
    ]
    assert str(results[1]).startswith("rules.yaml:10:7: rule b: does not fire on example fires[2] 'peace at last'")


def test_examples_run_for_a_rule_that_is_off() -> None:
    assert failures(rule("NATO", fires=("nothing",), mode="off"))[0].kind == "fires"


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


def test_an_explanation_lists_how_other_scripts_spell_a_person_that_nobody_has_listed() -> None:
    named, of_one_script = (
        explain_rule(rule(when), WORLD).clauses[0].spellings for when in ("person:Jan Kowal", "person:=Jan Kowal")
    )
    by_script = {spelled.script: spelled.texts for spelled in named}

    assert "ян коваль" in by_script["cyrillic"]
    assert {"greek", "hebrew", "arabic", "hangul", "katakana", "han"} <= by_script.keys()
    assert all(0 < len(texts) <= 12 for texts in by_script.values())
    assert of_one_script == ()
