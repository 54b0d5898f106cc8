from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import cast

import faust
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.types import TP

from pipeline.streaming.faust.consumer import Deliveries, HopConsumer, HopTransport, seek_each_to_committed


class Partition:
    """Messages at some offsets, delivered in order, of which some are acked."""

    def __init__(self, *offsets: int) -> None:
        self._deliveries = Deliveries(offsets[0])
        self._acked: list[int] = []
        for offset in offsets:
            self._deliveries.add(offset)

    def ack(self, *offsets: int) -> list[int]:
        """Those that can be committed now."""
        self._acked = sorted([*self._acked, *offsets])
        count = self._deliveries.passed(self._acked)
        committed, self._acked = self._acked[:count], self._acked[count:]
        return committed


FAR = 10**15
"""A gap of any length costs as little."""


@pytest.mark.parametrize("first", [0, 7])
@pytest.mark.parametrize(
    ("offsets", "acks"),
    [
        (range(6), [([1, 3], []), ([0], [0, 1]), ([4], []), ([2], [2, 3, 4]), ([5], [5])]),
        ([0, 2, 10, 11, 20], [([0], [0]), ([11], []), ([2], [2]), ([10], [10, 11]), ([20], [20])]),
        ([0, FAR, FAR + 1, 2 * FAR], [([0, FAR + 1], [0]), ([FAR], [FAR, FAR + 1]), ([2 * FAR], [2 * FAR])]),
        # One that is acked twice moves nothing back.
        (range(6), [([0, 1, 2], [0, 1, 2]), ([1], [1]), ([3, 4], [3, 4])]),
    ],
)
def test_what_is_acked_is_committed_up_to_the_first_message_that_is_not(
    first: int, offsets: Iterable[int], acks: list[tuple[list[int], list[int]]]
) -> None:
    partition = Partition(*(first + offset for offset in offsets))
    for acked, committed in acks:
        assert partition.ack(*(first + offset for offset in acked)) == [first + offset for offset in committed]


def test_messages_that_are_acked_before_the_next_is_delivered_hold_up_nothing_behind_a_gap() -> None:
    deliveries = Deliveries(0)
    deliveries.add(0)
    assert deliveries.passed([0]) == 1
    deliveries.add(7)
    assert deliveries.passed([7]) == 1
    assert deliveries.due == 8


def test_no_ack_is_waited_for_of_what_is_committed() -> None:
    deliveries = Deliveries(0)
    for offset in (0, 1, 4):
        deliveries.add(offset)
    deliveries.skip_to(6)
    assert deliveries.due == 5
    deliveries.add(9)
    deliveries.add(10)
    deliveries.skip_to(6)
    assert deliveries.passed([9, 10]) == 2
    assert deliveries.due == 11
    deliveries.skip_to(6)
    assert deliveries.due == 11


class ReadAgain(HopConsumer):
    """A partition that is read again from its beginning, though something is committed; nobody asks Kafka."""

    def __init__(self, place: TP, committed: int, messages: int) -> None:
        async def nothing(_: object) -> None: ...

        app = faust.App("read-again", broker="kafka://127.0.0.1:9", store="memory://")
        super().__init__(
            HopTransport([*app.conf.broker_consumer], app),
            callback=nothing,
            on_partitions_revoked=nothing,
            on_partitions_assigned=nothing,
        )
        # No thread is started.
        self._thread.thread_loop.close()
        self._committed_offset[place] = committed
        self._deliveries[place] = Deliveries(0)
        for offset in range(messages):
            self._deliveries[place].add(offset)
        # Faust keeps no others.
        self._acked[place] = list(range(committed, messages))

    def committable(self, place: TP) -> tuple[int | None, list[int]]:
        """Up to where, and what has to wait."""
        return self._new_offset(place), self._acked[place]


async def test_committing_goes_on_where_a_partition_is_read_again_from_before_what_is_committed() -> None:
    place = TP("news", 0)
    assert ReadAgain(place, committed=5, messages=1000).committable(place) == (1000, [])


class Client:
    """A Kafka client; while it is asked about one partition, something is committed of the others."""

    def __init__(self, *committed: int | None) -> None:
        self._committed = {TopicPartition("news", number): offset for number, offset in enumerate(committed)}
        self.sought: list[tuple[int, int]] = []

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self._committed)

    async def seek_to_committed(self, *places: TopicPartition) -> dict[TopicPartition, int | None]:
        answer = {place: self._committed[place] for place in places or self._committed}
        self.sought += [(place.partition, offset) for place, offset in answer.items() if offset]
        for place in self._committed.keys() - answer.keys():
            self._committed[place] = 9
        return answer

    async def seek_to_beginning(self, *places: TopicPartition) -> None:
        assert not any(self._committed[place] for place in places)
        self.sought += [(place.partition, 0) for place in places]


@pytest.mark.parametrize("committed", [(None, None), (0, None), (None, 3), (4, 3)])
def test_a_partition_is_sent_to_its_beginning_where_nothing_is_committed_at_that_moment(
    committed: tuple[int | None, int | None],
) -> None:
    client = Client(*committed)
    answer = asyncio.run(seek_each_to_committed(cast("AIOKafkaConsumer", client)))
    assert sorted(client.sought) == sorted((place.partition, offset or 0) for place, offset in answer.items())
    assert len(answer) == 2


def test_a_partition_that_is_read_again_is_told_by_its_offsets() -> None:
    deliveries = Deliveries(5)
    for offset in (5, 6, 9):
        deliveries.add(offset)
    assert deliveries.is_behind(9)
    assert not deliveries.is_behind(10)
    assert not deliveries.is_behind(20)
