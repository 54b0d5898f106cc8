"""``rules check`` and ``rules explain``, and what of the other verbs needs no broker."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from pipeline.cli import say_error
from pipeline.cli.render import console
from pipeline.cli.rules.apply import show_difference, what_changed
from pipeline.cli.rules.stored import as_rule_file
from pipeline.demo import rules_text
from pipeline.errors import UsageError
from pipeline.messages.codec import encode
from pipeline.messages.rules import Examples, WatchRule
from pipeline.rules import CheckedRule, read_rules
from pipeline.streaming.stores.rule_records import StoredRule
from pipeline.streaming.stores.rule_store import ChangedRule, RuleDifference
from tests.command_line import CommandLine

GOOD = """\
rules:
  - id: nato-north-korea
    when: NATO + North Korea
    examples:
      fires: ["Die NATO warnt vor dem nordkoreanischen Programm."]
      silent: ["Die NATO tagt."]
"""
BAD = """\
rules:
  - id: open
    when: (NATO + Iran
  - id: fine
    when: NATO + Iran
  - id: field
    when: NATO
    sevrity: high
  - id: silent
    when: NATO + Iran
    examples:
      fires: ["Die NATO tagt."]
"""


def file(tmp_path: Path, text: str, name: str = "rules.yaml") -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_good_file_is_echoed_in_canonical_form(wirewatch: CommandLine, tmp_path: Path) -> None:
    outcome = wirewatch("rules", "check", file(tmp_path, GOOD))
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        "✓ nato-north-korea  NATO[org/nato] AND North Korea[country/kp]",
        "1 good rule, 2 examples run, 0 errors",
    ]


def test_everything_that_is_wrong_is_said_with_its_place(wirewatch: CommandLine, tmp_path: Path) -> None:
    path = file(tmp_path, BAD)
    good = file(tmp_path, GOOD, "good.yaml")
    outcome = wirewatch("rules", "check", path, good)
    assert outcome.status == 1
    errors = [line for line in outcome.err.splitlines() if line.startswith("error: ")]
    assert [error.partition(": rule ")[2].partition(":")[0] for error in errors] == ["open", "field", "silent"]
    assert errors[0].startswith(f"error: {path}:3:")
    assert errors[1].startswith(f"error: {path}:8:")
    assert "not found: Iran[country/ir]" in errors[2]
    assert "    when: (NATO + Iran\n" in outcome.err
    assert "^" in outcome.err
    assert "✓ fine" in outcome.out
    assert "✓ nato-north-korea" in outcome.out
    assert outcome.out.splitlines()[-1] == "2 good rules, 3 examples run, 3 errors"


def test_warnings_are_said_and_are_no_errors(wirewatch: CommandLine, tmp_path: Path) -> None:
    outcome = wirewatch("rules", "check", file(tmp_path, "rules:\n  - id: a\n    when: NATO + Iran OR China\n"))
    assert outcome.status == 0
    assert outcome.first_error_line.startswith("warning: ")


def test_all_that_is_wrong_and_doubtful_is_said_in_one_go(wirewatch: CommandLine, tmp_path: Path) -> None:
    rules = "rules:\n  - id: a\n    severity: hgh\n    when: Georgia + NATO talks + Jordan\n"
    outcome = wirewatch("rules", "check", file(tmp_path, rules))
    said = [line for line in outcome.err.splitlines() if "rule a: " in line]
    assert [line.partition(": ")[0] for line in said] == ["error", "error", "warning", "error"]
    assert outcome.out.splitlines()[-1] == "0 good rules, 0 examples run, 3 errors, 1 warning"


def test_explain_says_the_warnings_of_a_file_once(wirewatch: CommandLine, tmp_path: Path) -> None:
    path = file(tmp_path, "rules:\n  - id: a\n    when: NATO talks\n")
    assert wirewatch("rules", "explain", path).err.count("warning: ") == 1
    assert wirewatch("rules", "explain", "NATO talks and tea").err.count("warning: ") == 1


@pytest.mark.parametrize("verb", [["rules", "explain"], ["match", "--rules"]])
def test_what_is_wrong_and_doubtful_is_said_by_its_place_by_every_verb(
    wirewatch: CommandLine, tmp_path: Path, verb: list[str]
) -> None:
    rules = "rules:\n  - {id: a, when: (NATO}\n  - {id: b, when: Georgia}\n  - {id: c, when: NATO talks}\n"
    outcome = wirewatch(*verb, file(tmp_path, rules))
    said = [line for line in outcome.err.splitlines() if "rule " in line]
    assert (outcome.status, outcome.out) == (1, "")
    assert [line.partition(": ")[0] for line in said] == ["error", "error", "warning"]


@pytest.mark.parametrize("acronym", ["DDR", "GDR", "RDA", "NRD"])
def test_an_acronym_of_a_state_of_the_past_is_not_taken_for_it_unasked(
    wirewatch: CommandLine, tmp_path: Path, acronym: str
) -> None:
    outcome = wirewatch("rules", "check", file(tmp_path, f"rules:\n  - {{id: a, when: {acronym} + talks}}\n"))
    assert outcome.status == 1
    assert f"{acronym} may mean East Germany (entity:country/dd) or " in outcome.err


@pytest.mark.parametrize("acronym", ["NDR", "RDG"])
def test_an_acronym_of_others_stays_a_word(wirewatch: CommandLine, tmp_path: Path, acronym: str) -> None:
    outcome = wirewatch("rules", "check", file(tmp_path, f"rules:\n  - {{id: a, when: {acronym} + NATO}}\n"))
    assert (outcome.status, outcome.err) == (0, "")
    assert f"{acronym} AND NATO[org/nato]" in outcome.out


def test_a_warning_about_a_rule_without_an_id_names_none(wirewatch: CommandLine, tmp_path: Path) -> None:
    outcome = wirewatch("rules", "check", file(tmp_path, "rules:\n  - when: NATO talks\n"))
    (said,) = [line for line in outcome.err.splitlines() if line.startswith("warning: ")]
    assert "rule : " not in said
    assert "NATO talks" in said


def test_no_escape_is_written_where_no_colour_is_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where a terminal is, click leaves escapes in.
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    say_error(UsageError("no"))
    monkeypatch.setenv("NO_COLOR", "1")
    say_error(UsageError("no"))
    coloured, plain = capsys.readouterr().err.splitlines()
    assert "\x1b" in coloured
    assert plain == "error: no"


@pytest.mark.parametrize("text", ["rules: [", "- a", "", "rules:\n\t- id: a"])
def test_what_is_no_rule_file_is_said(wirewatch: CommandLine, tmp_path: Path, text: str) -> None:
    path = file(tmp_path, text)
    outcome = wirewatch("rules", "check", path)
    assert outcome.status == 1
    assert outcome.first_error_line.startswith(f"error: {path}:")


def test_a_file_that_is_not_text_is_wrong_usage(wirewatch: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(b"rules: \xff")
    assert wirewatch("rules", "check", str(path)).status == 2
    assert wirewatch("rules", "check", str(tmp_path / "nowhere.yaml")).status == 2


def test_apply_refuses_a_bad_file_before_it_asks_any_broker(wirewatch: CommandLine, tmp_path: Path) -> None:
    outcome = wirewatch("rules", "apply", file(tmp_path, BAD))
    assert outcome.status == 1
    assert outcome.err.splitlines()[-1] == "3 errors: nothing was applied"


def test_explain_shows_the_names_of_each_concept_in_the_languages_asked_for(wirewatch: CommandLine) -> None:
    outcome = wirewatch("rules", "explain", "NATO + North Korea NOT tag:sport", "--language", "de")
    assert outcome.status == 0
    for part in (
        "means     NATO[org/nato] AND North Korea[country/kp] AND NOT tag:sport",
        "pivot     ",
        "expected  about 1 in ",
        "North Korea[country/kp]  concept country/kp (North Korea)",
        "nordkoreanische",
        "tag:sport  metadata  blocks the rule",
    ):
        assert part in outcome.out
    assert "северокорейский" not in outcome.out


def test_explain_says_so_when_what_may_be_an_id_is_read_as_a_condition(wirewatch: CommandLine) -> None:
    outcome = wirewatch("rules", "explain", "sanctions")
    assert outcome.status == 0
    assert outcome.first_error_line.startswith("note: read as a condition")
    assert "means     sanctions" in outcome.out


def test_explain_takes_a_file(wirewatch: CommandLine, tmp_path: Path) -> None:
    assert wirewatch("rules", "explain", file(tmp_path, GOOD)).out.startswith("nato-north-korea\n")


def test_explain_takes_a_condition_that_is_longer_than_the_name_of_a_file_may_be(wirewatch: CommandLine) -> None:
    outcome = wirewatch("rules", "explain", " OR ".join(f'"sanctions {number}"' for number in range(40)))
    assert outcome.status == 0
    assert outcome.err.count("File name too long") == 0
    assert "means " in outcome.out


def test_explain_of_a_file_that_is_not_there_takes_it_for_no_condition(wirewatch: CommandLine) -> None:
    outcome = wirewatch("rules", "explain", "nosuch.yaml")
    assert (outcome.status, outcome.out) == (2, "")
    assert "nosuch.yaml: there is no such file" in outcome.err


def test_an_empty_file_is_said_to_be_empty(wirewatch: CommandLine, tmp_path: Path) -> None:
    outcome = wirewatch("rules", "check", file(tmp_path, ""))
    assert outcome.status == 1
    assert "is empty: expected the key rules:" in outcome.err
    assert "^" not in outcome.err


def test_explain_of_a_wrong_condition_points_at_it(wirewatch: CommandLine) -> None:
    outcome = wirewatch("rules", "explain", "(NATO")
    assert outcome.status == 1
    assert outcome.err.startswith("error: condition:1:")
    assert "(NATO\n" in outcome.err


def test_rules_written_as_a_file_are_read_back_as_the_same_rules() -> None:
    rules = read_rules(rules_text(), "demo rules")
    rules.append(
        WatchRule(
            id="no",
            when='raw:"NATO: #1" + \'yes\'\n + "on"',
            name=" - ünïcode: \t\x07 ",
            languages=("no", "en"),
            tags=("null", "1e3"),
            examples=Examples(fires=("line\nbreak ", "#")),
        )
    )
    assert read_rules(as_rule_file(rules), "export") == rules
    assert read_rules(as_rule_file([]), "export") == []


def test_what_changed_is_said_in_a_few_words() -> None:
    rule = WatchRule(id="a", when="NATO", severity="high")
    old = WatchRule(id="a", when="Iran")

    def before(**changes: object) -> ChangedRule:
        stored = {"id": "a", "value": encode(old), "document": old, "rule_set": "s", **changes}
        return ChangedRule(rule, StoredRule(**stored))  # type: ignore[arg-type]

    assert what_changed(before(), "s") == "when, severity"
    assert what_changed(before(document=rule, rule_set="other"), "s") == "from set other"
    assert what_changed(before(document=None, problem="no id"), "s") == "was unreadable: no id"


def test_fmt_writes_conditions_in_one_style_and_says_what_it_changed(wirewatch: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("rules:\n  # ours\n  - id: a\n    when: NATO   AND  Iran\n", encoding="utf-8")
    assert wirewatch("rules", "fmt", "--check", str(file)).status == 1
    assert wirewatch("rules", "fmt", str(file)).out == f"{file}: formatted\n"
    assert file.read_text(encoding="utf-8") == "rules:\n  # ours\n  - id: a\n    when: NATO + Iran\n"
    again = wirewatch("rules", "fmt", "--check", str(file))
    assert (again.status, again.out) == (0, "1 file: nothing to change\n")


def test_a_failing_example_is_said_with_its_line(wirewatch: CommandLine, tmp_path: Path) -> None:
    path = file(tmp_path, BAD)
    outcome = wirewatch("rules", "check", path)

    assert f"error: {path}:12:15: rule silent: does not fire on example fires[1] 'Die NATO tagt.'" in outcome.err


def test_rules_test_shows_every_example_with_what_the_rule_does(wirewatch: CommandLine, tmp_path: Path) -> None:
    outcome = wirewatch("rules", "test", file(tmp_path, GOOD))
    assert (outcome.status, outcome.err) == (0, "")
    head, fires, silent, summary = outcome.out.splitlines()
    assert head.split() == ["rule", "example", "line", "text", "because"]
    assert fires.split()[:5] == ["✓", "nato-north-korea", "fires", "1", "5"]
    assert "NATO[org/nato] by 'NATO' (name); North Korea[country/kp] by 'nordkoreanischen' (adjective)" in fires
    assert silent.split()[:5] == ["✓", "nato-north-korea", "silent", "1", "6"]
    assert silent.endswith("not found: North Korea[country/kp]")
    assert summary == "1 rule, 2 examples: 2 passed, 0 failed"


def test_rules_test_fails_with_what_fails(wirewatch: CommandLine, tmp_path: Path) -> None:
    outcome = wirewatch("rules", "test", "--failed", file(tmp_path, BAD), file(tmp_path, GOOD, "good.yaml"))
    assert outcome.status == 1
    _, failing, summary = outcome.out.splitlines()
    assert failing.split()[:5] == ["✗", "silent", "fires", "1", "12"]
    assert failing.endswith("is silent: not found: Iran[country/ir]")
    assert summary == "3 rules, 3 examples: 2 passed, 1 failed; 2 errors in the files; without an example: fine"


def test_the_bounds_of_a_rule_are_settings(
    wirewatch: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_RULE_MAX_NODES", "2")
    path = file(tmp_path, GOOD)
    for verb in (("rules", "check"), ("rules", "test"), ("rules", "explain"), ("match", "--rules")):
        outcome = wirewatch(*verb, path)
        assert outcome.status == 1
        assert "the rule has more than max_nodes = 2 terms and operators: split it" in outcome.err


def test_explain_of_the_first_rule_has_its_parts(wirewatch: CommandLine) -> None:
    outcome = wirewatch("rules", "explain", "NATO + North Korea")
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0] == "means     NATO[org/nato] AND North Korea[country/kp]"
    assert lines[1].startswith("pivot     ")
    assert re.fullmatch(r"expected  about 1 in [0-9,]+ articles \(an estimate: --since 24h counts\)", lines[2])
    rows = {tuple(line.split()[:2]) for line in lines}
    assert {("any", "name"), ("ru", "name"), ("de", "adjective"), ("zh-Hans", "name")} <= rows
    for name in ("NATO", "НАТО", "Nordkorea", "nordkoreanische", "Северная Корея", "朝鲜", "كوريا الشمالية"):
        assert name in outcome.out


def test_on_a_terminal_explain_shows_every_name_in_few_rows(
    wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_pipe = wirewatch("rules", "explain", "NATO + North Korea").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    shown = wirewatch("rules", "explain", "NATO + North Korea").out
    assert 3 * len(shown.splitlines()) < 2 * len(in_pipe.splitlines())
    words = set(shown.replace(",", " ").replace(";", " ").split())
    rows = [line.split(maxsplit=2) for line in in_pipe.splitlines() if line.split()[1:2] in (["name"], ["adjective"])]
    assert len(rows) > 100
    for language, via, names in rows:
        assert {language, via, *names.replace(",", " ").split()} <= words


def test_explain_counts_what_misses_a_rule_by_one_clause(wirewatch: CommandLine, tmp_path: Path) -> None:
    bodies = ["NATO and North Korea", "NATO", "NATO", "North Korea", "nothing"]
    articles = "".join(
        json.dumps({"id": f"a{n}", "body": body, "published_at": f"2026-03-0{n + 1}T00:00:00Z"}) + "\n"
        for n, body in enumerate(bodies)
    )
    outcome = wirewatch("rules", "explain", "NATO + North Korea", "--articles", file(tmp_path, articles, "a.jsonl"))
    assert outcome.status == 0
    tried = outcome.out[outcome.out.index("tried on") :].splitlines()
    assert tried[0].startswith("tried on 5 articles of ")
    assert tried[1] == "  fires on 1; 0.25 a day (0.0033–1.4)"
    assert tried[2:5] == [
        "  all but one clause: 3",
        "         2  without North Korea[country/kp]",
        "         1  without NATO[org/nato]",
    ]
    assert len(tried) == 8


def test_formatting_says_that_nothing_changes(wirewatch: CommandLine, tmp_path: Path) -> None:
    path = file(tmp_path, "rules:\n  - id: r\n    when: NATO\n")
    assert wirewatch("rules", "fmt", path).out == "1 file: nothing to change\n"


def test_names_in_a_language_are_those_in_each_of_its_scripts(wirewatch: CommandLine) -> None:
    outcome = wirewatch("rules", "explain", "NATO + Iran", "--language", "zh")
    assert "北约" in outcome.out
    assert "北約" in outcome.out
    assert "НАТО" not in outcome.out
    assert "no name in xx" in wirewatch("rules", "explain", "United Nations + Iran", "--language", "xx").out


def test_a_rule_that_moves_to_another_set_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    rule = WatchRule(id="r", when="NATO")
    before = StoredRule(id="r", value=encode(rule), document=rule, rule_set="desk")
    difference = RuleDifference(rule_set="mine", changed=(ChangedRule(rule=rule, before=before),))
    checked = CheckedRule(rule=rule, canonical="NATO[org/nato]", warnings=())
    show_difference(console(), difference, {"r": checked}, prune=False)
    told = capsys.readouterr()
    assert "1 rule moved here from set desk" in told.err
    assert "--set desk" in told.err


def test_explaining_an_article_says_whose_rules_and_of_one_rule_why(wirewatch: CommandLine, tmp_path: Path) -> None:
    rules = "rules:\n" + "".join(f"- {{id: r{number}, when: NATO}}\n" for number in range(42))
    path = file(tmp_path, rules)
    article = file(tmp_path, "Nothing here of note.", "article.txt")
    outcome = wirewatch("explain", article)
    assert "of the demo's rules: --rules FILE tries yours" in outcome.out
    assert "entity" not in outcome.out.replace("entities", "")
    assert "and 22 more are silent: --rule ID says why one is" in wirewatch("explain", article, "--rules", path).out
    one = wirewatch("explain", article, "--rules", path, "--rule", "r41").out
    assert "○ r41  is silent: not found: NATO[org/nato]" in one
    assert "○ r1 " not in one
    assert "--rule r42: there is no such rule" in wirewatch("explain", article, "--rules", path, "--rule", "r42").err


def test_a_rule_that_is_read_anew_shows_what_it_now_reads_as_names() -> None:
    old = WatchRule(id="r", when="Garrett Holloway")
    new = WatchRule(id="r", when="Garrett Holloway", reading=2)
    change = ChangedRule(rule=new, before=StoredRule(id="r", value=encode(old), document=old, rule_set="desk"))
    assert what_changed(change, "desk", ['"Garrett Holloway"']) == (
        'reading 1 to 2, names read as such: "Garrett Holloway"'
    )
    assert what_changed(change, "desk") == "reading 1 to 2, which changes nothing that it finds"


def test_an_exported_rule_keeps_its_reading() -> None:
    rules = [WatchRule(id="old", when="NATO"), WatchRule(id="new", when="NATO", reading=2)]
    text = as_rule_file(rules)
    assert text.count("reading: ") == 1
    assert read_rules(text, "rules.yaml") == rules
