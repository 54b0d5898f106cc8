"""Standard input of ``enrich`` and ``match``: JSON Lines whatever its first line is, every character of it read."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.cli.reading.lines import read_lines
from pipeline.errors import UndecodableError
from tests.command_line import CommandLine, standard_input

GOOD = b'{"id": "good", "body": "NATO and North Korea"}\n'


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.yaml"
    path.write_text("rules: [{id: both, when: NATO + North Korea}]", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("first", [b"not json\n", b"[]\n", b"7\n"])
def test_a_bad_first_line_is_a_bad_line(wirewatch: CommandLine, rules: str, first: bytes) -> None:
    for arguments in (["enrich", "--step", "language"], ["match", "--rules", rules]):
        outcome = wirewatch(*arguments, stdin=first + GOOD)
        assert outcome.status == 1
        assert outcome.first_error_line.startswith("<stdin>:1: ")
        (found,) = map(json.loads, outcome.out.splitlines())
        assert found.get("article", found)["id"] == "good"


@pytest.mark.parametrize("before", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_what_stands_before_the_first_brace_changes_nothing(monkeypatch: pytest.MonkeyPatch, before: bytes) -> None:
    with standard_input(before + GOOD) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        (line,) = read_lines(["-"])
    assert line.place == f"<stdin>:{before.count(10) + 1}"
    assert line.read(now=datetime.now(UTC)).id == "good"


def test_blank_lines_before_plain_text_are_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with standard_input(b"\n\nNATO\n") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        (line,) = read_lines(["-"])
    assert line.read(now=datetime.now(UTC)).body == "\n\nNATO\n"


def test_match_takes_lone_surrogates_as_one_character_each(wirewatch: CommandLine, rules: str) -> None:
    line = rb'{"body": "\ud800 NATO \udc00 North Korea \ud83d\ude00", "title": "NUL \u0000"}'
    outcome = wirewatch("match", "--rules", rules, stdin=line + b"\n")
    assert (outcome.status, outcome.err) == (0, "")
    (alert,) = map(json.loads, outcome.out.splitlines())
    body = "\ufffd NATO \ufffd North Korea \U0001f600"
    assert [body[piece["start"] : piece["end"]] for piece in alert["evidence"]] == ["NATO", "North Korea"]


def test_match_leaves_fields_that_it_does_not_know_alone(wirewatch: CommandLine, rules: str) -> None:
    outcome = wirewatch("match", "--rules", rules, stdin=GOOD.replace(b"}", b', "revision": 3, "mentions": "many"}'))
    assert (outcome.status, outcome.err) == (0, "")
    assert json.loads(outcome.out)["article"]["id"] == "good"


def test_what_is_nested_too_deep_is_a_bad_line(wirewatch: CommandLine, tmp_path: Path) -> None:
    deep = b'{"id": "deep", "body": "x", "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    outcome = wirewatch("enrich", "--step", "language", stdin=deep + b"\n" + GOOD)
    assert outcome.status == 1
    assert outcome.first_error_line.startswith("<stdin>:1: undecodable: ")
    assert json.loads(outcome.out)["id"] == "good"
    path = tmp_path / "deep.json"
    path.write_bytes(deep)
    (line,) = read_lines([str(path)])
    with pytest.raises(UndecodableError, match="nested"):
        line.read(now=datetime.now(UTC))


def test_explain_reports_a_bad_article_as_the_other_verbs_do(wirewatch: CommandLine) -> None:
    outcome = wirewatch("explain", "-", stdin=b'{"id": "\\u001b[2J", "title": " "}\n')
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.first_error_line.startswith("<stdin>:1: empty: article \ufffd[2J: ")
