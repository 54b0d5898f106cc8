"""Keep the processes of a worker's services running, and learn from their deaths."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline import metrics
from pipeline.settings import Settings, settings_environment
from pipeline.streaming.cores import usable_cores
from pipeline.streaming.observability.health import STUCK_LOOP_SECONDS, HealthServer, Heartbeat, Readiness
from pipeline.streaming.observability.targets import Target, TargetsFile, targets_path
from pipeline.streaming.records import RecordPosition
from pipeline.streaming.supervision.crash_record import CrashRecord
from pipeline.streaming.supervision.in_flight import (
    EXIT_STOPPED,
    Beat,
    Begin,
    End,
    GaveUp,
    Loaded,
    Ready,
    Report,
    Run,
    Serving,
)
from pipeline.streaming.supervision.process_template import UNKNOWN_STATUS, ForkOrder, ProcessTemplate
from pipeline.streaming.supervision.service_process import RunningProcess, ServiceProcess, started
from pipeline.streaming.supervision.worker_events import EventKind, WorkerEvent

_SUPERVISOR = "supervisor"
# Reports are polled at this interval: waking up for each would cost more than it is worth.
_TICK_SECONDS = 0.05
# If the supervisor did not run for this long (a paused container), the time does not count against its processes.
_PAUSE_SECONDS = 5.0
# Processes hand over partitions in less; a longer wait is told.
_HANDOVER_SECONDS = 2.0
# Between the signal to log a stuck process's stacks and its end.
_TRACE_SECONDS = 0.5
# Share of shutdown_timeout_seconds in which processes may stop on their own; the rest is for killing and reaping.
_STOP_SHARE = 0.9
# If so many articles in a row end their process and none passes, the step is at fault.
_CONDEMNED_LIMIT = 10


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses before a restart: doubled at each death, reset after a healthy time.

    Attributes:
        loading_seconds: After this time a process that is still loading no longer delays the start of others.
    """

    first_seconds: float = 0.2
    # Also the longest delay of a worker after a broker has come back.
    most_seconds: float = 10.0
    healthy_seconds: float = 60.0
    loading_seconds: float = 5.0

    def pause_seconds(self, deaths: int) -> float:
        """The pause after this many deaths in a row, from 1."""
        return float(min(self.most_seconds, self.first_seconds * 2.0 ** min(deaths - 1, 30)))


DEFAULT_BACKOFF = Backoff()


@dataclass(slots=True, eq=False)
class Slot:
    """One process that a worker keeps running: the current process, and its state."""

    service: str
    name: str
    crashes: CrashRecord
    process: ServiceProcess | None = None
    start_at: float = 0.0
    starts: int = 0
    deaths_in_a_row: int = 0
    address: str = ""
    is_loaded: bool = False
    is_ready: bool = False
    has_been_ready: bool = False
    problem: str = ""
    in_flight: tuple[Run, ...] = ()
    begun_at: float | None = None
    beaten_at: float | None = None
    kill_at: float | None = None
    gave_up: str = "gave up without a reason: see its log"

    def excuse(self, pause_seconds: float) -> None:
        """Do not count a time against the process in which its supervisor did not run either."""
        if self.begun_at is not None:
            self.begun_at += pause_seconds
        if self.beaten_at is not None:
            self.beaten_at += pause_seconds

    def forget_process(self) -> None:
        """Empty the slot; the step keeps its record of deaths."""
        self.process = None
        self.is_loaded = self.is_ready = self.has_been_ready = False
        self.problem = ""
        self.in_flight = ()
        self.begun_at = self.beaten_at = self.kill_at = None


class Supervisor:
    """Runs a worker's services, each as one or more processes, until it is told to stop or a service gives up.

    A process that ends otherwise is restarted after a pause. A process whose batch takes longer than
    ``step_timeout_seconds`` is ended. The records in flight at a death are counted, see ``CrashRecord``.

    Args:
        settings: Handed to every process.
        services: How many processes each service gets, by name.
        on_event: Called with what happens, in the thread that runs the supervisor.
        output: Descriptor that takes the processes' logs; None: this process's standard error.
        command: Makes the command line of a process from its service and name; None: processes are forked.
        template: What they are forked from; the supervisor ends it. None: it starts one itself.
        backoff: The pauses before a process is started again.

    Attributes:
        readiness: Whether every process is ready, for other threads to wait for.
    """

    def __init__(
        self,
        settings: Settings,
        services: Mapping[str, int],
        *,
        on_event: Callable[[WorkerEvent], None],
        output: int | None = None,
        command: Callable[[str, str], Sequence[str]] | None = None,
        template: ProcessTemplate | None = None,
        backoff: Backoff = DEFAULT_BACKOFF,
    ) -> None:
        self._settings = settings
        self._on_event = on_event
        self._output = 2 if output is None else output
        self._command = command
        self._template = template
        self._template_started_at = float("-inf")
        self._backoff = backoff
        self._environment = settings_environment(settings)
        self._cores = usable_cores()
        crashes = {service: CrashRecord(settings.crash_attempts) for service in services}
        self._slots = [
            Slot(service, f"{service}-{number}", crashes[service])
            for service, count in services.items()
            for number in range(count)
        ]
        self._targets = TargetsFile(targets_path(settings))
        self._targets_can_be_written = True
        self._own_address = ""
        self._heartbeat = Heartbeat()
        self.readiness = Readiness()
        self._stop_requested = False
        self._kill_requested = False
        self._gave_up = False
        self._waiting_since: float | None = None
        self._has_told_waiting = False

    def run(self) -> int:
        """Run until ``request_stop``, or until a service gives up; once only.

        Returns:
            0 when it was told to stop, 1 when a service gave up.

        Raises:
            SettingError: The supervisor cannot serve its own metrics.
        """
        host, port = self._settings.metrics_host, self._settings.metrics_port
        live, ready, since = self._heartbeat.problem, self.readiness.problem, self.readiness.changed_at
        with HealthServer(host, port, live=live, ready=ready, ready_since=since) as server:
            self._own_address = server.address
            self._tell("serving", f"serves http://{server.address}/metrics", address=server.address)
            self._publish_targets()
            for slot in self._slots:
                metrics.RESTARTS.labels(slot.service)
                metrics.CONDEMNED.labels(slot.service)
            try:
                self._run_until_asked()
            finally:
                self._stop_processes()
                if self._template is not None:
                    self._template.close()
                if self._targets_can_be_written:
                    self._write_targets(())
        self._tell("stopped", "stopped")
        return 1 if self._gave_up else 0

    def request_stop(self) -> None:
        """Ask for an orderly stop, from any thread or signal handler; a second call kills at once."""
        self._kill_requested = self._stop_requested
        self._stop_requested = True

    def _run_until_asked(self) -> None:
        ticked_at = time.monotonic()
        while not self._stop_requested and not self._gave_up:
            now = time.monotonic()
            if now - ticked_at > _PAUSE_SECONDS:
                for slot in self._slots:
                    slot.excuse(now - ticked_at)
            ticked_at = now
            self._heartbeat.turned()
            for slot in self._slots:
                self._tend(slot, now)
            self._tell_readiness(now)
            time.sleep(_TICK_SECONDS)

    def _tend(self, slot: Slot, now: float) -> None:
        process = slot.process
        if process is None:
            if (
                now >= slot.start_at
                and not self._gave_up
                and self._has_a_core_to_start_on(now)
                and (self._command is not None or self._template_is_loaded(now))
            ):
                self._start(slot)
            return
        # In this order: when the end is known, all reports sent before it are in the pipe.
        status = process.poll()
        for report in process.reports():
            self._hear(slot, process, report)
        process.send_orders()
        if status is not None:
            self._bury(slot, process, status)
        else:
            self._end_stuck(slot, process, now)

    def _has_a_core_to_start_on(self, now: float) -> bool:
        """Whether fewer processes are loading than there are cores: more would slow the one with most to load."""
        loading = [
            slot.process
            for slot in self._slots
            if slot.process is not None
            and not slot.is_loaded
            and now - slot.process.started_at < self._backoff.loading_seconds
        ]
        return len(loading) < self._cores

    def _template_is_loaded(self, now: float) -> bool:
        """Whether processes can be forked; a template that has ended is started again, in its turn with a pause."""
        if self._template is not None and self._template.is_gone():
            self._template.close()
            self._template = None
            self._tell("template", "the process that others are forked from has ended: another is started")
        if self._template is None and now - self._template_started_at >= self._backoff.most_seconds:
            self._template_started_at = now
            self._template = ProcessTemplate()
        return self._template is not None and self._template.is_loaded()

    def _start(self, slot: Slot) -> None:
        try:
            process = ServiceProcess(partial(self._launch, slot))
        except ConnectionError:
            # The template has ended just now; the slot's turn comes again when there is another.
            return
        slot.process = process
        process.order(slot.crashes.caution)
        if slot.starts:
            metrics.RESTARTS.labels(slot.service).inc()
        slot.starts += 1
        self._tell("started", "started" if slot.starts == 1 else f"started again (restart {slot.starts - 1})", slot)

    def _launch(self, slot: Slot, report_end: int, order_end: int) -> RunningProcess:
        if self._command is not None:
            command = self._command(slot.service, slot.name)
            return started(command, self._environment, self._output, report_end, order_end)
        if self._template is None:
            raise ConnectionError("there is nothing to fork from")
        order = ForkOrder(slot.service, slot.name, self._environment)
        return self._template.fork(order, self._output, report_end, order_end)

    def _hear(self, slot: Slot, process: ServiceProcess, report: Report) -> None:
        match report:
            case Begin(runs):
                slot.in_flight, slot.begun_at = runs, time.monotonic()
            case End():
                slot.crashes.passed(slot.in_flight)
                slot.in_flight, slot.begun_at = (), None
            case Beat():
                slot.beaten_at = time.monotonic()
            case Serving(address):
                self._tell("serving", f"serves http://{address}/metrics", slot, address=address)
                if slot.address != address:
                    slot.address = address
                    self._publish_targets()
            case Loaded():
                slot.is_loaded = True
            case Ready(is_ready, problem):
                if is_ready and not slot.has_been_ready:
                    self._tell("ready", f"is ready after {time.monotonic() - process.started_at:.1f} s", slot)
                slot.is_ready, slot.problem = is_ready, problem
                slot.has_been_ready |= is_ready
            case GaveUp(reason):
                slot.gave_up = reason

    def _end_stuck(self, slot: Slot, process: ServiceProcess, now: float) -> None:
        limit = self._settings.step_timeout_seconds
        if slot.kill_at is not None:
            if now >= slot.kill_at:
                process.signal(signal.SIGKILL)
        elif slot.begun_at is not None and now - slot.begun_at > limit:
            text = f"has worked on {_places(slot.in_flight)} for over {limit:g} s: it is ended"
            self._end_with_trace(slot, process, text)
        elif slot.beaten_at is not None and now - slot.beaten_at > max(limit, STUCK_LOOP_SECONDS):
            text = f"has not turned its event loop for {now - slot.beaten_at:.0f} s: it is ended"
            self._end_with_trace(slot, process, text)

    def _end_with_trace(self, slot: Slot, process: ServiceProcess, text: str) -> None:
        self._tell("stuck", text, slot)
        # Makes faulthandler write every thread's stack to the log, even while C code holds the interpreter.
        process.signal(signal.SIGUSR1)
        slot.kill_at = time.monotonic() + _TRACE_SECONDS

    def _bury(self, slot: Slot, process: ServiceProcess, status: int) -> None:
        process.close()
        if status == EXIT_STOPPED:
            self._give_up(slot.gave_up, slot)
            slot.forget_process()
            return
        now = time.monotonic()
        if now - process.started_at >= self._backoff.healthy_seconds:
            slot.deaths_in_a_row = 0
        slot.deaths_in_a_row += 1
        pause = self._backoff.pause_seconds(slot.deaths_in_a_row)
        slot.start_at = now + pause
        place = f" while it processed {_places(slot.in_flight)}" if slot.in_flight else ""
        self._tell("died", f"ended with {_status_name(status)}{place}: starts again in {pause:g} s", slot)
        if slot.in_flight:
            self._blame(slot)
        slot.forget_process()

    def _blame(self, slot: Slot) -> None:
        verdict = slot.crashes.died(slot.in_flight)
        if verdict.alone:
            count = len(verdict.alone)
            self._tell("alone", f"this step died twice on these {count} records: it takes them one at a time now", slot)
        metrics.CONDEMNED.labels(slot.service).inc(len(verdict.condemned))
        for position in sorted(verdict.condemned):
            times = self._settings.crash_attempts
            text = f"{_place(position)} alone ended its process {times} times: it becomes a dead letter `crash`"
            self._tell("condemned", text, slot)
        if verdict.is_new:
            for other in self._slots:
                if other.service == slot.service and other is not slot and other.process is not None:
                    other.process.order(slot.crashes.caution)
        if slot.crashes.condemned_in_a_row >= _CONDEMNED_LIMIT:
            self._give_up(
                f"each of {_CONDEMNED_LIMIT} records in a row ended the step's process: the step is at fault, see its "
                "log; no record is lost",
                slot,
            )

    def _give_up(self, reason: str, slot: Slot) -> None:
        self._gave_up = True
        self.readiness.waiting(reason)
        self._tell("gave-up", reason, slot)

    def _stop_processes(self) -> None:
        running = [(slot, slot.process) for slot in self._slots if slot.process is not None]
        if running:
            self._tell("stopping", "stops its processes")
        for _, process in running:
            process.signal(signal.SIGTERM)
        deadline = time.monotonic() + self._settings.shutdown_timeout_seconds * _STOP_SHARE
        while running:
            if time.monotonic() >= deadline or self._kill_requested:
                for slot, process in running:
                    self._tell("killed", "did not stop in time and is ended: what it had in flight is read again", slot)
                    process.signal(signal.SIGKILL)
                deadline = float("inf")
                self._kill_requested = False
            for slot, process in list(running):
                ended = process.poll() is not None
                # A process that reports while it ends must not wait for a reader.
                process.reports()
                if ended:
                    process.close()
                    slot.forget_process()
                    running.remove((slot, process))
            if running:
                time.sleep(_TICK_SECONDS)

    def _tell_readiness(self, now: float) -> None:
        if self._gave_up:
            return
        waiting = [slot for slot in self._slots if not slot.is_ready]
        if waiting:
            self.readiness.waiting(_what_is_waited_for(waiting))
        else:
            self.readiness.ready()
        # A process that starts, at first or again, is told of by itself.
        held_up = [slot for slot in waiting if slot.has_been_ready]
        if self._waiting_since is None:
            self._waiting_since = now if held_up else None
        elif not waiting:
            if self._has_told_waiting:
                self._tell("resumed", f"all work again after {now - self._waiting_since:.0f} s")
            self._waiting_since, self._has_told_waiting = None, False
        elif held_up and not self._has_told_waiting and now - self._waiting_since > _HANDOVER_SECONDS:
            self._has_told_waiting = True
            self._tell("waiting", _what_is_waited_for(held_up))

    def _publish_targets(self) -> None:
        own = [Target(_SUPERVISOR, self._own_address)]
        self._write_targets(own + [Target(slot.name, slot.address) for slot in self._slots if slot.address])

    def _write_targets(self, targets: Sequence[Target]) -> None:
        """Replace this worker's targets. The steps run without them: a read-only container is scraped another way."""
        try:
            self._targets.publish(targets)
        except OSError as error:
            if self._targets_can_be_written:
                self._tell("targets", f"cannot write WIREWATCH_METRICS_TARGETS_FILE: {error}")
            self._targets_can_be_written = False

    def _tell(self, kind: EventKind, text: str, slot: Slot | None = None, *, address: str = "") -> None:
        if slot is None:
            event = WorkerEvent(kind, text, None, _SUPERVISOR, os.getpid(), address)
        else:
            pid = slot.process.pid if slot.process else 0
            event = WorkerEvent(kind, text, slot.service, slot.name, pid, address)
        self._on_event(event)


def _what_is_waited_for(slots: Iterable[Slot]) -> str:
    """Such as ``waiting for the broker: language-0, rules-0``."""
    names: dict[str, list[str]] = {}
    for slot in slots:
        names.setdefault(slot.problem or "starting", []).append(slot.name)
    return "; ".join(f"{problem}: {', '.join(waiting)}" for problem, waiting in names.items())


def _place(position: RecordPosition) -> str:
    return f"partition {position.partition} offset {position.offset}"


def _places(runs: Sequence[Run]) -> str:
    count = sum(run.last - run.first + 1 for run in runs)
    if count == 1:
        return _place(RecordPosition(runs[0].partition, runs[0].first))
    return f"{count} records: " + ", ".join(f"partition {p} offsets {first} to {last}" for p, first, last in runs[:4])


def _status_name(status: int) -> str:
    if status == UNKNOWN_STATUS:
        return "an unknown status"
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
