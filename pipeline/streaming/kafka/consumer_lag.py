"""How far behind its source topic each step is."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.client import client_options, connected, kafka_errors_translated
from pipeline.streaming.kafka.topic_admin import partitions_of
from pipeline.topology import STEPS


@dataclass(frozen=True, slots=True)
class LagReader:
    """Reads the lag of each step's consumer group, by connections that stay open.

    Attributes:
        places: For each step the partitions that its source topic had when the reader was made.
    """

    settings: KafkaSettings
    admin: AIOKafkaAdminClient
    consumer: AIOKafkaConsumer
    places: dict[str, list[TopicPartition]]

    async def lag(self, step: str) -> int:
        """How many messages of its source topic the step has not yet committed.

        At 0 the step has processed every message that was there at the time of the call, and its sink holds the
        results. A step commits once a second.

        Raises:
            BrokerError: No broker answers, or it refuses this user the topic or the group.
        """
        group = STEPS[step].consumer_group(self.settings.topic_prefix)
        places = self.places[step]
        with kafka_errors_translated(self.settings, f"group {group}", "describe"):
            # Read before the commits, so that a message that arrives between the two does not count as lag.
            ends = await self.consumer.end_offsets(places)
            begins = await self.consumer.beginning_offsets(places)
            committed = await self.admin.list_consumer_group_offsets(group, partitions=places)
        lag = 0
        for place in places:
            # Kafka answers -1 for a partition in which the group has committed nothing.
            done = max(committed[place].offset if place in committed else -1, begins[place])
            lag += max(0, ends[place] - done)
        return lag


@contextlib.asynccontextmanager
async def lag_reader(settings: KafkaSettings) -> AsyncIterator[LagReader]:
    """A lag reader for the steps of the settings' prefix.

    Raises:
        TopicMissingError: A source topic does not exist.
        BrokerError: No broker answers, or it refuses this user.
    """
    places = {}
    for step in STEPS.values():
        topic = step.source.full_name(settings.topic_prefix)
        places[step.name] = [TopicPartition(topic, number) for number in await partitions_of(settings, topic)]
    consumer = AIOKafkaConsumer(group_id=None, enable_auto_commit=False, **client_options(settings))
    async with (
        connected(AIOKafkaAdminClient(**client_options(settings)), settings) as admin,
        connected(consumer, settings),
    ):
        yield LagReader(settings, admin, consumer, places)
