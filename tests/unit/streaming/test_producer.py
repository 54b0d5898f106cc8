from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from aiokafka import errors as kafka_errors

from pipeline.errors import AccessDeniedError, BrokerUnreachableError, RefusedError, TooLargeError
from pipeline.settings import KafkaSettings, load_settings
from pipeline.streaming.kafka.producer import KafkaPublisher
from pipeline.streaming.records import Output
from pipeline.topology import RULES_STEP

INVALID_RECORD = 87

Refuses = Callable[[str, int, "FakeBatch"], Exception | None]


@dataclass
class FakeBatch:
    capacity: int
    values: list[bytes | None] = field(default_factory=list)
    closed: bool = False

    def append(
        self, *, timestamp: int | None, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]
    ) -> object | None:
        assert timestamp is None
        assert key is not None
        assert isinstance(headers, list)
        if len(self.values) >= self.capacity:
            return None
        self.values.append(value)
        return object()

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeCluster:
    """Where the fake producers write to, in order."""

    capacity: int = 100
    refuses: Refuses = lambda _topic, _partition, _batch: None
    connects: Callable[[], Exception | None] = lambda: None
    unknown: set[str] = field(default_factory=set)
    # With these it answers batches that it has written.
    unsure: list[Exception] = field(default_factory=list)
    written: list[bytes | None] = field(default_factory=list)
    partitions: list[int] = field(default_factory=list)
    sent: int = 0
    producers: int = 0
    open: set[int] = field(default_factory=set)

    def producer(self) -> FakeProducer:
        self.producers += 1
        return FakeProducer(self)


@dataclass
class FakeProducer:
    """Idempotent: after a refused batch the partition takes nothing more from it."""

    cluster: FakeCluster
    broken: set[tuple[str, int]] = field(default_factory=set)

    async def start(self) -> None:
        if (error := self.cluster.connects()) is not None:
            raise error
        self.cluster.open.add(id(self))

    async def stop(self) -> None:
        self.cluster.open.discard(id(self))

    async def partitions_for(self, topic: str) -> Iterable[int]:
        if topic in self.cluster.unknown:
            self.cluster.unknown.discard(topic)
            raise kafka_errors.UnknownTopicOrPartitionError
        return {0, 1, 2}

    def create_batch(self) -> FakeBatch:
        return FakeBatch(self.cluster.capacity)

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> Awaitable[object]:
        assert batch.closed
        self.cluster.sent += 1
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        place = (topic, partition)
        if place in self.broken:
            future.set_exception(kafka_errors.OutOfOrderSequenceNumber())
        elif (error := self.cluster.refuses(topic, partition, batch)) is not None:
            self.broken.add(place)
            future.set_exception(error)
        else:
            self.cluster.written += batch.values
            self.cluster.partitions += [partition] * len(batch.values)
            if self.cluster.unsure:
                self.broken.add(place)
                future.set_exception(self.cluster.unsure.pop())
            else:
                future.set_result(None)
        return future


def outputs(values: Sequence[bytes], partition: int | None = 0) -> list[Output]:
    return [Output("t", b"key-%d" % index, value, (), partition) for index, value in enumerate(values)]


async def all_are_there(_settings: KafkaSettings, _topics: Collection[str]) -> Collection[str]:
    return ()


@dataclass
class FakeReader:
    """Finds in the cluster what was written, once it answers."""

    cluster: FakeCluster
    problems: list[Exception] = field(default_factory=list)
    asked: list[list[bytes | None]] = field(default_factory=list)

    async def find_written(
        self, _settings: KafkaSettings, sent: Mapping[int, tuple[int, Output]], _since: datetime
    ) -> set[int]:
        if self.problems:
            raise self.problems.pop()
        self.asked.append([output.value for _, output in sent.values()])
        return {number for number, (_, output) in sent.items() if output.value in self.cluster.written}


def publish(
    cluster: FakeCluster, messages: Sequence[Output], *, once: Collection[str] = (), reader: FakeReader | None = None
) -> tuple[dict[int, Exception], list[float]]:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    async def run() -> dict[int, Exception]:
        publisher = KafkaPublisher(
            load_settings(bootstrap_servers="127.0.0.1:1"),
            RULES_STEP.name,
            make_producer=cluster.producer,
            pause=pause,
            restore=all_are_there,
            once=once,
            find_written=(reader or FakeReader(cluster)).find_written,
        )
        await publisher.start()
        try:
            async with asyncio.timeout(10):
                return dict(await publisher.publish(messages))
        finally:
            await publisher.stop()
            assert not cluster.open

    return asyncio.run(run()), waits


def size_limit(most: int) -> Refuses:
    def refuses(_topic: str, _partition: int, batch: FakeBatch) -> Exception | None:
        too_large = sum(len(value or b"") for value in batch.values) > most
        return kafka_errors.MessageSizeTooLargeError() if too_large else None

    return refuses


@pytest.mark.parametrize(("count", "capacity", "batches"), [(20, 100, 1), (8, 3, 3), (0, 100, 0)])
def test_everything_is_written_once_in_order_in_as_few_batches_as_can_be(
    count: int, capacity: int, batches: int
) -> None:
    cluster = FakeCluster(capacity=capacity)
    values = [b"%d" % number for number in range(count)]
    assert publish(cluster, outputs(values)) == ({}, [])
    assert cluster.written == values
    assert (cluster.sent, cluster.producers) == (batches, 1)


def test_the_key_chooses_the_partition_unless_one_is_fixed() -> None:
    cluster = FakeCluster()
    publish(cluster, [Output("t", b"same", b"1"), Output("t", b"same", b"2"), Output("t", b"same", b"3", (), 2)])
    first, second, fixed = (cluster.partitions[cluster.written.index(value)] for value in (b"1", b"2", b"3"))
    assert first == second
    assert fixed == 2


def test_a_refused_batch_is_tried_one_by_one_and_only_the_one_at_fault_is_refused() -> None:
    cluster = FakeCluster(refuses=size_limit(50))
    refused, waits = publish(cluster, outputs([b"a", b"b" * 60, b"c", b"d"]))
    assert list(refused) == [1]
    assert isinstance(refused[1], TooLargeError)
    assert "65 bytes" in str(refused[1])
    assert sorted(value or b"" for value in cluster.written) == [b"a", b"c", b"d"]
    assert waits == []
    only_together_too_large = FakeCluster(refuses=size_limit(50))
    assert publish(only_together_too_large, outputs([b"x" * 40] * 3))[0] == {}
    assert only_together_too_large.written == [b"x" * 40] * 3


@pytest.mark.parametrize(
    "error",
    [
        kafka_errors.InvalidTimestampError,
        kafka_errors.PolicyViolationError,
        kafka_errors.InvalidTopicError,
        kafka_errors.for_code(INVALID_RECORD),
    ],
)
def test_what_the_broker_will_never_take_is_refused(error: type[Exception]) -> None:
    cluster = FakeCluster(refuses=lambda _topic, _partition, batch: error() if b"bad" in batch.values else None)
    refused, _ = publish(cluster, outputs([b"a", b"bad", b"c"]))
    assert [(index, type(problem)) for index, problem in refused.items()] == [(1, RefusedError)]
    assert cluster.written == [b"a", b"c"]


AWAY = kafka_errors.KafkaConnectionError("away")


@pytest.mark.parametrize(
    ("errors", "connections", "waited"),
    [
        ([kafka_errors.UnknownError(), kafka_errors.NotEnoughReplicasError(), None], [None] * 3, [0.5, 1.0]),
        # The broker is away when the producer is replaced.
        ([kafka_errors.UnknownError(), None], [None, AWAY, AWAY, None], [0.5, 0.5, 1.0]),
    ],
)
def test_what_the_broker_cannot_take_now_is_sent_again_by_a_new_producer_until_it_can(
    errors: list[Exception | None], connections: list[Exception | None], waited: list[float]
) -> None:
    answers, states = iter(errors), iter(connections)
    cluster = FakeCluster(refuses=lambda *_: next(answers), connects=lambda: next(states))
    refused, waits = publish(cluster, outputs([b"a", b"b"]))
    assert refused == {}
    assert cluster.written == [b"a", b"b"]
    assert waits == waited
    assert cluster.producers == len(connections)


def test_what_was_written_before_its_batch_failed_is_not_sent_again() -> None:
    cluster = FakeCluster(capacity=2, unsure=[kafka_errors.UnknownError()])
    reader = FakeReader(cluster, problems=[AWAY, BrokerUnreachableError("127.0.0.1:1")])
    refused, waits = publish(cluster, outputs([b"a", b"b", b"c"]), once=["t"], reader=reader)
    assert refused == {}
    # The second batch is behind the first one in its partition, so that the broker does not take it.
    assert reader.asked == [[b"a", b"b", b"c"]]
    assert cluster.written == [b"a", b"b", b"c"]
    assert waits == [0.5, 0.5, 1.0]


def test_where_a_message_may_be_twice_and_where_it_was_refused_nothing_is_read() -> None:
    elsewhere = FakeCluster(unsure=[kafka_errors.UnknownError()])
    reader = FakeReader(elsewhere)
    publish(elsewhere, outputs([b"a"]), once=["other"], reader=reader)
    assert elsewhere.written == [b"a", b"a"]
    refusing = FakeCluster(refuses=size_limit(50))
    refused, _ = publish(refusing, outputs([b"b" * 60, b"c"]), once=["t"], reader=reader)
    assert list(refused) == [0]
    assert reader.asked == []
    unsure = FakeCluster(capacity=1, refuses=size_limit(50), unsure=[kafka_errors.UnknownError()])
    refused, _ = publish(unsure, outputs([b"a", b"b" * 60]), once=["t"], reader=FakeReader(unsure))
    assert list(refused) == [1]
    assert unsure.written == [b"a"]


def test_a_topic_that_is_not_there_yet_is_awaited() -> None:
    cluster = FakeCluster(unknown={"t"})
    refused, waits = publish(cluster, [*outputs([b"a"]), Output("other", b"k", b"b")])
    assert refused == {}
    assert sorted(value or b"" for value in cluster.written) == [b"a", b"b"]
    assert waits == [0.5]


def test_a_topic_without_permission_is_told_by_name() -> None:
    cluster = FakeCluster(refuses=lambda *_: kafka_errors.TopicAuthorizationFailedError("t"))
    with pytest.raises(AccessDeniedError, match="write to topic t"):
        publish(cluster, outputs([b"a"]))


@pytest.mark.parametrize(
    "problem",
    [
        BrokerUnreachableError("localhost:9092"),
        AccessDeniedError("topic t", "create"),
        kafka_errors.KafkaConnectionError(),
        ConnectionResetError(),
    ],
)
async def test_a_topic_that_is_gone_is_created_again_while_its_messages_wait(problem: Exception) -> None:
    cluster = FakeCluster()
    held = asyncio.Event()

    class WaitingProducer(FakeProducer):
        async def send_batch(self, batch: Any, topic: str, *, partition: int) -> Awaitable[object]:
            sent = await super().send_batch(batch, topic, partition=partition)

            async def acknowledged() -> object:
                await held.wait()
                return await sent

            return asyncio.ensure_future(acknowledged())

    restored: list[list[str]] = []

    async def restore(_settings: KafkaSettings, topics: Collection[str]) -> Collection[str]:
        restored.append(sorted(topics))
        if len(restored) == 1:
            raise problem
        held.set()
        return topics

    publisher = KafkaPublisher(
        load_settings(),
        RULES_STEP.name,
        make_producer=lambda: WaitingProducer(cluster),
        restore=restore,
        patience_seconds=0.01,
    )
    await publisher.start()
    assert (await publisher.publish(outputs([b"a"]))) == {}
    assert restored == [["t"], ["t"]]
    assert cluster.written == [b"a"]
