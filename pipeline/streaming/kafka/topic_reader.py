"""Read a topic outside any consumer group: between offsets, by time, or following its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.protocol.offset import OffsetRequest

from pipeline.errors import BrokerUnreachableError, TopicMissingError, TopicReplacedError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.client import client_options, connected, kafka_errors_translated
from pipeline.streaming.kafka.topic_admin import partitions_of

log = logging.getLogger(__name__)

_MAX_RECORDS = 2_000
# Of one partition in one fetch: with aiokafka's 1 MiB a backlog is read at less than half the speed.
_PARTITION_FETCH_BYTES = 4 * 1024 * 1024
_POLL_MS = 500

# Kafka's numbers in a question for offsets. As a replica, one is told of all that is in a leader's log; a consumer is
# told of what may be read.
_AS_REPLICA, _UNCOMMITTED, _LATEST = -2, 0, -1

Offsets = Mapping[int, int]
"""An offset for each partition."""


class Chunk(NamedTuple):
    """Records of one partition, in order, as aiokafka gives them: key, value, headers, timestamp in ms, offset."""

    partition: int
    records: Sequence[Any]


class TopicReader:
    """Reads all partitions of one topic without joining a group or committing anything.

    Attributes:
        topic: Full name.
        partitions: Their numbers, ascending, as they were when the reader was made.
    """

    def __init__(
        self, consumer: AIOKafkaConsumer, settings: KafkaSettings, topic: str, partitions: Sequence[int]
    ) -> None:
        self.topic = topic
        self.partitions = tuple(partitions)
        self._consumer = consumer
        self._settings = settings

    async def start_offsets(self) -> dict[int, int]:
        """The offset of the oldest record that each partition still holds."""
        with self._translated():
            return self._by_number(await self._consumer.beginning_offsets(self._all()))

    async def end_offsets(self, partitions: Collection[int] | None = None) -> dict[int, int]:
        """The offset of the next record that will be written to each of these partitions, or of all."""
        places = self._all() if partitions is None else [self._place(number) for number in partitions]
        with self._translated():
            return self._by_number(await self._consumer.end_offsets(places))

    async def settled_ends(self, partitions: Collection[int]) -> dict[int, int]:
        """The offset behind all that has been written to these partitions, also behind what nobody can read yet.

        When brokers die, a leader may hold records that too few others have. They are hidden until enough brokers are
        back, and may be there then. This waits for it; nobody can write to such a partition meanwhile.
        """
        # The client learns by asking who leads, and when that has changed.
        await self.end_offsets(partitions)
        is_told = False
        while True:
            leaders = self._leaders(partitions)
            written = await self._log_ends(leaders)
            ends = await self.end_offsets(partitions)
            hidden = sorted(number for number, end in written.items() if end > ends[number])
            # A former leader may lack what its successor has.
            if not hidden and len(written) == len(ends) and leaders == self._leaders(partitions):
                return ends
            if hidden and not is_told:
                is_told = True
                log.warning("topic %s: too few brokers have the last messages of partitions %s: waiting for the others",
                    self.topic, ", ".join(map(str, hidden)),
                )  # fmt: skip
            await asyncio.sleep(_POLL_MS / 1000)

    def _leaders(self, partitions: Collection[int]) -> dict[int, int]:
        """The node that leads each partition, as far as the client knows one."""
        # The client asks for offsets as a consumer only.
        cluster = self._consumer._client.cluster  # noqa: SLF001
        leaders = {number: cluster.leader_for_partition(self._place(number)) for number in partitions}
        return {number: leader for number, leader in leaders.items() if leader not in (None, -1)}

    async def _log_ends(self, leaders: Mapping[int, int]) -> dict[int, int]:
        """The end of each leader's log; nothing for a partition whose leader does not say."""
        led = defaultdict(list)
        for number, leader in leaders.items():
            led[leader].append((number, _LATEST))
        ends = {}
        for leader, wanted in led.items():
            with self._translated():
                request = OffsetRequest(_AS_REPLICA, _UNCOMMITTED, [(self.topic, wanted)])
                response = await self._consumer._client.send(leader, request)  # noqa: SLF001
            for _, answers in response.topics:
                ends.update({number: offset for number, error_code, _, offset in answers if not error_code})
        return ends

    async def offsets_at(self, moment: datetime) -> dict[int, int]:
        """The offset of each partition's first record not older than the moment, or else of its end."""
        ends = await self.end_offsets()
        return await self._offsets_at(dict.fromkeys(self.partitions, int(moment.timestamp() * 1000)), ends)

    async def offsets_within(self, reach: timedelta, now: datetime) -> dict[int, int]:
        """The offset of each partition's first record within a length of time before its newest record, or before now.

        The earlier of the two counts: neither a clock of this process that is ahead nor a record dated ahead leaves
        anything out.
        """
        ends = await self.end_offsets()
        starts = await self.start_offsets()
        moments = dict.fromkeys(self.partitions, now.timestamp() * 1000)
        newest = {number: end - 1 for number, end in ends.items() if end > starts[number]}
        async for number, records in self.read(newest, ends):
            moments[number] = min(moments[number], records[-1].timestamp)
        reach_ms = reach.total_seconds() * 1000
        return await self._offsets_at({number: int(moment - reach_ms) for number, moment in moments.items()}, ends)

    async def _offsets_at(self, milliseconds: Mapping[int, int], ends: Offsets) -> dict[int, int]:
        wanted = {self._place(number): max(0, moment) for number, moment in milliseconds.items()}
        with self._translated():
            found = await self._consumer.offsets_for_times(wanted)
        return {**ends, **{place.partition: at.offset for place, at in found.items() if at is not None}}

    async def read(self, starts: Offsets, ends: Offsets) -> AsyncIterator[Chunk]:
        """Read partitions from one offset up to, but not including, another.

        A partition may hold fewer records than the offsets suggest, since compaction and retention remove some. While
        the broker is unavailable it waits.

        Args:
            starts: The first offset of each partition to be read.
            ends: The offset to end before; at most the partition's end.

        Raises:
            TopicReplacedError: The topic was deleted meanwhile, so that the end is never reached.
        """
        left = {self._place(number): ends[number] for number, start in starts.items() if start < ends[number]}
        if not left:
            return
        self._seek({number: starts[number] for number in starts if self._place(number) in left})
        while left:
            fetched = await self._fetch()
            for place, records in fetched.items():
                wanted = records
                if place not in left:
                    continue
                if records[-1].offset >= left[place]:
                    wanted = [record for record in records if record.offset < left[place]]
                if wanted:
                    yield Chunk(place.partition, wanted)
            for place in tuple(left):
                if await self._consumer.position(place) >= left[place]:
                    del left[place]
                    self._consumer.pause(place)
            if left and not fetched:
                await self._check_still_there(left)

    async def _check_still_there(self, left: Mapping[TopicPartition, int]) -> None:
        """Tell a slow broker from a topic that was deleted, and perhaps created again with fewer records."""
        try:
            existing = await partitions_of(self._settings, self.topic)
            if not {place.partition for place in left} <= set(existing):
                # The ends of partitions that are gone would be asked for again and again.
                raise TopicReplacedError(self.topic)
            ends = await self.end_offsets()
        except BrokerUnreachableError:
            # The caller waits for it.
            return
        except TopicMissingError as error:
            raise TopicReplacedError(self.topic) from error
        if any(ends[place.partition] < end for place, end in left.items()):
            raise TopicReplacedError(self.topic)

    async def read_by_time(self, starts: Offsets, ends: Offsets) -> AsyncIterator[Any]:
        """Read partitions from an offset up to another, merged by the records' timestamps.

        The records of one partition keep their order. At most one fetch of each partition is held in memory. Arguments
        and errors are those of ``read``.
        """
        open_ = {self._place(number): ends[number] for number, start in starts.items() if start < ends[number]}
        self._seek({place.partition: starts[place.partition] for place in open_})
        waiting: dict[TopicPartition, deque[Any]] = {place: deque() for place in open_}
        heads: list[tuple[int, int, TopicPartition]] = []
        while open_ or heads:
            while hungry := [place for place in open_ if not waiting[place]]:
                fetched = await self._fetch(*hungry)
                for place, records in fetched.items():
                    waiting[place].extend(record for record in records if record.offset < ends[place.partition])
                    if waiting[place]:
                        heappush(heads, (waiting[place][0].timestamp, place.partition, place))
                for place in hungry:
                    if await self._consumer.position(place) >= open_[place]:
                        del open_[place]
                left = {place: open_[place] for place in hungry if place in open_}
                if left and not fetched:
                    await self._check_still_there(left)
            if not heads:
                return
            _, _, place = heappop(heads)
            yield waiting[place].popleft()
            if waiting[place]:
                heappush(heads, (waiting[place][0].timestamp, place.partition, place))

    async def follow(self, starts: Offsets, *, poll: timedelta = timedelta(seconds=1)) -> AsyncIterator[list[Chunk]]:
        """Read partitions from an offset on, without end.

        Args:
            starts: The first offset of each partition to be read.
            poll: After this time without new records, an empty list is given.
        """
        self._seek(starts)
        while True:
            fetched = await self._fetch(poll_ms=int(poll.total_seconds() * 1000))
            yield [Chunk(place.partition, records) for place, records in fetched.items()]

    async def position(self, partition: int) -> int:
        """The offset of the next record of a partition that ``follow`` will give."""
        with self._translated():
            position: int = await self._consumer.position(self._place(partition))
        return position

    async def _fetch(self, *places: TopicPartition, poll_ms: int = _POLL_MS) -> Mapping[TopicPartition, Sequence[Any]]:
        with self._translated():
            fetched: Mapping[TopicPartition, Sequence[Any]] = await self._consumer.getmany(
                *places, timeout_ms=poll_ms, max_records=_MAX_RECORDS
            )
        return fetched

    def _seek(self, starts: Offsets) -> None:
        self._consumer.assign([self._place(number) for number in starts])
        for number, offset in starts.items():
            self._consumer.seek(self._place(number), offset)

    def _place(self, partition: int) -> TopicPartition:
        return TopicPartition(self.topic, partition)

    def _all(self) -> list[TopicPartition]:
        return [self._place(number) for number in self.partitions]

    def _by_number(self, offsets: Mapping[TopicPartition, int]) -> dict[int, int]:
        return {place.partition: offset for place, offset in offsets.items()}

    def _translated(self) -> contextlib.AbstractContextManager[None]:
        return kafka_errors_translated(self._settings, f"topic {self.topic}", "read")


@contextlib.asynccontextmanager
async def topic_reader(settings: KafkaSettings, topic: str) -> AsyncIterator[TopicReader]:
    """Connect a reader of the topic of that full name.

    Raises:
        TopicMissingError: There is no such topic.
        BrokerError: No broker answers, or it refuses this user the topic.
    """
    partitions = await partitions_of(settings, topic)
    consumer = AIOKafkaConsumer(
        group_id=None,
        enable_auto_commit=False,
        # Where the records to be read were deleted meanwhile, go on with the oldest that is left.
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_PARTITION_FETCH_BYTES,
        **client_options(settings),
    )
    async with connected(consumer, settings):
        yield TopicReader(consumer, settings, topic, partitions)
