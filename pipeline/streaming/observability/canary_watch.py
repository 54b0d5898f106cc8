"""Watch the pipeline from outside: send canaries through all steps, and read each step's lag.

It runs in its own process, since a worker that is dead or stuck cannot report it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from pipeline import metrics
from pipeline.errors import AccessDeniedError, BrokerError
from pipeline.messages.canary_rule import canary_article
from pipeline.messages.codec import encode
from pipeline.messages.rules import CANARY_CHANNEL
from pipeline.settings import CanarySettings
from pipeline.streaming.kafka.client import client_options, connected
from pipeline.streaming.kafka.consumer_lag import LagReader, lag_reader
from pipeline.streaming.kafka.subscription import subscribed
from pipeline.streaming.kafka.topic_setup import ensure_topics
from pipeline.streaming.loading import LoadedService, Standing
from pipeline.streaming.observability.tracing import child_traceparent
from pipeline.topology import CANARY, RAW, STEPS

log = logging.getLogger(__name__)

_TICK_SECONDS = 0.2
_RECONNECT_SECONDS = 2.0
# Clocks of brokers and of this machine differ.
_OVERLAP_SECONDS = 10.0
_PASSING = (BrokerError, KafkaError, TimeoutError)


@contextlib.asynccontextmanager
async def load(settings: CanarySettings) -> AsyncIterator[LoadedService]:
    """Load nothing; what it counts is served by this service alone."""
    yield LoadedService(CanaryWatch(settings).work, metrics.CANARY_REGISTRY)


class CanaryWatch:
    """Sends canaries and reads the lag until its task is cancelled; waits while the broker is away."""

    def __init__(self, settings: CanarySettings) -> None:
        self._settings = settings
        self._flight = CanaryFlight(settings.canary_timeout_seconds)
        self._listening = asyncio.Event()
        self._steps_at_work = asyncio.Event()
        # The steps that are not at work yet, as told last.
        self._idle: list[str] = []
        self._heard_at: float | None = None
        self._sending: set[asyncio.Task[None]] = set()

    async def work(self, standing: Standing) -> None:
        """Watch until cancelled.

        Raises:
            SettingError: The brokers cannot be reached as set.
            BrokerError: The broker does not answer at the start, or refuses a topic or a group at any time.
        """
        await ensure_topics(self._settings, CANARY.reads)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_up("canary alerts", lambda: self._listen(standing)))
                tasks.create_task(self._keep_up("lag", self._read_lag))
                tasks.create_task(self._send_all())
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _keep_up(self, subject: str, watch: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await watch()
            except AccessDeniedError:
                raise
            except _PASSING as error:
                log.warning("cannot read the %s, trying again in %g s: %s", subject, _RECONNECT_SECONDS, error)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen(self, standing: Standing) -> None:
        # Alerts raised while this did not listen are read too; a canary that is seen twice counts once.
        since = (
            None if self._heard_at is None else timedelta(seconds=time.monotonic() - self._heard_at + _OVERLAP_SECONDS)
        )
        async with subscribed(self._settings, channel=CANARY_CHANNEL, since=since) as alerts:
            listening_since = time.monotonic()
            # If reading breaks off before it has caught up, the next attempt begins at the same place.
            if self._heard_at is None:
                self._heard_at = listening_since
            standing.ready()
            self._flight.listen()
            self._listening.set()
            try:
                async for received in alerts:
                    self._heard_at = time.monotonic()
                    seconds = self._flight.end(received.alert.article.id)
                    if seconds is not None:
                        metrics.CANARIES_RECEIVED.inc()
                        # The time of an alert that came while this process did not listen is unknown.
                        if seconds <= self._heard_at - listening_since:
                            metrics.CANARY_LATENCY.observe(seconds)
            finally:
                self._flight.stop_listening()
                standing.waiting("waiting for the broker")

    async def _send_all(self) -> None:
        """Send a canary at each interval and count the missed ones, however long the broker takes to accept one."""
        # A canary sent earlier could be missed because we do not listen yet, or because the steps are still loading.
        await self._listening.wait()
        await self._await_steps()
        producer = AIOKafkaProducer(**client_options(self._settings), client_id="wirewatch-canary", acks="all")
        loop = asyncio.get_running_loop()
        async with connected(producer, self._settings):
            due_at = loop.time()
            while True:
                now = loop.time()
                if now >= due_at:
                    self._send(producer)
                    # Canaries skipped while the whole process was suspended are not sent later.
                    due_at = max(due_at, now - self._settings.canary_interval_seconds)
                    due_at += self._settings.canary_interval_seconds
                for canary in self._flight.newly_missed():
                    metrics.CANARIES_MISSED.inc()
                    limit = self._settings.canary_timeout_seconds
                    log.error("this canary raised no alert within %g s", limit, extra={"article": canary})
                await asyncio.sleep(min(_TICK_SECONDS, self._settings.canary_interval_seconds))

    async def _await_steps(self) -> None:
        """Wait until each step has processes that are at work; not for ever, since a worker may never come."""
        began = time.monotonic()
        limit = self._settings.canary_start_seconds
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await self._steps_at_work.wait()
        if self._steps_at_work.is_set():
            log.info("every step is at work after %.0f s: canaries are sent", time.monotonic() - began)
        else:
            log.error("not every step is at work after %g s: canaries are sent all the same", limit)

    async def _look_for_steps(self, reader: LagReader) -> None:
        groups = {step: await reader.group(step) for step in STEPS}
        # A broker that does not tell is not waited for.
        idle = [step for step, group in groups.items() if group and (group.phase != "steady" or group.unserved)]
        if not idle:
            self._steps_at_work.set()
        elif idle != self._idle:
            log.info("canaries wait for processes of these steps: %s", ", ".join(idle))
        self._idle = idle

    def _send(self, producer: AIOKafkaProducer) -> None:
        canary = f"canary-{secrets.token_hex(8)}"
        self._flight.start(canary)
        metrics.CANARIES_SENT.inc()
        task = asyncio.create_task(self._publish(producer, canary))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _publish(self, producer: AIOKafkaProducer, canary: str) -> None:
        topic = RAW.full_name(self._settings.topic_prefix)
        value = encode(canary_article(canary))
        headers = [child_traceparent(())]
        try:
            async with asyncio.timeout(self._settings.canary_timeout_seconds):
                await producer.send_and_wait(topic, value, key=canary.encode(), headers=headers)
        except (KafkaError, TimeoutError) as error:
            log.warning("cannot send this canary: %r", error, extra={"article": canary})

    async def _read_lag(self) -> None:
        try:
            async with lag_reader(self._settings) as reader:
                while True:
                    if not self._steps_at_work.is_set():
                        await self._look_for_steps(reader)
                    for step in STEPS:
                        lag = await reader.lag(step)
                        metrics.CONSUMER_LAG.labels(step).set(lag)
                        metrics.SOURCE_PARTITIONS.labels(step).set(len(reader.places[step]))
                    await asyncio.sleep(self._settings.canary_lag_interval_seconds)
        except _PASSING:
            metrics.LAG_READ_FAILURES.inc()
            # No value is better than an outdated one.
            metrics.CONSUMER_LAG.clear()
            raise


# After a day a canary is forgotten.
_MOST_MISSED = 1_500
_CATCH_UP_SECONDS = 2.0


class CanaryFlight:
    """The canaries that this process has sent.

    Args:
        timeout_seconds: A canary without an alert after this time is missed.
        clock: Seconds, never going back.
    """

    def __init__(self, timeout_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        # In order of the time due, oldest first.
        self._awaited: dict[str, float] = {}
        self._missed: dict[str, float] = {}
        # Since when alerts may have been overlooked; kept until those that came meanwhile are read.
        self._deaf_since: float | None = None
        self._caught_up_at: float | None = clock()

    def start(self, canary: str) -> None:
        """A canary is due now, whether or not a broker accepts it."""
        self._awaited[canary] = self._clock()

    def end(self, canary: str) -> float | None:
        """A canary's alert has arrived.

        Returns:
            Seconds since the canary was due, also for a missed one; None if another process sent it, or if its alert
            came before.
        """
        for canaries in (self._awaited, self._missed):
            if canary in canaries:
                return self._clock() - canaries.pop(canary)
        return None

    def stop_listening(self) -> None:
        """From now on no alert can be read; canaries are missed for that only if it lasts as long as the timeout."""
        self._caught_up_at = None
        if self._deaf_since is None:
            self._deaf_since = self._clock()

    def listen(self) -> None:
        """Alerts can be read again; those that came meanwhile get a moment to be read."""
        self._caught_up_at = self._clock() + _CATCH_UP_SECONDS

    def newly_missed(self) -> list[str]:
        """The canaries that have timed out since the last call."""
        now = self._clock()
        if self._caught_up_at is not None and now >= self._caught_up_at:
            self._deaf_since = None
        if self._deaf_since is not None and now - self._deaf_since < self._timeout_seconds:
            return []
        latest = now - self._timeout_seconds
        missed = [canary for canary, due_at in self._awaited.items() if due_at <= latest]
        for canary in missed:
            self._missed[canary] = self._awaited.pop(canary)
        while len(self._missed) > _MOST_MISSED:
            del self._missed[next(iter(self._missed))]
        return missed
