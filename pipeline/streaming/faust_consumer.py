"""Faust's consumer with three things done otherwise: a rebalance, a lost place in the group, the cost of a message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP, Message
from mode import Service, ServiceT

log = logging.getLogger(__name__)

MAX_POLL_MESSAGES = 500
QUEUE_MESSAGES = 2000
"""Of Faust's queue between consumer and agent."""

# Faust stops fetching from a partition when its queue is four fifths full, and may take a second to go on. So a poll
# waits until all that it may bring stays below that.
_ROOM_FOR_A_POLL = QUEUE_MESSAGES * 4 // 5 - MAX_POLL_MESSAGES
_POLL_SECONDS = 1.0
# A backlog is read without a pause otherwise, and nothing else of the process would get its turn.
_MESSAGES_A_TURN = 100
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
            self._gaps[self._next] = offset
        self._next = offset + 1

    def is_behind(self, offset: int) -> bool:
        """Whether a message of this offset has been delivered before: the partition is being read again."""
        return offset < self._next

    def passed(self, acked: Iterable[int]) -> int:
        """How many of these offsets, ascending, are acked without one missing before them; they are let go."""
        count = 0
        for offset in acked:
            if offset > self.due:
                break
            # One that was acked twice stands before it.
            if offset == self.due:
                self.due = self._gaps.pop(offset + 1, offset + 1)
            count += 1
        return count


class ClientThread(AIOKafkaConsumerThread):
    """Faust's thread around the Kafka client."""

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to the first message of each partition that is not committed.

        Faust asks for it at a rebalance, and when it drops what it has fetched meanwhile. The client leaves a partition
        of which nothing is committed where it stands, and that is behind what was dropped.
        """
        committed = await super().seek_to_committed()
        uncommitted = [place for place, offset in committed.items() if (offset or 0) <= 0]
        if uncommitted:
            await self.seek_to_beginning(*uncommitted)
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

        As Faust's own, but without the two tasks that it makes for each message, which took half of a hop's time. They
        let a rebalance interrupt a delivery that waits for room in the queue; here the poll waits instead.
        """
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self._wait_for_room()
                delivered = 0
                async for place, message in self.getmany(timeout=_POLL_SECONDS):
                    await self._deliver(place, message)
                    delivered += 1
                    if delivered % _MESSAGES_A_TURN == 0:
                        await asyncio.sleep(0)
                await asyncio.sleep(0)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise

    async def _wait_for_room(self) -> None:
        while (
            self.flow_active
            and not self.should_stop
            and any(topic.queue.qsize() > _ROOM_FOR_A_POLL for topic in self.app.topics)
        ):
            self.taken.clear()
            await self.wait_first(self.taken.wait(), self.suspend_flow.wait())

    async def _deliver(self, place: TP, message: Message) -> None:
        read = self._read_offset[place]
        if read is not None and message.offset < read:
            return
        deliveries = self._deliveries.get(place)
        # After each rebalance Faust begins anew at what is committed. What is in hand then may still be acked.
        if deliveries is None or deliveries.is_behind(message.offset):
            deliveries = self._deliveries[place] = Deliveries(message.offset)
        deliveries.add(message.offset)
        # Before the delivery: a rebalance meanwhile sets it back to what is committed, which must stand.
        self._read_offset[place] = message.offset
        await self.callback(message)

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
        before = deliveries.due
        done = deliveries.passed(acked)
        self._acked_index[tp].difference_update(acked[:done])
        del acked[:done]
        return deliveries.due if deliveries.due > before else None


class HopTransport(Transport):
    """Kafka, read by ``HopConsumer``."""

    Consumer = HopConsumer
