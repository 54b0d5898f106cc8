from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.streaming.records import Caution, RecordPosition
from pipeline.streaming.supervision.in_flight import (
    Beat,
    Begin,
    CautionOrder,
    End,
    GaveUp,
    Loaded,
    OrderPipe,
    Ready,
    Report,
    ReportPipe,
    Run,
    Serving,
    positions_of,
    read_order,
    read_report,
    runs_of,
    write_line,
)

positions = st.frozensets(st.builds(RecordPosition, st.integers(0, 3), st.integers(0, 40)))


@given(positions)
def test_runs_say_the_same_as_their_positions(some: frozenset[RecordPosition]) -> None:
    assert positions_of(runs_of(some)) == some


@given(positions)
def test_runs_are_as_few_as_can_be(some: frozenset[RecordPosition]) -> None:
    starts = [p for p in some if RecordPosition(p.partition, p.offset - 1) not in some]
    assert len(runs_of(some)) == len(starts)


@given(positions, positions)
def test_a_caution_goes_through_the_pipe_unchanged(
    alone: frozenset[RecordPosition], condemned: frozenset[RecordPosition]
) -> None:
    caution = Caution(alone, condemned)
    assert read_order(write_line(CautionOrder.of(caution))).caution == caution


@pytest.mark.parametrize(
    "report",
    [
        Begin((Run(0, 1, 2),)),
        End(),
        Serving("127.0.0.1:9101"),
        Loaded(),
        Ready(is_ready=True),
        Beat(),
        GaveUp("a\nline"),
    ],
)
def test_a_report_goes_through_the_pipe_unchanged_in_one_line(report: Report) -> None:
    line = write_line(report)
    assert read_report(line) == report
    assert line.count(b"\n") == 1


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        read_report(b'["begin", 7]')


def test_a_batch_is_told_before_and_after_and_its_time_is_known() -> None:
    reader, writer = os.pipe()
    pipe = ReportPipe(writer)
    assert pipe.busy_seconds == 0
    pipe.begin([RecordPosition(1, 7), RecordPosition(1, 8), RecordPosition(0, 3)])
    assert os.read(reader, 1000) == b'["begin",[[0,3,3],[1,7,8]]]\n'
    first = pipe.busy_seconds
    assert 0 <= first <= pipe.busy_seconds
    pipe.end()
    assert os.read(reader, 1000) == b'["end"]\n'
    assert pipe.busy_seconds == 0
    os.close(reader)
    os.close(writer)


def test_without_a_supervisor_a_batch_goes_on() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    pipe = ReportPipe(writer)
    pipe.begin([RecordPosition(1, 7)])
    pipe.end()
    os.close(writer)


def test_orders_are_taken_as_they_come_and_their_end_is_told() -> None:
    reader, writer = os.pipe()
    first, second = Caution(frozenset({RecordPosition(0, 1)})), Caution(condemned=frozenset({RecordPosition(0, 1)}))
    os.write(writer, write_line(CautionOrder.of(first)))
    pipe = OrderPipe(reader)
    assert pipe.caution() == first
    heard: list[Caution] = []
    ended = threading.Event()
    pipe.follow(heard.append, ended.set)
    os.write(writer, write_line(CautionOrder.of(second)))
    os.close(writer)
    assert ended.wait(10)
    assert heard == [second]
    assert pipe.caution() == second


def test_a_supervisor_that_is_gone_before_its_first_order_is_noticed() -> None:
    reader, writer = os.pipe()
    os.write(writer, b'["caution"')
    os.close(writer)
    ended = threading.Event()
    pipe = OrderPipe(reader)
    pipe.follow(lambda _: None, ended.set)
    assert ended.wait(10)
    assert pipe.caution() == Caution()


# The interpreter's lock is never given up by this loop of C code.
HANGING_IN_C = """
import os, sys
from pipeline.streaming.supervision.in_flight import ReportPipe
pipe = ReportPipe(1)
pipe.alarm_seconds = 0.2
pipe.begin([])
pipe.end()
pipe.begin([])
sum(iter(int, 1))
"""


def test_the_kernel_ends_a_batch_that_hangs_without_a_supervisor() -> None:
    ended = subprocess.run([sys.executable, "-c", HANGING_IN_C], stdout=subprocess.DEVNULL, timeout=60, check=False)
    assert ended.returncode == -signal.SIGALRM
