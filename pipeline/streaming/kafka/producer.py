"""Publish a batch, and return when the broker has acknowledged every message."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka import errors as kafka_errors
from aiokafka.partitioner import DefaultPartitioner

from pipeline import metrics
from pipeline.errors import (
    AccessDeniedError,
    ArticleError,
    BrokerError,
    RefusedError,
    StoppingError,
    TooLargeError,
)
from pipeline.settings import KafkaSettings
from pipeline.streaming.clock import utc_now
from pipeline.streaming.kafka.client import client_options, connected, kafka_errors_translated
from pipeline.streaming.kafka.topic_setup import restore_topics
from pipeline.streaming.kafka.written_outputs import find_written
from pipeline.streaming.records import Output

ResultT = TypeVar("ResultT")

log = logging.getLogger(__name__)


class _InvalidRecordError(kafka_errors.BrokerResponseError):  # type: ignore[misc]
    errno = 87
    message = "INVALID_RECORD"
    description = "The broker finds the record invalid: it has no key on a compacted topic, for one."


# The client library lacks this error; it would report an unknown one, which we would retry.
kafka_errors.kafka_errors[_InvalidRecordError.errno] = _InvalidRecordError

# Measured: with the client's 16 KiB a partition needs a round trip for every five articles of 3 kB. This is half of
# what a broker takes by default.
_MAX_BATCH_BYTES = 512 * 1024

# The client library keeps sending to a deleted topic without an error; after this time we look whether it exists.
_PATIENCE_SECONDS = 10.0
_STOP_SECONDS = 5.0

_TOO_LARGE = (
    kafka_errors.MessageSizeTooLargeError,
    kafka_errors.RecordListTooLargeError,
    kafka_errors.RecordTooLargeError,
)
_REFUSED = (
    kafka_errors.CorruptRecordException,
    _InvalidRecordError,
    kafka_errors.InvalidTimestampError,
    kafka_errors.InvalidTopicError,
    kafka_errors.PolicyViolationError,
    kafka_errors.UnsupportedForMessageFormatError,
)
_DENIED = (kafka_errors.TopicAuthorizationFailedError, kafka_errors.ClusterAuthorizationFailedError)


class Publisher(Protocol):
    """Where a hop sends its outputs."""

    async def publish(self, outputs: Sequence[Output]) -> Mapping[int, ArticleError]:
        """Send the outputs and wait, without limit, until the broker has acknowledged them all.

        Args:
            outputs: The messages; those of one partition keep their order. ``stage`` is left to the caller.

        Returns:
            By index, why the broker refuses an output for good; all others are acknowledged.

        Raises:
            AccessDeniedError: This user may not write to a topic; some of the outputs may have been written.
        """
        ...


class RecordBatch(Protocol):
    """Messages for one partition, as the client library sends them."""

    def append(
        self, *, timestamp: int | None, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]
    ) -> object | None:
        """Add a message; None when the batch is full."""
        ...

    def close(self) -> None:
        """Mark the batch as complete."""
        ...


class BatchProducer(Protocol):
    """The part of ``AIOKafkaProducer`` that the publisher uses."""

    async def start(self) -> None:
        """Connect."""
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...

    async def partitions_for(self, topic: str) -> Iterable[int]:
        """The topic's partitions."""
        ...

    def create_batch(self) -> RecordBatch:
        """An empty batch."""
        ...

    async def send_batch(self, batch: RecordBatch, topic: str, *, partition: int) -> Awaitable[object]:
        """Queue the batch; the result is done when the broker has acknowledged it."""
        ...


class PatientProducer(AIOKafkaProducer):  # type: ignore[misc]
    """The client library's idempotent producer, which gives up a batch only when a broker refuses it.

    It sends a batch again under the same number for as long as that takes, and the broker writes it once. The library's
    own gives up a batch after ``request_timeout_ms`` without a leader, even one that it has sent before: nobody knows
    then whether the batch was written.

    Args:
        options: Of ``AIOKafkaProducer``.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(**options, acks="all", enable_idempotence=True)
        # The library has no setting for it. https://github.com/aio-libs/aiokafka, ``MessageAccumulator.drain_by_nodes``
        self._message_accumulator._batch_ttl = math.inf  # noqa: SLF001

    async def stop(self) -> None:
        """Disconnect. What is still not acknowledged after some seconds may or may not have been written."""
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await super().stop()
        except TimeoutError:
            # The library would wait for ever where no broker is left to acknowledge anything.
            self._sender.sender_task.cancel()
            await self.client.close()


@dataclass(slots=True)
class _Batch:
    topic: str
    partition: int
    records: RecordBatch
    indices: list[int] = field(default_factory=list)
    is_sent: bool = False


class KafkaPublisher:
    """Publishes through one idempotent producer that is replaced when a batch fails.

    A refused batch leaves a gap in the producer's sequence, after which the broker accepts nothing more from it for
    that partition; a new producer starts a new sequence. While a broker is unavailable the client library keeps the
    messages and sends them once, when the broker is back. A topic that is deleted meanwhile is created again.

    Where a batch fails otherwise, such as by an error inside the broker, it may have been written all the same, and the
    broker would take it from a new producer as another one. So the ends of the ``once`` topics are read first, and what
    is there is not sent again.

    Args:
        settings: Brokers, user and pauses between tries.
        step: The name in metrics and in the broker's log.
        writes: What it writes to, for an error.
        once: Full names of the topics to which nothing is written twice; this user must be allowed to read them.
        make_producer: Makes each producer.
        pause: Waits for seconds.
        restore: Creates again what was deleted of some topics, and returns what that was.
        find_written: See ``written_outputs.find_written``.
        patience_seconds: How long an acknowledgement may take before it is looked whether its topic exists.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        step: str,
        *,
        writes: str = "any topic",
        once: Collection[str] = (),
        make_producer: Callable[[], BatchProducer] | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        restore: Callable[[KafkaSettings, Collection[str]], Awaitable[Collection[str]]] = restore_topics,
        find_written: Callable[
            [KafkaSettings, Mapping[int, tuple[int, Output]], datetime], Awaitable[set[int]]
        ] = find_written,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._settings = settings
        self._step = step
        self._writes = writes
        self._once = frozenset(once)
        self._restore = restore
        self._find_written = find_written
        self._patience_seconds = patience_seconds
        self._make_producer = make_producer or self._new_producer
        self._pause = pause
        self._partitioner = DefaultPartitioner()
        self._connection = contextlib.AsyncExitStack()
        self._producer: BatchProducer | None = None

    async def start(self) -> None:
        """Connect.

        Raises:
            BrokerError: No broker answers, or it refuses this user.
        """
        self._producer = await self._connect()

    async def stop(self) -> None:
        """Disconnect; messages that are not acknowledged by now may or may not have been written."""
        self._producer = None
        await self._connection.aclose()

    async def publish(self, outputs: Sequence[Output]) -> Mapping[int, ArticleError]:
        """See ``Publisher.publish``."""
        refused: dict[int, ArticleError] = {}
        alone: set[int] = set()
        waiting: Sequence[int] = range(len(outputs))
        since = utc_now()
        waits = self._settings.pauses()
        while waiting:
            failed = await self._attempt(outputs, waiting, alone)
            if not failed:
                break
            passing: BaseException | None = None
            missing = {
                batch.topic for batch, error in failed if isinstance(error, kafka_errors.UnknownTopicOrPartitionError)
            }
            if missing:
                await self._restore_topics(missing)
            for batch, error in failed:
                if not _is_refusal(error):
                    passing = error
                elif len(batch.indices) > 1:
                    alone.update(batch.indices)
                else:
                    index = batch.indices[0]
                    refused[index] = _refusal(outputs[index], error)
            refusing = {(batch.topic, batch.partition) for batch, error in failed if _is_refusal(error)}
            waiting = sorted({index for batch, _ in failed for index in batch.indices} - refused.keys())
            # Batches behind a refused one in its partition fail only because of it: no need to wait, nor to doubt.
            if passing is not None and not refusing:
                wait = next(waits)
                log.warning("cannot publish, trying again in %g s: %r", wait, passing)
                metrics.ERRORS.labels(self._step, "publishing").inc()
                metrics.RETRIES.labels(self._step).inc()
                await self._pause(wait)
            await self._replace_producer()
            doubtful = [
                batch
                for batch, error in failed
                if not _is_refusal(error)
                and not (_is_out_of_order(error) and (batch.topic, batch.partition) in refusing)
            ]
            written = await self._written(outputs, doubtful, since)
            waiting = [index for index in waiting if index not in written]
        return refused

    async def _written(self, outputs: Sequence[Output], doubtful: Sequence[_Batch], since: datetime) -> set[int]:
        """The indices of what has been written, of batches that failed without saying whether they were."""
        sent = {
            index: (batch.partition, outputs[index])
            for batch in doubtful
            if batch.is_sent and batch.topic in self._once
            for index in batch.indices
        }
        if not sent:
            return set()
        written = await self._until_it_works(lambda: self._find_written(self._settings, sent, since))
        log.warning("of %d messages that failed, %d had been written: not sent again", len(sent), len(written))
        return written

    async def _attempt(
        self, outputs: Sequence[Output], waiting: Iterable[int], alone: set[int]
    ) -> list[tuple[_Batch, BaseException]]:
        producer = self._producer
        if producer is None:
            producer = self._producer = await self._reconnect()
        failed: list[tuple[_Batch, BaseException]] = []
        batches = await self._pack(producer, outputs, waiting, alone, failed)
        sent: list[tuple[_Batch, asyncio.Future[object]]] = []
        for batch in batches:
            try:
                acknowledged = await self._queue(producer, batch)
            except kafka_errors.KafkaError as error:
                self._check_denied(error, batch.topic)
                failed.append((batch, error))
            else:
                batch.is_sent = True
                sent.append((batch, asyncio.ensure_future(acknowledged)))
        await self._await_acknowledgements(sent)
        errors = [(batch, future.exception()) for batch, future in sent]
        for batch, problem in errors:
            if problem is not None:
                self._check_denied(problem, batch.topic)
                failed.append((batch, problem))
        return failed

    async def _await_acknowledgements(self, sent: Sequence[tuple[_Batch, asyncio.Future[object]]]) -> None:
        waiting = {future for _, future in sent}
        while waiting:
            _, waiting = await asyncio.wait(waiting, timeout=self._patience_seconds)
            if waiting:
                await self._restore_topics({batch.topic for batch, future in sent if future in waiting})

    async def _restore_topics(self, topics: Collection[str]) -> None:
        """Create topics that do not exist, or no more, so that the messages on their way arrive.

        Where that is impossible now, or not permitted, log it and go on waiting: the messages have no answer yet.
        """
        try:
            created = await self._restore(self._settings, topics)
        except (BrokerError, kafka_errors.KafkaError, OSError) as error:
            log.warning("topic %s has not acknowledged yet: %s", ", ".join(sorted(topics)), error)
        else:
            if created:
                log.warning("created topics that did not exist: %s", ", ".join(created))
            else:
                log.warning("topic %s has not acknowledged yet: still waiting", ", ".join(sorted(topics)))

    async def _pack(
        self,
        producer: BatchProducer,
        outputs: Sequence[Output],
        waiting: Iterable[int],
        alone: set[int],
        failed: list[tuple[_Batch, BaseException]],
    ) -> list[_Batch]:
        batches: list[_Batch] = []
        open_batches: dict[tuple[str, int], _Batch] = {}
        partitions: dict[str, list[int] | BaseException] = {}
        for index in waiting:
            output = outputs[index]
            known = partitions.get(output.topic)
            if known is None:
                known = partitions[output.topic] = await self._partitions(producer, output.topic)
            partition = output.partition
            if isinstance(known, BaseException):
                failed.append((_Batch(output.topic, -1, producer.create_batch(), [index]), known))
                continue
            if partition is None:
                partition = self._partitioner(output.key, known, known)
            elif partition not in known:
                missing = kafka_errors.UnknownTopicOrPartitionError(f"{output.topic} has no partition {partition}")
                failed.append((_Batch(output.topic, partition, producer.create_batch(), [index]), missing))
                continue
            place = (output.topic, partition)
            batch = open_batches.get(place)
            if batch is None or index in alone or not _append(batch, index, output):
                batch = _Batch(output.topic, partition, producer.create_batch())
                _append(batch, index, output)
                batches.append(batch)
                if index in alone:
                    open_batches.pop(place, None)
                else:
                    open_batches[place] = batch
        for batch in batches:
            batch.records.close()
        return batches

    async def _partitions(self, producer: BatchProducer, topic: str) -> list[int] | BaseException:
        try:
            return sorted(await producer.partitions_for(topic))
        except kafka_errors.KafkaError as error:
            self._check_denied(error, topic)
            problem: BaseException = error
            return problem

    async def _queue(self, producer: BatchProducer, batch: _Batch) -> Awaitable[object]:
        while True:
            try:
                return await producer.send_batch(batch.records, batch.topic, partition=batch.partition)
            except kafka_errors.KafkaTimeoutError:
                log.warning("no broker takes messages for %s-%d: still trying", batch.topic, batch.partition)

    async def _replace_producer(self) -> None:
        self._producer = None
        await self._connection.aclose()
        self._producer = await self._reconnect()

    async def _reconnect(self) -> BatchProducer:
        return await self._until_it_works(self._connect)

    async def _until_it_works(self, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """Try until it works: an error that left ``publish`` now would leave open what has been written."""
        for wait in self._settings.pauses():
            try:
                return await work()
            except StoppingError:
                raise
            except (BrokerError, kafka_errors.KafkaError, OSError) as error:
                log.warning("%s; trying again in %g s", error, wait)
                await self._pause(wait)
        raise AssertionError("pauses never end")

    async def _connect(self) -> BatchProducer:
        producer = self._make_producer()
        # An idempotent producer is refused at once where its user may write to no topic at all.
        with kafka_errors_translated(self._settings, self._writes, "write to"):
            return await self._connection.enter_async_context(connected(producer, self._settings))

    def _new_producer(self) -> BatchProducer:
        return PatientProducer(
            **client_options(self._settings), client_id=f"wirewatch-{self._step}", max_batch_size=_MAX_BATCH_BYTES
        )

    def _check_denied(self, error: BaseException, topic: str) -> None:
        if isinstance(error, _DENIED):
            raise AccessDeniedError(f"topic {topic}", "write to") from error


def _append(batch: _Batch, index: int, output: Output) -> bool:
    added = batch.records.append(timestamp=None, key=output.key, value=output.value, headers=list(output.headers))
    if added is None:
        return False
    batch.indices.append(index)
    return True


def _is_refusal(error: BaseException) -> bool:
    return isinstance(error, _TOO_LARGE + _REFUSED)


def _is_out_of_order(error: BaseException) -> bool:
    return isinstance(error, kafka_errors.OutOfOrderSequenceNumber)


def _refusal(output: Output, error: BaseException) -> ArticleError:
    size = len(output.key or b"") + len(output.value or b"")
    if isinstance(error, _TOO_LARGE):
        return TooLargeError(
            f"its message for {output.topic} has {size:,} bytes, more than the topic's max.message.bytes: "
            "cut the article, or raise that limit"
        )
    return RefusedError(f"the broker refuses its message for {output.topic} ({size:,} bytes): {error}")
