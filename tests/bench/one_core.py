"""Measure a process: alone on one core, how fast a step's app gets through its topic, and how much memory it holds."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

import faust

from pipeline.errors import WirewatchError
from pipeline.settings import Settings
from pipeline.streaming.faust.app import StepApp, create_app
from pipeline.streaming.records import StepHandler
from pipeline.topology import Step
from tests.unwatched import Unwatched

P = ParamSpec("P")
T = TypeVar("T")

_SPAWN = multiprocessing.get_context("spawn")
_LIMIT_SECONDS = 600


class Rate(NamedTuple):
    """What a step did: records a second, records a batch, and the share of the time that the core was busy."""

    per_second: float
    per_batch: float
    busy: float


class Clocked:
    """Counts records until all have come, and knows how long that took from the end of the first batch on.

    Args:
        expected: How many are to come.
    """

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._count = 0
        self._batches = 0
        self._first = 0.0
        self._cpu_first = 0.0
        self.done = asyncio.Event()

    def add(self, records: int) -> None:
        """Count a batch."""
        if not self._first:
            self._first, self._cpu_first = time.monotonic(), time.process_time()
            self._expected -= records
            return
        self._count += records
        self._batches += 1
        if self._count >= self._expected:
            self.done.set()

    def rate(self) -> Rate:
        """The result so far."""
        seconds = time.monotonic() - self._first
        busy = (time.process_time() - self._cpu_first) / seconds
        return Rate(self._count / seconds, self._count / self._batches, busy)


def resident_bytes(pid: int | None = None) -> int:
    """The memory of a process, this one unless another is named, that lies in RAM."""
    fields = Path(f"/proc/{pid or 'self'}/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * resource.getpagesize()


def use_one_core() -> None:
    """Keep this process on one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def alone(work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """What a function returns in a process of its own on one core; it ends without a clean-up when that has come."""
    ours, theirs = _SPAWN.Pipe(duplex=False)
    process = _SPAWN.Process(target=_answer, args=(theirs, work, arguments, options))
    process.start()
    theirs.close()
    with ours:
        try:
            answer: T = ours.recv()
        except EOFError:
            sys.exit("the measuring process ended without a result")
    process.join()
    return answer


def _answer(
    answers: Connection, work: Callable[..., object], arguments: tuple[object, ...], options: dict[str, object]
) -> None:
    use_one_core()
    answers.send(work(*arguments, **options))
    # A step's app stops slowly, and Faust restarts its agents when a closing loop cancels them.
    os._exit(0)


def app_of(step: Step, settings: Settings, handler: StepHandler[Any]) -> StepApp:
    """The app of a step that nobody supervises."""

    def stop(error: WirewatchError) -> None:
        sys.exit(str(error))

    return create_app(step, settings, handler, in_flight=Unwatched(), on_stopped=stop)


def rate_of(make: Callable[[Clocked], faust.App], expected: int) -> Rate:
    """How fast an app gets through its topic; the loop is left open, so this is for a process that ends then.

    Args:
        make: Makes the app, which counts its batches.
        expected: Records until it is done.
    """

    async def run() -> Rate:
        clocked = Clocked(expected)
        await make(clocked).start()
        async with asyncio.timeout(_LIMIT_SECONDS):
            await clocked.done.wait()
        return clocked.rate()

    return asyncio.new_event_loop().run_until_complete(run())
