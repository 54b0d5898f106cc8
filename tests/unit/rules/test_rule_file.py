"""Rule files: what is read, and that every error names rule, line and column."""

from __future__ import annotations

import json
from textwrap import dedent

import jsonschema
import pytest
import yaml

from pipeline.errors import RuleError
from pipeline.messages.rules import LATEST_READING, Examples, Suppress, WatchRule
from pipeline.rules import check_rules, read_rules, rule_file_schema
from tests.unit.rules.world import WORLD

FULL = """\
# What we watch.
rules:
  - id: nato-north-korea
    name: NATO and North Korea
    when: NATO + North Korea
    severity: high
    tags: [security, asia]
    languages: [en, no]
    channel: security
    mode: shadow
    suppress: {for: 6h, by: text}
    limit: 20/h
    examples:
      fires:
        - NATO warns North Korea
      silent: ["NATO meets"]
  - {id: "2024", when: "Poland", channel: ~, examples: {fires: , silent: []}}
"""


def test_a_rule_file_is_read_whole() -> None:
    assert read_rules(FULL, "rules.yaml") == [
        WatchRule(
            id="nato-north-korea",
            name="NATO and North Korea",
            when="NATO + North Korea",
            severity="high",
            tags=("security", "asia"),
            languages=("en", "no"),
            channel="security",
            mode="shadow",
            suppress=Suppress(for_="6h", by="text"),
            limit="20/h",
            examples=Examples(fires=("NATO warns North Korea",), silent=("NATO meets",)),
            reading=LATEST_READING,
        ),
        WatchRule(id="2024", when="Poland", reading=LATEST_READING),
    ]


def test_json_is_yaml_too() -> None:
    assert read_rules(json.dumps({"rules": [{"id": "r", "when": 'NATO -"North Korea"'}]}), "r.json") == [
        WatchRule(id="r", when='NATO -"North Korea"', reading=LATEST_READING)
    ]


@pytest.mark.parametrize("text", ["rules:\n", "rules: []\n", "rules: ~\n"])
def test_a_file_may_hold_no_rules(text: str) -> None:
    assert read_rules(text, "rules.yaml") == []


RULE = "rules:\n  - id: r\n    when: NATO\n    "


@pytest.mark.parametrize(
    ("text", "line", "column", "rule_id", "problem"),
    [
        ("", 1, 1, None, "is empty: expected the key rules: and a list of rules below it"),
        ("- id: r\n", 1, 1, None, "expected the key rules: and the list of rules below it"),
        ("rule:\n  - id: r\n", 1, 1, None, "rule is no field of a rule file: expected rules:"),
        ("{}", 1, 1, None, "expected the key rules:"),
        ("rules:\n  id: r\n", 2, 3, None, "rules: expected a list"),
        ("rules:\n  - NATO\n", 2, 5, None, "expected a rule: a mapping with id: and when:"),
        ("rules:\n  - when: NATO\n", 2, 5, None, "the rule has no id"),
        ("rules:\n  - id: r\n", 2, 5, "r", "the rule has no when"),
        ("rules:\n  - id: r\n    when:\n", 3, 5, "r", "when: is empty"),
        ("rules:\n  - id: r\n    when: ' '\n", 3, 11, "r", "when: is empty"),
        (
            "rules:\n  - id: Big Rule\n    when: NATO\n",
            2,
            9,
            "Big Rule",
            "'Big Rule' will not do: expected lower-case letters",
        ),
        (RULE + "serverity: high", 4, 5, "r", "did you mean severity:?"),
        (RULE + "colour: red", 4, 5, "r", "fields are id, when, name"),
        (RULE + "severity: urgent", 4, 15, "r", "expected info, low, medium, high or critical"),
        (RULE + "mode: trial", 4, 11, "r", "mode: 'trial' will not do: expected live, shadow or off"),
        (RULE + "channel: held", 4, 14, "r", "channel held is reserved"),
        (RULE + "channel: Big_One", 4, 14, "r", "expected lower-case letters, digits and dashes"),
        (RULE + "metonyms: maybe", 4, 15, "r", "metonyms: 'maybe' will not do: expected true or false"),
        (RULE + "suppress: 6h", 4, 15, "r", "suppress: expected for: 6h, and by:"),
        (RULE + "suppress: {by: text}", 4, 15, "r", "suppress has no for: expected for: a length of time"),
        (
            RULE + "suppress: {for: 6 hours}",
            4,
            21,
            "r",
            "suppress.for: '6 hours' will not do: expected a length of time",
        ),
        (RULE + "suppress: {for: 0h}", 4, 21, "r", "suppress.for: '0h' will not do"),
        (
            RULE + "suppress: {for: 6h, by: author}",
            4,
            29,
            "r",
            "suppress.by: 'author' will not do: expected rule, source",
        ),
        (RULE + "suppress: {for: 6h, bye: text}", 4, 25, "r", "did you mean by:?"),
        (RULE + "suppress: {for: [6h]}", 4, 21, "r", "suppress.for: expected a text"),
        (RULE + "suppress: {for: 2d}", 4, 15, "r", "suppress: for 2d is too long: alerts are remembered for 86400 s"),
        (RULE + "limit: 20", 4, 12, "r", "limit: '20' will not do: expected a number in a minute, an hour or a day"),
        (RULE + "limit: 20/week", 4, 12, "r", "limit: '20/week' will not do"),
        (RULE + "limit: 0/h", 4, 12, "r", "limit: '0/h' will not do"),
        (RULE + "min_score: high", 4, 16, "r", "min_score: 'high' will not do: expected a number"),
        (RULE + "tags: security", 4, 11, "r", "tags: expected a list"),
        (RULE + "languages: [en, deutsch]", 4, 21, "r", "'deutsch' will not do: expected language tags"),
        (RULE + "name: [a]", 4, 11, "r", "name: expected a text"),
        (RULE + "name:", 4, 5, "r", "name: is empty"),
        (RULE + "examples: [a]", 4, 15, "r", "examples: expected fires: and silent:"),
        (RULE + "examples: {fire: [a]}", 4, 16, "r", "did you mean fires:?"),
        (RULE + "examples: {fires: a}", 4, 23, "r", "fires: expected a list"),
        (RULE + "id: s", 4, 5, "r", "id: stands twice"),
        (RULE + "[a]: b", 4, 5, "r", "expected a field's name"),
        (RULE + "\n  - id: r\n    when: Poland", 5, 5, "r", "this id is taken by the rule in line 2"),
        ("rules: [{id: r, when: NATO}, {id: r, when: UN}]", 1, 30, "r", "this id is taken by the rule in line 1"),
        ("rules:\n  - &one {id: r, when: NATO}\n  - *one", 2, 5, "r", "this id is taken by the rule in line 2"),
        (RULE + "examples: {silent: [a, ' ']}", 4, 28, "r", "silent: expected a text of an article"),
        (RULE + "\n---\nrules: []", 5, 1, None, "expected a single document in the stream, but found another"),
        ("rules:\n  - id: r\n    when: NATO + (Poland\n", 3, 18, "r", "this bracket is never closed"),
    ],
)
def test_errors_name_rule_line_and_column(
    text: str, line: int | None, column: int | None, rule_id: str | None, problem: str
) -> None:
    with pytest.raises(RuleError) as caught:
        read_rules(text, "rules.yaml")

    assert problem in caught.value.problem
    assert (caught.value.line, caught.value.column, caught.value.rule_id) == (line, column, rule_id)
    assert caught.value.source == "rules.yaml"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('rules:\n  - id: r\n    when: "North Korea" + NATO\n', 3, "a value that begins with a quote stands in quotes"),
        ("rules:\n\t- id: r\n", 2, "indent with blanks"),
        ("rules:\n  - id: r\n    when: title: NATO\n", 3, "a value that holds a colon and a blank"),
        ("rules: [", 1, "not YAML"),
        ("rules: &a [*b]", 1, "not YAML"),
        ("a\0b", 1, "not YAML"),
        ("rules: " + "[" * 300_000, 1, "nested too deep"),
        ("[" * 300_000 + "]" * 300_000, 1, "nested too deep"),
        ("--- a\n--- b\n", 2, "not YAML"),
    ],
)
def test_what_is_not_yaml_gets_one_clear_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(RuleError) as caught:
        read_rules(text, "rules.yaml")

    assert problem in caught.value.problem
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("when: NATO + Georgia", 3, 18),
        ("when: 'NATO + ''it'' + Georgia'", 3, 28),
        ('when: "NATO + \\"it is\\" + Georgia"', 3, 31),
        ("when: |\n      NATO\n      + Georgia", 5, 9),
        ("when: >-\n      NATO\n\n      + Georgia", 6, 9),
        ("when: NATO\n      + Georgia", 4, 9),
        ('when: "\\u004eATO +\n      Georgia"', 4, 7),
    ],
)
def test_errors_point_into_the_file_however_the_condition_is_written(written: str, line: int, column: int) -> None:
    text = f"rules:\n  - id: r\n    {written}\n    severity: low\n"
    (error,) = check_rules(text, "rules.yaml", WORLD).errors

    assert "Georgia may mean" in error.problem
    assert (error.line, error.column) == (line, column)
    shown, caret = error.excerpt.split("\n")
    assert shown[caret.index("^") :].startswith("Georgia")


def test_all_errors_of_a_file_are_told_in_its_order_and_good_rules_are_kept() -> None:
    text = dedent("""\
        rules:
          - id: a
            when: Georgia
          - id: b
            colour: red
            when: NATO
          - id: c
            when: NATO + North Korea talks
          - id: d
            when: (NATO
        """)
    check = check_rules(text, "rules.yaml", WORLD)

    assert [(error.rule_id, error.line) for error in check.errors] == [("a", 3), ("b", 5), ("d", 10)]
    (rule,) = check.rules
    assert rule.canonical == 'NATO[org/nato] AND "North Korea talks"'
    (warning,) = rule.warnings
    assert (warning.source, warning.line, warning.column) == ("rules.yaml", 8, 18)
    assert str(warning).startswith("rules.yaml:8:18: rule c: North Korea talks is searched as these words")


def test_all_that_is_wrong_with_a_rule_is_told_in_one_go() -> None:
    text = dedent("""\
        rules:
          - id: Big Rule
            name: [a]
            severity: urgent
            colour: red
            tags: [a, [b], {c: d}]
            languages: [en, deutsch, d_]
            metonyms: maybe
            suppress: {for: 6 hours, by: author, bye: text}
            limit: 0/h
            examples: {fires: ["", a, " "], silent: b}
            when: (NATO + Georgia
            when: NATO
          - id: b
            severity: 1
            when: Georgia NEAR/8 (Georgia OR lang:de) + entity:country/xx + k* + NOT NATO^2 and talks + Poland
          - id: b
            channel: held
            when: ATLEAST/2(NATO, NATO) + ATLEAST/2(Poland, Poland)
        """)
    check = check_rules(text, "rules.yaml", WORLD)

    assert [(error.rule_id, error.line, error.column) for error in check.errors] == [
        ("Big Rule", 2, 9),
        ("Big Rule", 3, 11),
        ("Big Rule", 4, 15),
        ("Big Rule", 5, 5),
        ("Big Rule", 6, 15),
        ("Big Rule", 6, 20),
        ("Big Rule", 7, 21),
        ("Big Rule", 7, 30),
        ("Big Rule", 8, 15),
        ("Big Rule", 9, 21),
        ("Big Rule", 9, 34),
        ("Big Rule", 9, 42),
        ("Big Rule", 10, 12),
        ("Big Rule", 11, 24),
        ("Big Rule", 11, 31),
        ("Big Rule", 11, 45),
        ("Big Rule", 12, 11),
        ("Big Rule", 13, 5),
        ("b", 15, 15),
        ("b", 16, 11),
        ("b", 16, 27),
        ("b", 16, 38),
        ("b", 16, 56),
        ("b", 16, 70),
        ("b", 16, 78),
        ("b", 17, 5),
        ("b", 18, 14),
        ("b", 19, 27),
        ("b", 19, 53),
    ]
    assert [(warning.rule_id, warning.line) for warning in check.warnings] == [("b", 16)]
    assert check.rules == ()


def test_names_are_not_looked_up_in_languages_that_are_wrong() -> None:
    text = "rules:\n  - id: r\n    languages: [german]\n    when: Georgia\n"
    assert [error.line for error in check_rules(text, "rules.yaml", WORLD).errors] == [3]


def test_errors_and_warnings_come_in_the_order_of_the_file() -> None:
    text = "rules:\n  - id: a\n    when: NATO talks\n  - id: b\n    when: Georgia\n  - id: c\n    when: NATO talks\n"
    assert [finding.line for finding in check_rules(text, "rules.yaml", WORLD).findings] == [3, 5, 7]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("rule: 1\nname: 2\n", ["rule is no field", "name is no field"]),
        ("rule: 1\nrules: [NATO, {id: r, when: (}]\n", ["rule is no field", "expected a rule", "expected a term"]),
        ("rules: 1\nrules: []\n", ["rules: expected a list", "rules: stands twice"]),
    ],
)
def test_all_that_is_wrong_with_a_file_is_told_in_one_go(text: str, problems: list[str]) -> None:
    errors = check_rules(text, "rules.yaml", WORLD).errors
    assert len(errors) == len(problems)
    assert all(error.problem.startswith(problem) for error, problem in zip(errors, problems, strict=True))


def test_the_schema_for_editors_accepts_what_is_read_and_refuses_unknown_fields() -> None:
    schema = rule_file_schema()
    validator = jsonschema.Draft202012Validator(schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = yaml.safe_load(FULL.replace("no]", "nb]").replace("fires: , ", ""))

    validator.validate(document)
    for wrong in (
        {"colour": "red"},
        {"severity": "urgent"},
        {"mode": "trial"},
        {"suppress": {"by": "text"}},
        {"suppress": {"for": "6h", "x": 1}},
        {"limit": 20},
        {"id": "Big Rule"},
    ):
        broken = {"rules": [{**document["rules"][0], **wrong}]}
        assert not validator.is_valid(broken)
