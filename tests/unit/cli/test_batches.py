"""Batches of what is there, and the filters that use them on a pipe that pauses."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from pipeline.cli.reading.batches import batches
from pipeline.errors import UsageError
from tests.command_line import WIREWATCH, bounded, deaf, environment

DEADLINE_SECONDS = 120


def test_all_items_come_in_order_and_no_batch_is_too_large() -> None:
    found = list(batches(iter(range(1000)), 7))

    assert [item for batch in found for item in batch] == list(range(1000))
    assert max(map(len, found)) <= 7


def test_an_input_that_pauses_holds_nothing_back() -> None:
    goes_on = Event()

    def items() -> Iterator[int]:
        yield 1
        yield 2
        assert goes_on.wait(DEADLINE_SECONDS)
        yield 3

    taken: list[int] = []
    for batch in batches(items(), 100):
        taken += batch
        if taken == [1, 2]:
            goes_on.set()

    assert taken == [1, 2, 3]


def test_what_the_input_raises_comes_behind_what_it_gave() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise UsageError("gone")

    given = batches(items(), 100)
    assert next(given) == [1]
    with pytest.raises(UsageError, match="gone"):
        next(given)


def test_leaving_early_ends_the_reading() -> None:
    read: list[int] = []
    ended = Event()

    def items() -> Iterator[int]:
        try:
            for number in range(1_000_000):
                read.append(number)
                yield number
        finally:
            ended.set()

    for _ in batches(items(), 2):
        break
    assert ended.wait(DEADLINE_SECONDS)
    assert len(read) < 10


@contextlib.contextmanager
def reading(tmp_path: Path, verb: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command that reads articles from a pipe as they come."""
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: [{id: both, when: NATO + North Korea}]", encoding="utf-8")
    arguments = [verb, "--rules", str(rules)] if verb == "match" else [verb]
    program = subprocess.Popen(
        deaf([*WIREWATCH, *arguments]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    )
    with bounded(program) as process:
        yield process


def answer(process: subprocess.Popen[bytes], article_id: str) -> str:
    """The id of the article that the command answers for."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"id": article_id, "body": "NATO and North Korea"}).encode() + b"\n")
    process.stdin.flush()
    answered = json.loads(process.stdout.readline())
    return str(answered.get("article", answered)["id"])


@pytest.mark.parametrize("verb", ["enrich", "match"])
def test_a_live_pipe_is_answered_before_it_ends(tmp_path: Path, verb: str) -> None:
    with reading(tmp_path, verb) as process:
        assert [answer(process, name) for name in ("first", "second")] == ["first", "second"]
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(DEADLINE_SECONDS) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_a_command_without_a_traceback(tmp_path: Path, number: signal.Signals) -> None:
    with reading(tmp_path, "match") as process:
        answer(process, "first")
        process.send_signal(number)
        assert process.wait(DEADLINE_SECONDS) == 130
        assert process.stderr is not None
        # It leaves the line on which the terminal shows ^C.
        assert process.stderr.read() == b"\n"


def test_a_reader_that_leaves_ends_a_command_without_a_traceback(tmp_path: Path) -> None:
    with reading(tmp_path, "match") as process:
        answer(process, "first")
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.write(b'{"id": "second", "body": "NATO and North Korea"}\n')
        process.stdin.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        # Its output is not whole.
        assert process.wait(DEADLINE_SECONDS) == 1
