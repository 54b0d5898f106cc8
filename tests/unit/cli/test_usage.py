"""Exit statuses: 0 done, 1 failed, 2 wrong usage; an error is one line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pipeline.cli import VERBS
from tests.command_line import WIREWATCH, CommandLine, environment

NEED_KAFKA = [
    ["topics", "apply"],
    ["topics", "list"],
    ["worker"],
    ["subscribe"],
    ["dead-letters", "list"],
    ["dead-letters", "show", "3:17"],
    ["dead-letters", "replay", "--all"],
    ["rules", "list"],
    ["rules", "show", "a"],
    ["rules", "export"],
    ["rules", "delete", "a"],
    ["rules", "mute", "a", "--for", "2h"],
    ["rules", "unmute", "a"],
    ["publish", "-"],
    ["demo"],
]
WRONG_USAGE = [
    ["nonsense"],
    ["dead-letters", "show", "seventeen"],
    ["dead-letters", "replay"],
    ["dead-letters", "replay", "3:17", "--all"],
    ["dead-letters", "replay", "3:17", "--reason", "schema"],
    ["dead-letters", "list", "--reason", "bad-luck"],
    ["rules", "mute", "a", "--for", "soon"],
    ["rules", "mute", "a"],
    ["rules", "delete"],
    ["subscribe", "--since", "yesterday"],
    ["worker", "--step", "reading"],
    ["publish"],
    ["publish", "nowhere.jsonl"],
]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_without_a_broker(wirewatch: CommandLine, verb: str) -> None:
    outcome = wirewatch(verb, "--help")
    assert outcome.status == 0
    assert outcome.out.startswith("Usage: wirewatch")


@pytest.mark.parametrize("arguments", NEED_KAFKA, ids=" ".join)
def test_a_broker_that_is_not_there_is_one_line(wirewatch: CommandLine, arguments: list[str]) -> None:
    outcome = wirewatch(*arguments, stdin=b'{"title": "one"}\n')
    assert outcome.status == 1
    assert "no Kafka broker answers at 127.0.0.1:9 (connection refused)" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("arguments", WRONG_USAGE, ids=" ".join)
def test_wrong_usage_is_said_and_nothing_is_done(wirewatch: CommandLine, arguments: list[str]) -> None:
    outcome = wirewatch(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err


def test_a_wrong_setting_is_wrong_usage(wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_METRICS_PORT", "many")
    outcome = wirewatch("topics", "list")
    assert outcome.status == 2
    assert outcome.first_error_line.startswith("error: WIREWATCH_METRICS_PORT: ")
    assert wirewatch("topics", "list", "--help").status == 0


def test_output_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [*WIREWATCH, "enrich"], input=b'{"body": "x"}\n', stdout=full, stderr=subprocess.PIPE, check=False,
            env=environment(tmp_path),
        )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr.decode().splitlines() == ["error: standard output: No space left on device"]
