"""Write to topics of a real Kafka and read them, with plain clients that are none of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from pipeline.settings import Settings
from pipeline.streaming.kafka.client import client_options
from pipeline.topology import Topic
from tests.waiting import until

Raw = tuple[bytes | None, bytes | None]
"""Key and value."""


async def send(settings: Settings, topic: Topic, messages: Iterable[Raw], *, partition: int | None = None) -> None:
    """Publish as any client would: one message after the other, with the default partitioner unless told where."""
    options = client_options(settings) | {"max_request_size": 16_000_000, "linger_ms": 5}
    async with AIOKafkaProducer(**options) as producer:
        name = topic.full_name(settings.topic_prefix)
        sent = [await producer.send(name, value, key, partition) for key, value in messages]
        await asyncio.gather(*sent)


async def read_all(settings: Settings, topic: Topic) -> list[ConsumerRecord[bytes, bytes]]:
    """Read all messages in a topic."""
    found: list[ConsumerRecord[bytes, bytes]] = []
    async with AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False) as consumer:
        places = partitions(settings, topic)
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        for place in places:
            while await consumer.position(place) < ends[place]:
                found += (await consumer.getmany(place, timeout_ms=200)).get(place, [])
    return found


def partitions(settings: Settings, *topics: Topic) -> list[TopicPartition]:
    """Every partition of some topics."""
    return [
        TopicPartition(topic.full_name(settings.topic_prefix), n) for topic in topics for n in range(topic.partitions)
    ]


async def message_count(settings: Settings, *topics: Topic) -> int:
    """How many messages some topics hold together, if none has been deleted from them."""
    async with AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False) as consumer:
        return sum((await consumer.end_offsets(partitions(settings, *topics))).values())


async def await_count(settings: Settings, count: int, *topics: Topic, within_seconds: float = 60) -> None:
    """Wait until topics that nothing has been deleted from hold at least so many messages together."""
    async with AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False) as consumer:

        async def is_there() -> bool:
            ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions(settings, *topics))
            return sum(ends.values()) >= count

        await until(is_there, f"{count} messages", within_seconds=within_seconds)
