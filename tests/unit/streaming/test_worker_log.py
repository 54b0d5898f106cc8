from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from pipeline.errors import BrokerUnreachableError, SchemaError
from pipeline.streaming.observability.worker_log import RepeatFilter
from pipeline.streaming.records import Outcome, Record
from tests.unit.streaming.hop_scene import FakeHandler, Scene
from tests.unit.streaming.hop_scene import record as hop_record

PROGRAM = """
import logging, sys
from pipeline.settings import load_settings
from pipeline.streaming.observability.worker_log import configure_log
configure_log("DEBUG", "rules-0", step="rules", log_format=sys.argv[1])
logging.getLogger("faust.transport").info("heartbeat")
logging.getLogger("aiokafka").warning("lost a broker")
context = {"article": "nw-1", "trace_id": "4bf92f35", "body": "the whole text", "password": "sesame"}
logging.getLogger("pipeline.streaming").debug("taken %d", 7, extra=context)
logging.getLogger("pipeline.streaming").info("settings %s", load_settings(sasl_password="sesame"))
def fail(article):
    raise RuntimeError("no broker")
try:
    fail(context["body"])  # From Python 3.13 a traceback quotes the lines of this program, so the text is not in one.
except RuntimeError:
    logging.getLogger("pipeline.streaming").exception("a batch failed")
"""


def logged(log_format: str) -> str:
    command = [sys.executable, "-c", PROGRAM, log_format]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    return ran.stderr


@pytest.mark.parametrize("log_format", ["json", "auto"])
def test_every_line_is_an_object_that_names_its_process_and_the_frameworks_keep_to_warnings(log_format: str) -> None:
    lines = [json.loads(line) for line in logged(log_format).splitlines()]
    assert [(line["level"], line["message"]) for line in lines if not line["message"].startswith("settings")] == [
        ("warning", "lost a broker"),
        ("debug", "taken 7"),
        ("error", "a batch failed"),
    ]
    for line in lines:
        assert (line["process"], line["step"]) == ("rules-0", "rules")
        assert line["pid"] > 0
        assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)
    assert (lines[1]["article"], lines[1]["trace_id"]) == ("nw-1", "4bf92f35")
    assert "RuntimeError: no broker" in lines[-1]["exception"]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_neither_secrets_nor_the_text_of_articles_are_written(log_format: str) -> None:
    """Checks the extras of a record, secret settings, and the variables of a failing line."""
    text = logged(log_format)
    assert "nw-1" in text
    assert "no broker" in text
    assert "the whole text" not in text
    assert "sesame" not in text


def test_a_person_reads_lines_without_colours_where_no_terminal_shows_them() -> None:
    text = logged("console")
    assert "\x1b" not in text
    assert "lost a broker" in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text.splitlines()[0])


class Frozen:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(name: str, text: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, __file__, 1, text, arguments, None)


def test_what_a_framework_repeats_is_written_once_in_a_while_with_a_count() -> None:
    clock = Frozen()
    repeats = RepeatFilter(clock)
    assert repeats.filter(record("aiokafka", "no node %d", 1))
    assert not repeats.filter(record("aiokafka", "no node %d", 2))
    assert not repeats.filter(record("aiokafka", "no node %d", 3))
    assert repeats.filter(record("aiokafka", "no leader"))
    clock.now = 10.0
    later = record("aiokafka", "no node %d", 4)
    assert repeats.filter(later)
    assert later.getMessage() == "no node 4 (and 2 more like this since the last)"
    clock.now = 20.0
    last = record("aiokafka", "no node %d", 5)
    assert repeats.filter(last)
    assert last.getMessage() == "no node 5"


def test_our_own_messages_all_pass() -> None:
    repeats = RepeatFilter(Frozen())
    assert all(repeats.filter(record("pipeline.streaming.steps.hop", "%s is a dead letter", n)) for n in range(3))


def test_the_kinds_of_messages_that_are_remembered_are_bounded() -> None:
    clock = Frozen()
    repeats = RepeatFilter(clock)
    for number in range(2_000):
        assert repeats.filter(record("aiokafka", f"filled in already: {number}"))
    assert len(repeats) == 500
    assert not repeats.filter(record("aiokafka", "filled in already: 1999"))


POISON = "Geheimer Satz des Artikels"


def test_what_fails_around_a_step_is_told_without_its_text_unless_that_is_our_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Quoting(FakeHandler):
        async def assigned(self, partitions: frozenset[int]) -> None:  # noqa: ARG002 - the protocol's signature
            if errors:
                raise errors.pop(0)

    scene = Scene()
    errors = [ValueError(f"cannot parse {POISON!r}"), SchemaError(POISON), BrokerUnreachableError("a:1")]
    scene.handler = Quoting(scene.log)
    asyncio.run(scene.hop().assigned(frozenset({1})))
    assert POISON not in caplog.text
    assert "ValueError at test_worker_log.py:" in caplog.text
    assert "SchemaError at test_worker_log.py:" in caplog.text
    assert "no Kafka broker answers at a:1" in caplog.text


def test_what_a_step_fails_on_is_told_by_place_and_id_and_not_by_its_text(caplog: pytest.LogCaptureFixture) -> None:
    class Quoting(FakeHandler):
        def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
            raise ValueError(f"cannot parse {POISON!r}, the first of {len(records)}")

    scene = Scene()
    scene.handler = Quoting(scene.log)
    traceparent = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    poison = msgspec.structs.replace(hop_record(0), key=b"nw-1", headers=(("traceparent", traceparent),))
    with caplog.at_level(logging.DEBUG):
        scene.run([poison])
    assert scene.acked == [0]
    assert POISON not in caplog.text
    assert "ValueError at test_worker_log.py:" in caplog.text
    assert "dead letter (failed)" in caplog.text
    told = [each for each in caplog.records if getattr(each, "article", "") == "nw-1"]
    assert {each.trace_id for each in told} == {"4bf92f3577b34da6a3ce929d0e0e4736"}  # type: ignore[attr-defined]
