"""Polls the sources of those partitions that the consumer group gives to this process.

Each assignment begins anew: how the sources stand is read back from their topic, then their documents; then both are
followed. So whoever takes over a dead process's partitions knows what that one knew, and no process needs a database.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from time import monotonic
from typing import Any, Generic, NoReturn

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from pipeline.errors import AccessDeniedError, BrokerError, StepStoppedError, WirewatchError
from pipeline.messages.source_states import SourceState
from pipeline.settings import StepSettings
from pipeline.sources.polling.entry_article import PolledSource
from pipeline.streaming.kafka.client import client_options, connected, kafka_errors_translated
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.streaming.loading import Standing
from pipeline.streaming.polling.source_poller import SourcePoller
from pipeline.streaming.stores.compacted_records import DocumentKind, DocumentT, RecordHeaders, StoredDocument

log = logging.getLogger(__name__)

_PASSING = (BrokerError, KafkaError, TimeoutError)
_POLL_MS = 500
_MOST_RECORDS = 2_000
_LEAVE_SECONDS = 5.0

StateKind = DocumentKind[SourceState, StoredDocument[SourceState]]


class PollingGroup(Generic[DocumentT]):
    """A member of the group of pollers.

    Args:
        settings: Brokers, prefix, and how long a member may be silent.
        group: The consumer group's full name.
        sources: The topic of the sources' documents, whose partitions are shared among the members.
        states: The topic of their states, with the same number of partitions.
        prepare: What is polled by a document; None where it is not to be polled now. It may raise a WirewatchError,
            such as for a secret that is not there.
        make_poller: Makes a poller, for each assignment a new one.
    """

    def __init__(
        self,
        settings: StepSettings,
        group: str,
        sources: DocumentKind[DocumentT, StoredDocument[DocumentT]],
        states: StateKind,
        *,
        prepare: Callable[[DocumentT], PolledSource | None],
        make_poller: Callable[[], SourcePoller],
    ) -> None:
        self._settings = settings
        self._group = group
        self._sources = sources
        self._states = states
        self._prepare = prepare
        self._make_poller = make_poller

    async def work(self, standing: Standing) -> None:
        """Poll until cancelled; waits while the broker is away.

        Raises:
            AccessDeniedError: The broker refuses this user a topic or the group.
            StepStoppedError: The topics have not the same partitions.
        """
        pauses = self._settings.pauses()
        while True:
            standing.waiting("waiting for partitions")
            try:
                await self._take_part(standing)
            except AccessDeniedError:
                raise
            except _PASSING as error:
                pause = next(pauses)
                log.warning("cannot poll sources, trying again in %g s: %s", pause, error)
                standing.waiting("waiting for the broker")
                await asyncio.sleep(pause)

    async def _take_part(self, standing: Standing) -> NoReturn:
        topic = self._sources.topic.full_name(self._settings.topic_prefix)
        silent_ms = int(self._settings.broker_session_timeout_seconds * 1000)
        consumer = AIOKafkaConsumer(
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=silent_ms,
            heartbeat_interval_ms=silent_ms // 5,
            rebalance_timeout_ms=silent_ms,
            **client_options(self._settings),
        )
        assignment = _Assignment()
        consumer.subscribe([topic], listener=assignment)
        with kafka_errors_translated(self._settings, f"topic {topic} as group {self._group}", "read"):
            async with connected(consumer, self._settings):
                while True:
                    partitions = await assignment.next()
                    serving = _Serving(self, consumer, topic, partitions, standing)
                    await assignment.during(serving.run())
                    standing.waiting("waiting for partitions")

    async def read_states(self, partitions: Collection[int]) -> dict[str, SourceState]:
        """How the sources of these partitions stand, by their ids, as written by now.

        Raises:
            StepStoppedError: The topic lacks one of these partitions.
        """
        kind = self._states
        topic = kind.topic.full_name(self._settings.topic_prefix)
        states: dict[str, SourceState] = {}
        async with topic_reader(self._settings, topic) as reader:
            if missing := set(partitions) - set(reader.partitions):
                raise StepStoppedError(
                    f"topic {topic} has no partition {min(missing)}, as the sources have: give both the same number"
                )
            ends = await reader.settled_ends(partitions)
            first = await reader.start_offsets()
            async for chunk in reader.read({number: first[number] for number in partitions}, ends):
                for record in chunk.records:
                    stored = kind.read(record.key, record.value, record.headers)
                    if stored.document is not None:
                        states[stored.id] = stored.document
                    else:
                        # Of one that cannot be read nothing is known: the source is read as a new one.
                        states.pop(stored.id, None)
                        if stored.problem:
                            log.error("the state of source %s is lost: %s", stored.id, stored.problem)
        return states

    def new_poller(self) -> SourcePoller:
        """A poller without sources."""
        return self._make_poller()

    def read_source(
        self, key: bytes | None, value: bytes | None, headers: RecordHeaders
    ) -> tuple[str, PolledSource | None]:
        """The id and the source of a record; no source where it is not to be polled, and a line if that is a fault."""
        stored = self._sources.read(key, value, headers)
        if stored.problem:
            log.error("source %s is set aside, apply it again: %s", stored.id, stored.problem)
        if stored.document is None:
            return stored.id, None
        try:
            return stored.id, self._prepare(stored.document)
        except WirewatchError as error:
            log.warning("source %s is not polled: %s", stored.id, error)
            return stored.id, None


class _Serving(Generic[DocumentT]):
    """Polls the sources of one assignment."""

    def __init__(
        self,
        group: PollingGroup[DocumentT],
        consumer: AIOKafkaConsumer,
        topic: str,
        partitions: Collection[int],
        standing: Standing,
    ) -> None:
        self._group = group
        self._consumer = consumer
        self._places = [TopicPartition(topic, number) for number in sorted(partitions)]
        self._standing = standing
        self._poller = group.new_poller()
        # The partition of each source that is polled: one that has moved is removed from its old partition later.
        self._partitions: dict[str, int] = {}

    async def run(self) -> None:
        """Poll until cancelled."""
        if not self._places:
            # More processes than partitions: this one takes over when another dies.
            self._standing.ready()
            await asyncio.Event().wait()
        started = monotonic()
        states = await self._group.read_states({place.partition for place in self._places})
        sources: dict[str, tuple[PolledSource | None, int]] = {}
        ends: Mapping[TopicPartition, int] = await self._consumer.end_offsets(self._places)
        await self._consumer.seek_to_beginning(*self._places)
        while await self._is_behind(ends):
            # A source that has moved is removed from its old partition: which comes first is not told by its place.
            for partition, source_id, source in await self._changes():
                if source is not None or sources.get(source_id, (None, partition))[1] == partition:
                    sources[source_id] = source, partition
        for source_id, (source, partition) in sources.items():
            self._change(partition, source_id, source, states.get(source_id))
        log.info(
            "polls %d sources of %d partitions, read in %.1f s",
            len(self._partitions), len(self._places), monotonic() - started,
        )  # fmt: skip
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poller.run())
            tasks.create_task(self._follow())

    async def _follow(self) -> None:
        self._standing.ready()
        while True:
            for partition, source_id, source in await self._changes():
                self._change(partition, source_id, source, None)

    async def _is_behind(self, ends: Mapping[TopicPartition, int]) -> bool:
        return any([await self._consumer.position(place) < end for place, end in ends.items()])

    async def _changes(self) -> Iterable[tuple[int, str, PolledSource | None]]:
        fetched: Mapping[TopicPartition, list[Any]] = await self._consumer.getmany(
            timeout_ms=_POLL_MS, max_records=_MOST_RECORDS
        )
        return [
            (place.partition, *self._group.read_source(record.key, record.value, record.headers))
            for place, records in fetched.items()
            for record in records
        ]

    def _change(self, partition: int, source_id: str, source: PolledSource | None, state: SourceState | None) -> None:
        if source is not None:
            self._partitions[source_id] = partition
            self._poller.follow(source, partition, state)
        elif self._partitions.get(source_id) == partition:
            del self._partitions[source_id]
            self._poller.leave(source_id)


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Hands each assignment to the one task that serves it, and gives none up before that task has ended."""

    def __init__(self) -> None:
        self._given: asyncio.Queue[frozenset[int]] = asyncio.Queue()
        self._serving: asyncio.Task[None] | None = None

    async def next(self) -> frozenset[int]:
        """The newest assignment, as soon as there is one that was not served yet."""
        partitions = await self._given.get()
        while not self._given.empty():
            partitions = self._given.get_nowait()
        return partitions

    async def during(self, work: Awaitable[None]) -> None:
        """Await work until these partitions are given up; raises what it raises."""
        self._serving = asyncio.ensure_future(work)
        try:
            await asyncio.wait([self._serving])
        finally:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        if not self._serving.cancelled() and (error := self._serving.exception()) is not None:
            raise error.exceptions[0] if isinstance(error, ExceptionGroup) else error

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:  # noqa: ARG002 - all are
        """Stop polling: what was not acknowledged is polled again by whoever comes next."""
        while not self._given.empty():
            self._given.get_nowait()
        if self._serving is not None:
            self._serving.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LEAVE_SECONDS):
                    await asyncio.wait([self._serving])

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Have these served."""
        self._given.put_nowait(frozenset(place.partition for place in assigned))
