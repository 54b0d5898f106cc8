from __future__ import annotations

import logging
import subprocess
import sys

from pipeline.streaming.worker_log import RepeatFilter

PROGRAM = """
import logging
from pipeline.streaming.worker_log import configure_log
configure_log("DEBUG", "rules-0")
logging.getLogger("faust.transport").info("heartbeat")
logging.getLogger("aiokafka").warning("lost a broker")
logging.getLogger("pipeline.streaming").debug("taken %d", 7)
"""


def test_every_line_names_its_process_and_the_frameworks_keep_to_warnings() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    lines = [line.split(" ", 1) for line in ran.stderr.splitlines()]
    assert [text.split("[")[0] for _, text in lines] == ["WARNING rules-0", "DEBUG rules-0"]
    assert [text.split("] ")[1] for _, text in lines] == ["lost a broker", "taken 7"]
    assert all(time.endswith("Z") and len(time) == len("2026-01-31T12:00:00.000Z") for time, _ in lines)


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
    assert all(repeats.filter(record("pipeline.streaming.hop", "%s is a dead letter", n)) for n in range(3))
