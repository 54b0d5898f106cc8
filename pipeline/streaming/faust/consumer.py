"""Faust's consumer, changed in three ways: rebalances, a lost place in the group, and the cost of a message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP, Message
from mode import Service, ServiceT
from mode.utils.queues import FlowControlQueue

if TYPE_CHECKING:
    from pipeline.streaming.faust.app import StepApp

log = logging.getLogger(__name__)

MAX_POLL_MESSAGES = 500
QUEUE_MESSAGES = 2000
"""Size of Faust's queue between consumer and agent."""

_POLL_SECONDS = 1.0
_MEMBERSHIP_SECONDS = 1.0
# A fetch is answered within half a second, a heartbeat at once.
_ANSWER_SECONDS = 5.0
# Kafka's numbers of JoinGroup and SyncGroup.
_JOINING = (11, 14)


class Deliveries:
    """The messages of one partition that are delivered, in order, and not committable yet.

    Some offsets hold no message: on a compacted topic, or when retention removed them. They are never acked.

    Args:
        first: Offset of the first message.

    Attributes:
        due: Offset of the first message that is not committable. All before it are.
    """

    def __init__(self, first: int) -> None:
        self.due = first
        self._next = first
        # Where offsets hold no message: the first of these, and the next that holds one.
        self._gaps: dict[int, int] = {}

    def add(self, offset: int) -> None:
        """A message is delivered."""
        if offset > self._next:
            # If all before the gap are acked already, no further ack would pass over it.
            if self.due == self._next:
                self.due = offset
            else:
                self._gaps[self._next] = offset
        self._next = offset + 1

    def is_behind(self, offset: int) -> bool:
        """Whether a message of this offset has been delivered before: the partition is being read again."""
        return offset < self._next

    def skip_to(self, committed: int) -> None:
        """Take all delivered messages before this offset for committed: their acks may never come."""
        while self.due < min(committed, self._next):
            self._pass()

    def passed(self, acked: Iterable[int]) -> int:
        """Count and forget the offsets, ascending, that are acked with no missing ack before them."""
        count = 0
        for offset in acked:
            if offset > self.due:
                break
            # An offset below ``due`` was acked twice.
            if offset == self.due:
                self._pass()
            count += 1
        return count

    def _pass(self) -> None:
        following = self.due + 1
        self.due = self._gaps.pop(following, following)


async def seek_each_to_committed(client: AIOKafkaConsumer) -> dict[TopicPartition, int | None]:
    """Go back to the first message of each partition that is not committed.

    The client does not move on a partition with no commit, so this sends it to the partition's beginning. It does so at
    once: a commit made while other partitions are asked about would be read again.

    Returns:
        The committed offset of each partition, or None.
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

        Faust calls this at a rebalance, and when it drops what it fetched meanwhile.
        """
        committed: Mapping[TP, int] = await self.call_thread(seek_each_to_committed, self._ensure_consumer())
        return committed

    async def is_answered(self) -> bool:
        """Whether the broker that keeps the group's places is connected, and no request to a broker waits too long.

        Raises:
            KafkaError: The client gave up its place in the group, as after a refusal to join. It then waits until a
                caller asks for the error. Its own methods that read records ask; Faust does not use them.
        """
        answered: bool = await self.call_thread(self._is_answered)
        return answered

    async def _is_answered(self) -> bool:
        # The client has no public method that asks without reading.
        client = self._ensure_consumer()
        client._coordinator.check_errors()  # noqa: SLF001
        if client._coordinator.coordinator_id is None:  # noqa: SLF001
            return False
        # Each connection that is in use is answered a heartbeat or a fetch at least this often. A member that joins is
        # answered when all others have come.
        limit = _ANSWER_SECONDS + self.app.conf.broker_heartbeat_interval
        return not any(
            getattr(request, "API_KEY", None) not in _JOINING and monotonic() - connection._last_action > limit  # noqa: SLF001
            for connection in client._client._conns.values()  # noqa: SLF001
            for _, request, _ in connection._requests  # noqa: SLF001
        )


class HopConsumer(Consumer):
    """Reads the source topic of a hop.

    Attributes:
        taken: Set by the agent whenever it takes from its queue.
    """

    # Faust's own log lines keep Faust's name; by default they would carry this module's.
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
        """Tell the app when the group's broker answers no more, and when it does again.

        End the app when its client no longer joins its group. Otherwise it would stand still and say nothing.
        """
        while not self.should_stop:
            await self.sleep(_MEMBERSHIP_SECONDS)
            try:
                cast("StepApp", self.app).on_answered(await self._thread.is_answered())
            except Exception as error:  # noqa: BLE001 - whatever it is, only a new process joins again
                if not self.should_stop:
                    log.error("this process has lost its place in the group: %s", error)  # noqa: TRY400
                    await self.app.crash(error)
                return

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish and commit what is in flight first, then do as Faust does.

        Faust forgets acks since its last commit when a rebalance begins: up to a second of work would be repeated.
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

        Faust passes each message through two tasks and a dozen calls. That takes half of a hop's time, and a rebalance
        can come between. This puts a whole poll into the agent's queue at once; what does not fit is polled later.
        """
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self._wait_for_room()
                fetched, _ = await self._wait_next_records(_POLL_SECONDS)
                if self.flow_active and self.app.flow_control.is_active():
                    self._deliver(fetched or {})
                elif fetched:
                    # It came during a rebalance; it is read again afterwards.
                    await self._go_back()
                # Otherwise a backlog is read without a pause, and no other task of the process gets its turn.
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
                # After a rebalance Faust begins at the committed offset again. Messages in hand may still be acked.
                if deliveries is None or deliveries.is_behind(offset):
                    deliveries = self._deliveries[place] = Deliveries(offset)
                deliveries.add(offset)
                self._read_offset[place] = read = offset
                queue.force_put_nowait(message)

    async def _go_back(self) -> None:
        try:
            await self.perform_seek()
        except (KafkaError, RuntimeError, AssertionError) as error:
            # The end of the rebalance seeks once more.
            log.warning("cannot read again yet what came during a rebalance: %s", error)

    def _queue(self) -> FlowControlQueue[Message]:
        """Where the agent takes its messages from."""
        [topic] = self.app.topics
        queue: FlowControlQueue[Message] = topic.queue
        return queue

    def _new_offset(self, tp: TP) -> int | None:
        """The offset to commit, of the first message that is not acked; None where it is as before.

        Faust's own lists every offset that holds no message: millions after a day beyond retention. It also passes over
        a message that is not acked right behind the committed offset.
        """
        acked: list[int] = self._acked[tp]
        deliveries = self._deliveries.get(tp)
        if not acked or deliveries is None:
            return None
        acked.sort()
        # When a partition is read again from before the committed offset, Faust ignores the acks of those messages.
        deliveries.skip_to(self._committed_offset[tp] or 0)
        before = deliveries.due
        done = deliveries.passed(acked)
        self._acked_index[tp].difference_update(acked[:done])
        del acked[:done]
        return deliveries.due if deliveries.due > before else None


class HopTransport(Transport):
    """Kafka, read by ``HopConsumer``."""

    Consumer = HopConsumer
