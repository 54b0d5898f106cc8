"""Messages between a service's process and its supervisor: JSON lines over two pipes.

The process reports which records it is about to process, so that the supervisor knows them if the process dies. The
supervisor orders how to treat records that were in flight at deaths. When the supervisor ends, its pipe ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from pipeline.streaming.records import Caution, RecordPosition

EXIT_STOPPED = 3
"""Exit status after which a process is not started again; its worker stops."""


class Run(NamedTuple):
    """Neighbouring offsets of one partition, both ends included."""

    partition: int
    first: int
    last: int


def runs_of(positions: Iterable[RecordPosition]) -> tuple[Run, ...]:
    """Write positions as runs, sorted: a batch is a handful of them."""
    runs: list[Run] = []
    at = first = last = -1
    for partition, offset in sorted(positions):
        if partition == at and offset <= last + 1:
            last = offset
            continue
        if at >= 0:
            runs.append(Run(at, first, last))
        at, first, last = partition, offset, offset
    if at >= 0:
        runs.append(Run(at, first, last))
    return tuple(runs)


def positions_of(runs: Iterable[Run]) -> frozenset[RecordPosition]:
    """Write runs out as positions."""
    return frozenset(RecordPosition(run.partition, offset) for run in runs for offset in range(run.first, run.last + 1))


class Begin(msgspec.Struct, frozen=True, array_like=True, tag="begin"):
    """The process starts to process these records."""

    runs: tuple[Run, ...]


class End(msgspec.Struct, frozen=True, array_like=True, tag="end"):
    """The process has processed its records."""


class Serving(msgspec.Struct, frozen=True, array_like=True, tag="serving"):
    """The process serves its metrics and health at this address, ``host:port``."""

    address: str


class Loaded(msgspec.Struct, frozen=True, array_like=True, tag="loaded"):
    """The process has loaded what its service needs; a step now joins its group."""


class Ready(msgspec.Struct, frozen=True, array_like=True, tag="ready"):
    """The process works, or it cannot: the problem says what it waits for, in a few words."""

    is_ready: bool
    problem: str = ""


class Beat(msgspec.Struct, frozen=True, array_like=True, tag="beat"):
    """The process's event loop runs; sent about once a second once the loop has started."""


class GaveUp(msgspec.Struct, frozen=True, array_like=True, tag="gave-up"):
    """The process ends for a reason that a restart would not cure."""

    reason: str


Report = Begin | End | Serving | Loaded | Ready | Beat | GaveUp


class CautionOrder(msgspec.Struct, frozen=True, array_like=True, tag="caution"):
    """The supervisor's order: process these records with this caution."""

    alone: tuple[Run, ...]
    condemned: tuple[Run, ...]

    @classmethod
    def of(cls, caution: Caution) -> CautionOrder:
        """The order that carries a caution."""
        return cls(runs_of(caution.alone), runs_of(caution.condemned))

    @property
    def caution(self) -> Caution:
        """The caution that it carries."""
        return Caution(positions_of(self.alone), positions_of(self.condemned))


_encode = msgspec.json.Encoder().encode
_report_decoder: msgspec.json.Decoder[Report] = msgspec.json.Decoder(Report)
_order_decoder = msgspec.json.Decoder(CautionOrder)


def write_line(message: Report | CautionOrder) -> bytes:
    """Encode one message for a pipe."""
    return _encode(message) + b"\n"


def read_report(line: bytes) -> Report:
    """Decode a report from a line of ``write_line``; raises ``msgspec.ValidationError`` for anything else."""
    return _report_decoder.decode(line)


def read_order(line: bytes) -> CautionOrder:
    """Decode an order from a line of ``write_line``; raises ``msgspec.ValidationError`` for anything else."""
    return _order_decoder.decode(line)


class ReportPipe:
    """The process's end of the pipe for reports; implements ``InFlight`` for its step.

    Args:
        descriptor: A pipe that the supervisor reads.

    Attributes:
        alarm_seconds: The kernel ends the process when a batch takes this long; None sets no alarm. It is for a process
            that hangs in C code and has lost its supervisor, which would have ended it sooner.
    """

    def __init__(self, descriptor: int) -> None:
        self.alarm_seconds: float | None = None
        self._descriptor = descriptor
        self._begun_at: float | None = None

    @property
    def busy_seconds(self) -> float:
        """Time since the batch in flight began; 0 if there is none."""
        begun_at = self._begun_at
        return 0.0 if begun_at is None else time.monotonic() - begun_at

    def begin(self, positions: Sequence[RecordPosition]) -> None:
        """Say which records are processed from now on; returns once the pipe holds it."""
        self.report(Begin(runs_of(positions)))
        self._begun_at = time.monotonic()
        if self.alarm_seconds is not None:
            signal.setitimer(signal.ITIMER_REAL, self.alarm_seconds)

    def end(self) -> None:
        """Report that they have been processed."""
        self._begun_at = None
        if self.alarm_seconds is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.report(End())

    def report(self, message: Report) -> None:
        """Send any other report.

        A missing supervisor is not an error here: the process is about to end for that reason, and an error would be
        blamed on the articles in flight.
        """
        line = write_line(message)
        with contextlib.suppress(BrokenPipeError):
            while line:
                line = line[os.write(self._descriptor, line) :]


class OrderPipe:
    """The process's end of the pipe for orders.

    Args:
        descriptor: A pipe that only the supervisor writes. Waits for its first order.
    """

    def __init__(self, descriptor: int) -> None:
        self._lines = os.fdopen(descriptor, "rb")
        self._caution = Caution()
        self._is_over = not self._take()

    def caution(self) -> Caution:
        """The last order of the supervisor."""
        return self._caution

    def follow(self, on_order: Callable[[Caution], None], on_end: Callable[[], None]) -> None:
        """Read further orders in a thread; the callbacks run in that thread.

        Args:
            on_order: Called with each new caution.
            on_end: Called once, when the supervisor has ended.
        """
        threading.Thread(target=self._follow, args=(on_order, on_end), name="orders", daemon=True).start()

    def _follow(self, on_order: Callable[[Caution], None], on_end: Callable[[], None]) -> None:
        while not self._is_over:
            if self._take():
                on_order(self._caution)
            else:
                self._is_over = True
        self._lines.close()
        on_end()

    def _take(self) -> bool:
        line = self._lines.readline()
        if not line.endswith(b"\n"):
            return False
        self._caution = read_order(line).caution
        return True
