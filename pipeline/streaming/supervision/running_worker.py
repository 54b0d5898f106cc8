"""A worker: a supervisor with the processes of its services, as the command line and the demo run it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType, TracebackType
from typing import Self

from pipeline.errors import StepStoppedError, WorkerNotReadyError
from pipeline.settings import Settings
from pipeline.streaming.supervision.process_template import ProcessTemplate
from pipeline.streaming.supervision.stop_signals import stop_signals
from pipeline.streaming.supervision.supervisor import DEFAULT_BACKOFF, Backoff, Supervisor
from pipeline.streaming.supervision.worker_events import WorkerEvent, log_event
from pipeline.topology import WORKER_SERVICES

ONE_OF_EACH: Mapping[str, int] = dict.fromkeys(WORKER_SERVICES, 1)
"""One process for each service that a worker runs unless told otherwise."""

# Time beyond shutdown_timeout_seconds in which a supervisor reaps killed processes.
_MARGIN_SECONDS = 5.0


def run_worker(
    settings: Settings,
    services: Mapping[str, int] = ONE_OF_EACH,
    *,
    on_event: Callable[[WorkerEvent], None] = log_event,
    output: int | None = None,
    command: Callable[[str, str], Sequence[str]] | None = None,
    template: ProcessTemplate | None = None,
) -> int:
    """Run a worker in this process's main thread until SIGTERM, SIGINT or SIGHUP; a second one kills.

    Args:
        settings: Of the worker and of every process of it; the topics must be there.
        services: How many processes each service gets.
        on_event: Called with what happens.
        output: Descriptor that takes the processes' logs; None: standard error.
        command: Makes the command line of a service's process from its service and name; None: processes are forked.
        template: What they are forked from, if it was started before; the worker ends it.

    Returns:
        The exit status: 0 when it was told to stop, 1 when a service gave up; the last ``gave-up`` event says why.

    Raises:
        SettingError: The worker cannot serve its metrics.
    """
    supervisor = Supervisor(settings, services, on_event=on_event, output=output, command=command, template=template)
    with _stopped_by_signals(supervisor):
        return supervisor.run()


@contextlib.contextmanager
def _stopped_by_signals(supervisor: Supervisor) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        supervisor.request_stop()

    before = {number: signal.signal(number, stop) for number in stop_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Worker:
    """A worker in the background: its supervisor in a thread, its services in processes of their own.

    As a context manager it starts on entry and stops on exit. Its processes end when this process ends, however it
    ends.

    Args:
        settings, services, on_event, output, command, template: As for ``run_worker``; events come in the supervisor's
            thread.
        backoff: The pauses before a process is started again.
    """

    def __init__(
        self,
        settings: Settings,
        services: Mapping[str, int] = ONE_OF_EACH,
        *,
        on_event: Callable[[WorkerEvent], None] = log_event,
        output: int | None = None,
        command: Callable[[str, str], Sequence[str]] | None = None,
        template: ProcessTemplate | None = None,
        backoff: Backoff = DEFAULT_BACKOFF,
    ) -> None:
        self._stop_seconds = settings.shutdown_timeout_seconds + _MARGIN_SECONDS
        self._on_event = on_event
        self._last_reason = ""
        self._supervisor = Supervisor(
            settings, services, on_event=self._hear, output=output, command=command, template=template, backoff=backoff
        )
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self._status = 1
        self._error: BaseException | None = None

    def start(self) -> None:
        """Start it; returns at once."""
        self._thread.start()

    def wait_ready(self, timeout_seconds: float) -> None:
        """Wait until every process has its partitions.

        Raises:
            WorkerNotReadyError: One of them is not ready in that time.
            StepStoppedError: A service gave up; the text is its reason.
            SettingError: The worker cannot serve its metrics.
        """
        problem = self._supervisor.readiness.wait(timeout_seconds)
        if self._error is not None:
            raise self._error
        if self._last_reason:
            raise StepStoppedError(self._last_reason)
        if problem is not None:
            raise WorkerNotReadyError(problem, timeout_seconds)

    def stop(self) -> int:
        """Stop it within little more than ``shutdown_timeout_seconds``; may be called again.

        Returns:
            0 when it stopped because it was told to, 1 when a service gave up.
        """
        if self._thread.is_alive():
            self._supervisor.request_stop()
            self._thread.join(self._stop_seconds)
        if self._error is not None:
            raise self._error
        return self._status

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self._status = self._supervisor.run()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits or stops
            self._error = error
        finally:
            self._supervisor.readiness.set_over()

    def _hear(self, event: WorkerEvent) -> None:
        if event.kind == "gave-up":
            self._last_reason = event.text
        self._on_event(event)
