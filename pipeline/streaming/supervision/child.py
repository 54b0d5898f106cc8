"""One process of a service, forked for the supervisor.

It loads what its service needs, joins the consumer group if it is a step, and works until SIGTERM, or until its
supervisor is gone.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any, NoReturn

from prometheus_client import REGISTRY, CollectorRegistry

from pipeline import metrics
from pipeline.errors import InstallationError, StoppingError, UsageError, WirewatchError
from pipeline.settings import Settings, load_settings
from pipeline.streaming.faust.app import StepApp, create_app
from pipeline.streaming.kafka.client import kafka_errors_translated
from pipeline.streaming.loading import LoadedService, LoadedStep, ServiceLoader, load_service, works_on
from pipeline.streaming.observability.health import HealthServer, Heartbeat, Readiness
from pipeline.streaming.observability.log_context import place_of
from pipeline.streaming.observability.worker_log import configure_log
from pipeline.streaming.records import Caution, StepHandler
from pipeline.streaming.supervision.in_flight import (
    EXIT_STOPPED,
    Beat,
    GaveUp,
    Loaded,
    OrderPipe,
    Ready,
    ReportPipe,
    Serving,
)
from pipeline.topology import SERVICES, STEPS, Service, Step

log = logging.getLogger(__name__)

EXIT_FAILED = 1
_NO_PARTITIONS = "waiting for its partitions"
_NO_BROKER = "waiting for the broker"
# Times step_timeout_seconds: then the kernel ends a process that its supervisor should have ended before.
_ALARM_SHARE = 2.0
# Share of shutdown_timeout_seconds in which the batch in flight is to be acknowledged; the supervisor waits longer.
_STOP_SHARE = 0.8
# Without a supervisor, or after a failure: enough to leave the group, so that other processes take over at once.
_LEAVE_SECONDS = 1.5
# After these errors a new process would fail in the same way.
_LASTING = (StoppingError, UsageError, InstallationError)


class WatchedHandler:
    """Wraps a step's handler and reports when it has taken over its partitions, and when it loses them.

    Args:
        handler: The step's own handler.
        on_assigned: Called when the handler has taken over its partitions, even if there are none.
        on_revoked: Called before the handler gives up.
    """

    def __init__(
        self, handler: StepHandler[Any], on_assigned: Callable[[], None], on_revoked: Callable[[], None]
    ) -> None:
        self.process = handler.process
        self.committed = handler.committed
        self._handler = handler
        self._on_assigned = on_assigned
        self._on_revoked = on_revoked

    async def assigned(self, partitions: frozenset[int]) -> None:
        """As the handler."""
        await self._handler.assigned(partitions)
        self._on_assigned()

    async def revoked(self, partitions: frozenset[int]) -> None:
        """As the handler."""
        self._on_revoked()
        await self._handler.revoked(partitions)


class ServiceRunner:
    """Runs one service in this process, under a supervisor; to a service that is no step it is the ``Standing``."""

    def __init__(
        self, service: Service, settings: Settings, reports: ReportPipe, orders: OrderPipe, load: ServiceLoader
    ) -> None:
        self._service = service
        self._settings = settings
        self._reports = reports
        self._orders = orders
        self._load = load
        self._readiness = Readiness()
        self._heartbeat = Heartbeat()
        self._registry = CollectorRegistry()
        self._registry.register(REGISTRY)
        self._loop = asyncio.new_event_loop()
        self._stop_asked = asyncio.Event()
        self._given_up: asyncio.Future[None] = self._loop.create_future()
        self._app: StepApp | None = None
        self._has_joined = False
        self._has_partitions = False
        self._is_answered = True

    def run(self) -> None:
        """Load the service and work until told to stop; a step joins its group.

        Raises:
            WirewatchError: The service cannot be loaded, or gave up.
            Exception: Faust gave up.
        """
        self._readiness.waiting("loading")
        self._orders.follow(on_order=self._heed, on_end=self._leave)
        host, port = self._settings.metrics_host, self._settings.metrics_port
        live, ready, since = self._live_problem, self._readiness.problem, self._readiness.changed_at
        with HealthServer(host, port, live=live, ready=ready, ready_since=since, registry=self._registry) as server:
            self._reports.report(Serving(server.address))
            self._loop.run_until_complete(self._run())

    def ready(self) -> None:
        """See ``Standing``."""
        self._has_joined = True
        self._readiness.ready()
        self._reports.report(Ready(is_ready=True))

    def waiting(self, problem: str) -> None:
        """See ``Standing``."""
        self._readiness.waiting(problem)
        self._reports.report(Ready(is_ready=False, problem=problem))

    async def _run(self) -> None:
        # What is loaded stays. Collecting garbage while it grows takes half of the time, and later there is nothing to
        # find.
        gc.disable()
        started = monotonic()
        async with self._load(self._service, self._settings) as loaded:
            metrics.LOAD_DURATION.labels(self._service.name, "all").set(monotonic() - started)
            gc.freeze()
            gc.enable()
            self._reports.report(Loaded())
            self._loop.add_signal_handler(signal.SIGTERM, self._stop)
            if isinstance(loaded, LoadedStep):
                await self._carry(loaded)
            else:
                await self._serve(loaded)

    async def _carry(self, loaded: LoadedStep) -> None:
        """Put a step on its Faust app, and let it carry records."""
        step = STEPS[self._service.name]
        self._readiness.waiting(_NO_PARTITIONS)
        app = create_app(
            step,
            self._settings,
            WatchedHandler(loaded.handler, lambda: self._hold(True), lambda: self._hold(False)),  # noqa: FBT003
            in_flight=self._reports,
            caution=self._orders.caution(),
            on_stopped=self._give_up,
            on_answered=self._hear_broker,
        )
        self._app = app
        app.hop.heed(self._orders.caution())

        async def leave() -> None:
            await app.stop()

        await self._until_stopped(leave, self._work(app, step), loaded.follow())

    def _hold(self, has_partitions: bool) -> None:  # noqa: FBT001 - as the next
        self._has_partitions = has_partitions
        self._tell_standing()

    def _hear_broker(self, is_answered: bool) -> None:  # noqa: FBT001 - told by position
        if is_answered != self._is_answered:
            self._is_answered = is_answered
            log.warning("the broker answers again" if is_answered else "the broker does not answer")
            self._tell_standing()

    def _tell_standing(self) -> None:
        if not self._is_answered:
            self.waiting(_NO_BROKER)
        elif self._has_partitions:
            self.ready()
        else:
            self.waiting(_NO_PARTITIONS)

    async def _serve(self, loaded: LoadedService) -> None:
        """Let a service work that is no step."""
        if loaded.registry is not None:
            self._registry.register(loaded.registry)
        self._readiness.waiting("starting")
        await self._until_stopped(_nothing_to_leave, works_on(self._service, loaded.work(self)))

    async def _until_stopped(self, leave: Callable[[], Awaitable[None]], *works: Awaitable[None]) -> None:
        """Run these until the process is told to stop; raises what ends one of them, once it has left."""
        beating = self._heartbeat.beat(lambda: self._reports.report(Beat()))
        tasks = [asyncio.ensure_future(part) for part in (*works, beating)]
        stop = asyncio.ensure_future(self._stop_asked.wait())
        parts: list[asyncio.Future[Any]] = [*tasks, stop, self._given_up]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            failures = [error for part in done if (error := part.exception()) is not None]
            if not failures:
                await leave()
                return
            _exit_within(2 * _LEAVE_SECONDS, EXIT_FAILED)
            await asyncio.wait([asyncio.ensure_future(leave())], timeout=_LEAVE_SECONDS)
            raise failures[0]
        finally:
            for task in tasks:
                task.cancel()
            # Their last errors come from being cancelled, or have been raised above.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, app: StepApp, step: Step) -> None:
        source = step.source.full_name(self._settings.topic_prefix)
        group = step.consumer_group(self._settings.topic_prefix)
        with kafka_errors_translated(self._settings, f"topic {source} as group {group}", "read"):
            await app.start()
            await app.wait_until_stopped()
            if app.crash_reason is not None:
                raise app.crash_reason

    def _heed(self, caution: Caution) -> None:
        # Orders that come before the app exists are passed to it when it is made.
        if self._app is not None:
            self._app.hop.heed(caution)

    def _give_up(self, error: WirewatchError) -> None:
        if not self._given_up.done():
            self._given_up.set_exception(error)

    def _stop(self) -> None:
        # An app that is still waiting for its broker has nothing to finish.
        seconds = self._settings.shutdown_timeout_seconds * _STOP_SHARE
        _exit_within(seconds if self._has_joined else min(seconds, _LEAVE_SECONDS), 0)
        self._stop_asked.set()

    def _leave(self) -> None:
        _exit_within(_LEAVE_SECONDS, 0)
        self._loop.call_soon_threadsafe(self._stop_asked.set)

    def _live_problem(self) -> str | None:
        busy_seconds = self._reports.busy_seconds
        if busy_seconds > self._settings.step_timeout_seconds:
            return f"a batch has taken {busy_seconds:.0f} s"
        return self._heartbeat.problem()


async def _nothing_to_leave() -> None:
    """A service that is no step is in no group."""


def main(arguments: Sequence[str] | None = None, load: ServiceLoader = load_service) -> NoReturn:
    """Run the service that the command line names; the exit status says whether it may be started again."""
    parser = argparse.ArgumentParser(prog="wirewatch worker", description=__doc__)
    parser.add_argument("--service", choices=SERVICES, required=True)
    parser.add_argument("--process", required=True)
    parser.add_argument("--report-fd", type=int, required=True)
    parser.add_argument("--order-fd", type=int, required=True)
    options = parser.parse_args(arguments)
    faulthandler.enable()
    # kill -USR1 logs every thread's stack; the supervisor sends it before it ends a process that hangs.
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    reports = ReportPipe(options.report_fd)
    configure_log("INFO", options.process, step=options.service)
    try:
        settings = load_settings()
        configure_log(settings.log_level, options.process, step=options.service, log_format=settings.log_format)
        reports.alarm_seconds = settings.step_timeout_seconds * _ALARM_SHARE
        ServiceRunner(SERVICES[options.service], settings, reports, OrderPipe(options.order_fd), load).run()
    except _LASTING as error:
        log.critical("%s", error)
        reports.report(GaveUp(str(error)))
        _exit(EXIT_STOPPED)
    except WirewatchError as error:
        log.critical("%s", error)
        _exit(EXIT_FAILED)
    except Exception as error:  # noqa: BLE001 - told by its place: its text may quote an article
        log.critical("the process ends after an unexpected error: %s", place_of(error))
        _exit(EXIT_FAILED)
    _exit(0)


def _exit(status: int) -> NoReturn:
    """End at once: a batch that hangs in its thread, or Faust with unacknowledged records, would block the exit."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(status)


def _exit_within(seconds: float, status: int) -> None:
    timer = threading.Timer(seconds, _exit, (status,))
    timer.daemon = True
    timer.start()
