"""Tools to prove that nothing is lost: workers whose processes can be killed, and an observer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from pipeline.settings import Settings, settings_environment
from pipeline.topology import ALERTS_STEP, DEAD_LETTERS, LANGUAGE_STEP, RAW, STEPS, Topic, channel_topic
from tests.integration import chaos_worker
from tests.integration.chaos_input import CHANNEL, Input
from tests.integration.topics_on_kafka import partitions
from tests.waiting import until


class WorkerProcess:
    """A worker in a process of its own, started again by hand as an orchestrator would.

    Attributes:
        events: The events of its supervisors so far: kind, step, pid, text.
    """

    def __init__(self, name: str, settings: Settings, python_path: Path, log: Path) -> None:
        self.name = name
        self.events: list[tuple[str, str | None, int, str]] = []
        self._environment = {**settings_environment(settings), "PYTHONPATH": str(python_path)}
        self._log = log
        self._popen: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        """Start the supervisor."""
        with self._log.open("ab") as log:
            self._popen = subprocess.Popen(
                [sys.executable, chaos_worker.__file__],
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, args=(self._popen,), daemon=True)
        self._reader.start()

    def _read(self, popen: subprocess.Popen[str]) -> None:
        assert popen.stdout is not None
        with popen.stdout:
            for line in popen.stdout:
                kind, step, pid, text = json.loads(line)
                self.events.append((kind, step, pid, text))

    def count(self, kind: str) -> int:
        """How many events of this kind there were."""
        return sum(event[0] == kind for event in tuple(self.events))

    def ready_processes(self, step: str) -> list[int]:
        """The process ids of a step that are at work, the latest last."""
        ready: list[int] = []
        for kind, event_step, pid, _ in tuple(self.events):
            if event_step == step and kind == "ready":
                ready.append(pid)
            elif kind in {"died", "stuck"}:
                ready = [one for one in ready if one != pid]
            elif kind == "supervisor-killed":
                ready = []
        return ready

    async def kill_process(self, step: str, deadline_seconds: float) -> int:
        """``kill -9`` a step's process that is at work, and wait until its supervisor has seen it."""
        is_killed = False
        while not is_killed:
            await until(
                partial(self.ready_processes, step), f"{step} at work in {self.name}", within_seconds=deadline_seconds
            )
            pid = self.ready_processes(step)[-1]
            # It may just have died for another reason.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                is_killed = True
            seen = f"{self.name} sees the death of {step}[{pid}]"
            await until(partial(self._has_died, pid), seen, within_seconds=deadline_seconds)
        return pid

    def _has_died(self, pid: int) -> bool:
        return any(kind == "died" and dead == pid for kind, _, dead, _ in tuple(self.events))

    def kill_supervisor(self) -> None:
        """``kill -9`` the supervisor only."""
        assert self._popen is not None
        assert self._reader is not None
        self._popen.kill()
        self._popen.wait()
        self._reader.join()
        self.events.append(("supervisor-killed", None, self._popen.pid, "by the test"))

    def stop(self, deadline_seconds: float) -> int:
        """SIGTERM; returns the exit status.

        Raises:
            subprocess.TimeoutExpired: It did not end in time; it is killed then.
        """
        assert self._popen is not None
        assert self._reader is not None
        self._popen.terminate()
        try:
            status = self._popen.wait(deadline_seconds)
        finally:
            self._popen.kill()
        self._reader.join()
        return status

    def end(self) -> None:
        """Kill the remaining processes."""
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()


class Observer:
    """Reads topics from their beginning with a plain client of its own, in no group.

    Attributes:
        records: By topic name without prefix and version, in the order read.
    """

    def __init__(self, settings: Settings, *topics: Topic) -> None:
        self._topics = {topic.full_name(settings.topic_prefix): topic for topic in topics}
        self._bootstrap_servers = settings.bootstrap_servers
        self.records: dict[str, list[Any]] = {topic.name: [] for topic in topics}
        self._reading: asyncio.Future[None] | None = None

    def check(self) -> None:
        """Raise the error that has ended reading: unread records would look lost."""
        if self._reading is not None and self._reading.done():
            self._reading.result()

    @contextlib.asynccontextmanager
    async def observing(self) -> AsyncIterator[None]:
        """Read while the context lasts; wait while the broker is away."""
        async with AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest"
        ) as consumer:
            places = [TopicPartition(name, n) for name, topic in self._topics.items() for n in range(topic.partitions)]
            consumer.assign(places)
            self._reading = reading = asyncio.ensure_future(self._read(consumer))
            try:
                yield
            finally:
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reading
                self._reading = None
            ends = await consumer.end_offsets(places)
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                self._take(await consumer.getmany(timeout_ms=200))

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            self._take(await consumer.getmany(timeout_ms=200))

    def _take(self, fetched: dict[TopicPartition, list[Any]]) -> None:
        for place, records in fetched.items():
            self.records[self._topics[place.topic].name].extend(records)


class Sender:
    """A client that writes raw messages and remembers the offset of each."""

    def __init__(self, producer: AIOKafkaProducer, settings: Settings) -> None:
        self._producer = producer
        self._topic = RAW.full_name(settings.topic_prefix)
        self.places: dict[tuple[int, int], Input] = {}

    async def send(self, inputs: Iterable[Input]) -> None:
        """Write messages; returns when the broker has them all, however long that takes."""
        sent = [(one, await self._producer.send(self._topic, key=one.key, value=one.value)) for one in inputs]
        for one, acknowledged in sent:
            written = await acknowledged
            self.places[written.partition, written.offset] = one


@contextlib.asynccontextmanager
async def sender(settings: Settings) -> AsyncIterator[Sender]:
    """A connected sender."""
    async with AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers, enable_idempotence=True, max_request_size=RAW.max_message_bytes
    ) as producer:
        yield Sender(producer, settings)


async def lag(settings: Settings) -> dict[str, int]:
    """How many records each step has not committed yet."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        lags = {}
        async with AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers) as consumer:
            for name, step in STEPS.items():
                places = partitions(settings, step.source)
                ends = await consumer.end_offsets(places)
                committed = await admin.list_consumer_group_offsets(step.consumer_group(settings.topic_prefix))
                done = {place: max(0, committed[place].offset) for place in places if place in committed}
                lags[name] = sum(end - done.get(place, 0) for place, end in ends.items())
        return lags
    finally:
        await admin.close()


def steps_to_kill(count: int, random_: random.Random) -> list[str]:
    """A random order of steps, each one as often as any other, as far as the count goes."""
    drawn: list[str] = []
    while len(drawn) < count:
        drawn += random_.sample(list(STEPS), len(STEPS))
    return drawn[:count]


CHAOS_CHANNEL = channel_topic(CHANNEL)
OBSERVED = (ALERTS_STEP.sink, DEAD_LETTERS, CHAOS_CHANNEL, LANGUAGE_STEP.sink)
