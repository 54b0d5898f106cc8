from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

import pytest

from pipeline.assembly import build_rule_compiler
from pipeline.messages.codec import encode
from pipeline.messages.rules import WatchRule
from pipeline.settings import load_settings
from pipeline.streaming.stores.rule_compilers import Compiled, RuleCompilers, rule_compilers
from pipeline.streaming.stores.rule_records import StoredRule, read_rule_record
from tests.command_line import bounded

COMPILER = [sys.executable, "-m", "pipeline.streaming.stores.rule_compilers"]
CONDITIONS = (
    "NATO + North Korea",
    '"nuclear test" NEAR/8 (missile OR rocket)',
    "ATLEAST/2(NATO, Iran, sanct*) + rumour^-2",
)


def stored(rule_id: str, when: str) -> StoredRule:
    return read_rule_record(rule_id.encode(), encode(WatchRule(id=rule_id, when=when)), ())


async def one_by_one(chunks: list[list[StoredRule]]) -> AsyncIterator[list[StoredRule]]:
    for chunk in chunks:
        yield chunk


Answers = list[tuple[list[StoredRule], Compiled]]
CHUNKS = [[stored(f"r{number}", "NATO")] for number in range(9)]


async def compiled(compilers: RuleCompilers, chunks: list[list[StoredRule]]) -> Answers:
    return [each async for each in compilers.compiled(one_by_one(chunks))]


async def test_chunks_come_in_order_with_what_their_rules_require() -> None:
    chunks = [[stored(f"r{number}-{at}", when) for at, when in enumerate(CONDITIONS)] for number in range(9)]
    async with rule_compilers(load_settings(), 2) as compilers:
        answers = await compiled(compilers, chunks)
    here = build_rule_compiler(load_settings())
    assert [chunk for chunk, _ in answers] == chunks
    for chunk, answer in answers:
        assert answer == {each.id: here.requirements(each.rule) for each in chunk if each.rule is not None}


async def test_of_rules_that_cannot_be_used_there_is_nothing() -> None:
    chunk = [
        stored("open", "("),
        stored("good", "NATO"),
        stored("large", " OR ".join(f"word{number}" for number in range(30))),
        read_rule_record(b"broken", b"{", ()),
        read_rule_record(b"gone", None, ()),
        stored("twice", "NATO"),
        stored("twice", "("),
    ]
    async with rule_compilers(load_settings(rule_max_nodes=20), 1) as compilers:
        [(_, answer)] = await compiled(compilers, [chunk])
    assert {rule_id for rule_id, requirements in answer.items() if requirements is not None} == {"good"}


async def test_rules_of_a_process_that_has_ended_are_left_to_be_compiled(caplog: pytest.LogCaptureFixture) -> None:
    processes = [await asyncio.create_subprocess_exec("false", stdin=PIPE, stdout=PIPE) for _ in range(2)]
    assert await compiled(RuleCompilers(processes), CHUNKS) == [(chunk, {}) for chunk in CHUNKS]
    assert len(caplog.messages) == 2
    assert all("and ended with status 1: loading takes longer" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("import sys; sys.stdin.read()", "TimeoutError"),
        ("import os, sys; os.write(1, bytes([0, 0, 0, 3]) + b'odd'); sys.stdin.read()", "UnpicklingError"),
        ("import os, sys; os.write(1, bytes([0, 0, 0, 2]) + b'].'); sys.stdin.read()", "ValueError"),
    ],
    ids=["silence", "no pickle", "too few"],
)
async def test_a_process_that_does_not_answer_as_it_should_is_ended(
    program: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=PIPE, stdout=PIPE)
    # Time enough to say what it says.
    answer_seconds = 0.1 if told == "TimeoutError" else 600
    answers = await compiled(RuleCompilers([process], answer_seconds=answer_seconds), CHUNKS)
    assert answers == [(chunk, {}) for chunk in CHUNKS]
    assert process.returncode == -signal.SIGKILL
    [message] = caplog.messages
    assert told in message


@pytest.mark.parametrize("asked", [b"", b"\0\0", b"\0\0\0\x09\x80\x05"], ids=["nothing", "no length", "no end"])
def test_a_process_ends_quietly_when_nobody_asks_any_more(asked: bytes) -> None:
    ended = subprocess.run(COMPILER, input=asked, capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_a_process_ends_quietly_when_nobody_hears_any_more() -> None:
    question = pickle.dumps([b"{}"])
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with bounded(subprocess.Popen(COMPILER, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=buffered)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(len(question).to_bytes(4, "big") + question)
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


async def test_without_processes_all_rules_are_left_to_be_compiled() -> None:
    assert await compiled(RuleCompilers([]), CHUNKS[:1]) == [(CHUNKS[0], {})]
