"""Faust's consumer with three things done otherwise: a rebalance, a lost place in the group, the cost of a message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP, Message
from mode import Service, ServiceT
from mode.utils.queues import FlowControlQueue

log = logging.getLogger(__name__)

MAX_POLL_MESSAGES = 500
QUEUE_MESSAGES = 2000
"""Of Faust's queue between consumer and agent."""

_POLL_SECONDS = 1.0
_MEMBERSHIP_SECONDS = 1.0


class Deliveries:
    """The messages of one partition that have been delivered, in order, and are not committable yet.

    Offsets that hold no message, on a compacted topic or after downtime beyond retention, will never be acked.

    Args:
        first: Offset of the first message.

    Attributes:
        due: Offset of the first message that is not committable: all before it are.
    """

    def __init__(self, first: int) -> None:
        self.due = first
        self._next = first
        # Where offsets hold no message: the first of these, and the next that holds one.
        self._gaps: dict[int, int] = {}

    def add(self, offset: int) -> None:
        """A message is delivered."""
        if offset > self._next:
            # Where all before it are acked already, no ack comes that would pass over it.
            if self.due == self._next:
                self.due = offset
            else:
                self._gaps[self._next] = offset
        self._next = offset + 1

    def is_behind(self, offset: int) -> bool:
        """Whether a message of this offset has been delivered before: the partition is being read again."""
        return offset < self._next

    def skip_to(self, committed: int) -> None:
        """What is delivered of the messages before this offset is committed: an ack of it may never come."""
        while self.due < min(committed, self._next):
            self._pass()

    def passed(self, acked: Iterable[int]) -> int:
        """How many of these offsets, ascending, are acked without one missing before them; they are let go."""
        count = 0
        for offset in acked:
            if offset > self.due:
                break
            # One that was acked twice stands before it.
            if offset == self.due:
                self._pass()
            count += 1
        return count

    def _pass(self) -> None:
        following = self.due + 1
        self.due = self._gaps.pop(following, following)


async def seek_each_to_committed(client: AIOKafkaConsumer) -> dict[TopicPartition, int | None]:
    """Go back to the first message of each partition that is not committed.

    The client leaves a partition of which nothing is committed where it stands. It is sent to its beginning at once:
    what is committed while others are asked about would be read again.

    Returns:
        What is committed of each.
    """
    committed: dict[TopicPartition, int | None] = {}
    for place in client.assignment():
        committed.update(await client.seek_to_committed(place))
        if not committed[place]:
            await client.seek_to_beginning(place)
    return committed


class ClientThread(AIOKafkaConsumerThread):
    """Faust's thread around the Kafka client."""

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to the first message of each partition that is not committed.

        Faust asks for it at a rebalance, and when it drops what it has fetched meanwhile.
        """
        committed: Mapping[TP, int] = await self.call_thread(seek_each_to_committed, self._ensure_consumer())
        return committed

    async def check_membership(self) -> None:
        """Raise what has ended the client's care for its place in the group.

        Raises:
            KafkaError: Such as a refusal to join. The client waits then until somebody has asked for the error, as its
                own methods that read records do; Faust reads past them.
        """
        await self.call_thread(self._check_membership)

    async def _check_membership(self) -> None:
        # The client has no public way to ask without reading.
        self._ensure_consumer()._coordinator.check_errors()  # noqa: SLF001


class HopConsumer(Consumer):
    """Reads the source topic of a hop.

    Attributes:
        taken: Set by the agent whenever it has taken from its queue.
    """

    # What the framework says of its services is the framework's: by default it would go by this module's name.
    logger = logging.getLogger(Consumer.__module__)

    _thread: ClientThread

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.taken = asyncio.Event()
        self._deliveries: dict[TP, Deliveries] = {}

    def _new_consumer_thread(self) -> ClientThread:
        return ClientThread(self, loop=self.loop, beacon=self.beacon)

    @Service.task
    async def _watch_membership(self) -> None:
        """End the app when its client no longer joins its group: it would stand still for ever, and say nothing."""
        while not self.should_stop:
            await self.sleep(_MEMBERSHIP_SECONDS)
            try:
                await self._thread.check_membership()
            except Exception as error:  # noqa: BLE001 - whatever it is, only a new process joins again
                if not self.should_stop:
                    log.error("this process has lost its place in the group: %s", error)  # noqa: TRY400
                    await self.app.crash(error)
                return

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish and commit what is in flight first, then do as Faust does.

        Faust forgets what was acked since its last commit when a rebalance begins: a second's work was done again.
        """
        if self.assignment() and not self.app.should_stop:
            self.stop_flow()
            self.app.flow_control.suspend()
            self.app.flow_control.clear()
            await self.wait_empty()
        await super().on_partitions_revoked(revoked)
        for place in revoked:
            self._deliveries.pop(place, None)

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        """Read until one of the two is stopped.

        As Faust's own, but a poll goes into the agent's queue at once: two tasks, a dozen calls and an event for each
        message took half of a hop's time, and let a rebalance come between. What does not fit waits to be polled.
        """
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self._wait_for_room()
                fetched, _ = await self._wait_next_records(_POLL_SECONDS)
                if self.flow_active and self.app.flow_control.is_active():
                    self._deliver(fetched or {})
                elif fetched:
                    # It came during a rebalance, and is no more to be carried.
                    await self._go_back()
                # A backlog is read without a pause otherwise, and nothing else of the process would get its turn.
                await asyncio.sleep(0)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise

    async def _wait_for_room(self) -> None:
        while self.flow_active and not self.should_stop and self._queue().qsize() > QUEUE_MESSAGES - MAX_POLL_MESSAGES:
            self.taken.clear()
            await self.wait_first(self.taken.wait(), self.suspend_flow.wait())

    def _deliver(self, fetched: Mapping[TP, Sequence[object]]) -> None:
        queue = self._queue()
        for partition, records in fetched.items():
            place = TP(partition.topic, partition.partition)
            read = self._read_offset[place]
            deliveries = self._deliveries.get(place)
            for record in records:
                message = self._to_message(place, record)
                offset = message.offset
                if read is not None and offset < read:
                    continue
                # After each rebalance Faust begins anew at what is committed. What is in hand then may still be acked.
                if deliveries is None or deliveries.is_behind(offset):
                    deliveries = self._deliveries[place] = Deliveries(offset)
                deliveries.add(offset)
                self._read_offset[place] = read = offset
                queue.force_put_nowait(message)

    async def _go_back(self) -> None:
        try:
            await self.perform_seek()
        except (KafkaError, RuntimeError, AssertionError) as error:
            # The end of the rebalance does it once more.
            log.warning("what was read during a rebalance cannot be gone back to yet: %s", error)

    def _queue(self) -> FlowControlQueue[Message]:
        """Where the agent takes its messages from."""
        [topic] = self.app.topics
        queue: FlowControlQueue[Message] = topic.queue
        return queue

    def _new_offset(self, tp: TP) -> int | None:
        """The offset to commit, of the first message that is not acked; None where it is as before.

        As Faust's own, which makes a list of all offsets that hold no message, millions after a day beyond retention,
        and passes over one message that is not acked right behind what is committed.
        """
        acked: list[int] = self._acked[tp]
        deliveries = self._deliveries.get(tp)
        if not acked or deliveries is None:
            return None
        acked.sort()
        # A partition that is read again from before what is committed: Faust does not hear the acks of that.
        deliveries.skip_to(self._committed_offset[tp] or 0)
        before = deliveries.due
        done = deliveries.passed(acked)
        self._acked_index[tp].difference_update(acked[:done])
        del acked[:done]
        return deliveries.due if deliveries.due > before else None


class HopTransport(Transport):
    """Kafka, read by ``HopConsumer``."""

    Consumer = HopConsumer
