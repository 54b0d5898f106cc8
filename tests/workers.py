"""What the tests of a worker share: its events to be waited for, and a worker whose supervisor is killed."""

from __future__ import annotations

import os
import queue
import select
import subprocess
import sys
import time
from collections.abc import Mapping

from pipeline.streaming.supervision.worker_events import EventKind, WorkerEvent
from tests.command_line import bounded

DEADLINE_SECONDS = 90.0


class Events:
    """What a worker tells, to be waited for."""

    def __init__(self) -> None:
        self._queue: queue.Queue[WorkerEvent] = queue.Queue()
        self.seen: list[WorkerEvent] = []

    def __call__(self, event: WorkerEvent) -> None:
        self._queue.put(event)

    def wait_for(self, kind: EventKind) -> WorkerEvent:
        """The next event of that kind."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            event = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            self.seen.append(event)
            if event.kind == kind:
                return event

    def all(self) -> list[WorkerEvent]:
        """All so far."""
        while not self._queue.empty():
            self.seen.append(self._queue.get())
        return self.seen

    def count(self, kind: EventKind) -> int:
        """How many of that kind there have been."""
        return sum(event.kind == kind for event in self.all())


def seconds_to_outlive(program: str, *arguments: str, environment: Mapping[str, str] | None = None) -> float:
    """Kill the process of a supervisor, and wait until the processes that it started have ended.

    Args:
        program: Starts a worker whose processes have the descriptor in its first argument as their output, and prints
            ``ready``.
        arguments: More arguments.
        environment: Of the program; None: this process's.

    Returns:
        Seconds from the kill to the end of the last process; over 5 when one lives on.
    """
    # The pipe ends when the last process that holds it has ended.
    reader, writer = os.pipe()
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(writer), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[writer],
        env=environment,
    )
    os.close(writer)
    with bounded(owner):
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"ready\n"
        owner.kill()
    killed_at = time.monotonic()
    while select.select([reader], [], [], 5.0)[0] and os.read(reader, 65_536):
        pass
    os.close(reader)
    return time.monotonic() - killed_at
