"""Faust's consumer with two things done otherwise: what it does at a rebalance, and what it spends on each message."""

from __future__ import annotations

import asyncio
import logging

from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP, Message
from mode import ServiceT

MAX_POLL_MESSAGES = 500
QUEUE_MESSAGES = 2000
"""Of Faust's queue between consumer and agent."""

# Faust stops fetching from a partition when its queue is four fifths full, and may take a second to go on. So a poll
# waits until all that it may bring stays below that.
_ROOM_FOR_A_POLL = QUEUE_MESSAGES * 4 // 5 - MAX_POLL_MESSAGES
_POLL_SECONDS = 1.0
# A backlog is read without a pause otherwise, and nothing else of the process would get its turn.
_MESSAGES_A_TURN = 100


class HopConsumer(Consumer):
    """Reads the source topic of a hop.

    Attributes:
        taken: Set by the agent whenever it has taken from its queue.
    """

    # What the framework says of its services is the framework's: by default it would go by this module's name.
    logger = logging.getLogger(Consumer.__module__)

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.taken = asyncio.Event()

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
        if read and message.offset > read + 1:
            # Offsets that hold no message, on a compacted topic say, will never be acked.
            await self._add_gap(place, read + 1, message.offset)
            if not self.flow_active:
                return
        # Before the delivery: a rebalance meanwhile sets it back to what is committed, which must stand.
        self._read_offset[place] = message.offset
        await self.callback(message)


class HopTransport(Transport):
    """Kafka, read by ``HopConsumer``."""

    Consumer = HopConsumer
