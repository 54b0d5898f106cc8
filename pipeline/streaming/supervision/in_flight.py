"""What a step's process and its supervisor say to each other, over two pipes, one JSON line a message.

The process tells which records it is about to process, so that the supervisor can lay its death at their door; the
supervisor tells what it has learnt from such deaths. The end of the supervisor's pipe is the end of the supervisor.
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
"""A process that ends with this status is not started again: its worker stops."""


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
    """The process processes these records from now on."""

    runs: tuple[Run, ...]


class End(msgspec.Struct, frozen=True, array_like=True, tag="end"):
    """It has processed them and lives."""


class Serving(msgspec.Struct, frozen=True, array_like=True, tag="serving"):
    """It serves its metrics and health at this address, ``host:port``."""

    address: str


class Loaded(msgspec.Struct, frozen=True, array_like=True, tag="loaded"):
    """It has loaded what its step needs; what is left is the broker's part."""


class Ready(msgspec.Struct, frozen=True, array_like=True, tag="ready"):
    """It has its partitions, or has lost them in a rebalance."""

    is_ready: bool


class Beat(msgspec.Struct, frozen=True, array_like=True, tag="beat"):
    """Its event loop turns; said about once a second from the loop's start."""


class GaveUp(msgspec.Struct, frozen=True, array_like=True, tag="gave-up"):
    """It ends for a reason that starting it again would not cure."""

    reason: str


Report = Begin | End | Serving | Loaded | Ready | Beat | GaveUp


class CautionOrder(msgspec.Struct, frozen=True, array_like=True, tag="caution"):
    """The supervisor's order: go about these records with this caution."""

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
    """One message as it goes into a pipe."""
    return _encode(message) + b"\n"


def read_report(line: bytes) -> Report:
    """Read what ``write_line`` wrote of a report; raises ``msgspec.ValidationError`` for anything else."""
    return _report_decoder.decode(line)


def read_order(line: bytes) -> CautionOrder:
    """Read what ``write_line`` wrote of an order; raises ``msgspec.ValidationError`` for anything else."""
    return _order_decoder.decode(line)


class ReportPipe:
    """The process's end of its reports; the ``InFlight`` of its step.

    Args:
        descriptor: Where to write: a pipe that the supervisor reads.

    Attributes:
        alarm_seconds: The kernel ends the process when a batch takes that long. This is for a process that hangs in
            C code and has lost its supervisor, which would have ended it sooner; None sets no alarm.
    """

    def __init__(self, descriptor: int) -> None:
        self.alarm_seconds: float | None = None
        self._descriptor = descriptor
        self._begun_at: float | None = None

    @property
    def busy_seconds(self) -> float:
        """How long the batch in flight has taken so far; 0 when there is none."""
        begun_at = self._begun_at
        return 0.0 if begun_at is None else time.monotonic() - begun_at

    def begin(self, positions: Sequence[RecordPosition]) -> None:
        """Say which records are processed from now on; returns once the pipe holds it."""
        self.report(Begin(runs_of(positions)))
        self._begun_at = time.monotonic()
        if self.alarm_seconds is not None:
            signal.setitimer(signal.ITIMER_REAL, self.alarm_seconds)

    def end(self) -> None:
        """Say that they have been processed."""
        self._begun_at = None
        if self.alarm_seconds is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.report(End())

    def report(self, message: Report) -> None:
        """Say anything else.

        Without a supervisor it is said to nobody, and is no error: the process is about to end for that reason, and
        an error here would be laid at the door of the articles in hand.
        """
        line = write_line(message)
        with contextlib.suppress(BrokenPipeError):
            while line:
                line = line[os.write(self._descriptor, line) :]


class OrderPipe:
    """The process's end of its supervisor's orders.

    Args:
        descriptor: Where to read: a pipe that only the supervisor writes. Its first order is awaited.
    """

    def __init__(self, descriptor: int) -> None:
        self._lines = os.fdopen(descriptor, "rb")
        self._caution = Caution()
        self._is_over = not self._take()

    def caution(self) -> Caution:
        """What the supervisor ordered last."""
        return self._caution

    def follow(self, on_order: Callable[[Caution], None], on_end: Callable[[], None]) -> None:
        """Take further orders in a thread, and call there.

        Args:
            on_order: Called with each further caution.
            on_end: Called once, when the supervisor is gone.
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
