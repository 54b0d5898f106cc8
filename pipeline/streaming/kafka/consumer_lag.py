"""How far behind its source topic each step is, since when, and who carries it: as Kafka knows it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka import errors as kafka_errors
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from pipeline.errors import AccessDeniedError, BrokerError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.client import client_options, connected, kafka_errors_translated
from pipeline.streaming.kafka.topic_admin import partitions_of
from pipeline.topology import STEPS

# A broker sends the first batch of a partition whatever its size.
_FIRST_BATCH_BYTES = 1024
_FETCH_SECONDS = 5.0

Backlog: TypeAlias = dict[TopicPartition, range]
"""For each partition with messages that are not committed, their offsets."""


@dataclass(frozen=True, slots=True)
class GroupState:
    """A step's consumer group.

    Attributes:
        phase: ``steady``; ``rebalancing``: its members are being given their partitions; ``empty``: it has no members.
        members: How many processes are in it, wherever they run. A dead one counts until its session ends.
        unserved: Numbers of the source topic's partitions that no member has, ascending.
    """

    phase: Literal["steady", "rebalancing", "empty"]
    members: int
    unserved: tuple[int, ...]


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
        return sum(map(len, (await self.backlog(step)).values()))

    async def backlog(self, step: str) -> Backlog:
        """What the step has not yet committed.

        Raises:
            BrokerError: As ``lag``.
        """
        group = STEPS[step].consumer_group(self.settings.topic_prefix)
        places = self.places[step]
        with kafka_errors_translated(self.settings, f"group {group}", "describe"):
            # Read before the commits, so that a message that arrives between the two does not count as lag.
            ends = await self.consumer.end_offsets(places)
            begins = await self.consumer.beginning_offsets(places)
            committed = await self.admin.list_consumer_group_offsets(group, partitions=places)
        backlog = {}
        for place in places:
            # Kafka answers -1 for a partition in which the group has committed nothing.
            done = max(committed[place].offset if place in committed else -1, begins[place])
            if done < ends[place]:
                backlog[place] = range(done, ends[place])
        return backlog

    async def oldest(self, backlog: Backlog) -> datetime | None:
        """When the oldest message of a backlog was written; None where there is none that can be read in 5 s.

        Raises:
            BrokerError: As ``lag``.
        """
        written: dict[TopicPartition, int] = {}
        with kafka_errors_translated(self.settings, "the messages that wait", "read"):
            self.consumer.assign(list(backlog))
            for place, offsets in backlog.items():
                self.consumer.seek(place, offsets.start)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FETCH_SECONDS):
                    while waiting := backlog.keys() - written.keys():
                        for place, records in (await self.consumer.getmany(*waiting, timeout_ms=200)).items():
                            written[place] = records[0].timestamp
            self.consumer.unsubscribe()
        return datetime.fromtimestamp(min(written.values()) / 1000, UTC) if written else None

    async def group(self, step: str) -> GroupState | None:
        """Who carries the step; None on the in-memory broker, which does not tell.

        Raises:
            BrokerError: As ``lag``.
        """
        name = STEPS[step].consumer_group(self.settings.topic_prefix)
        with kafka_errors_translated(self.settings, f"group {name}", "describe"):
            try:
                [response] = await self.admin.describe_consumer_groups([name])
            except kafka_errors.IncompatibleBrokerVersion:
                return None
        [described] = response.to_object()["groups"]
        error = kafka_errors.for_code(described["error_code"])
        if error is kafka_errors.GroupAuthorizationFailedError:
            raise AccessDeniedError(f"group {name}", "describe")
        if error is not kafka_errors.NoError:
            raise BrokerError(f"group {name} cannot be described: {error.__name__}")
        served: set[TopicPartition] = set()
        for member in described["members"]:
            # While the group rebalances its members have none.
            if member["member_assignment"]:
                served.update(ConsumerProtocolMemberAssignment.decode(member["member_assignment"]).partitions())
        members = len(described["members"])
        phase: Literal["steady", "rebalancing", "empty"] = "steady" if described["state"] == "Stable" else "rebalancing"
        return GroupState(
            phase if members else "empty",
            members,
            tuple(sorted(place.partition for place in self.places[step] if place not in served)),
        )

    async def brokers(self) -> int:
        """How many brokers the cluster has now.

        Raises:
            BrokerError: As ``lag``.
        """
        with kafka_errors_translated(self.settings, "cluster", "describe"):
            return len((await self.admin.describe_cluster())["brokers"])


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
    consumer = AIOKafkaConsumer(
        group_id=None,
        enable_auto_commit=False,
        max_partition_fetch_bytes=_FIRST_BATCH_BYTES,
        **client_options(settings),
    )
    async with (
        connected(AIOKafkaAdminClient(**client_options(settings)), settings) as admin,
        connected(consumer, settings),
    ):
        yield LagReader(settings, admin, consumer, places)
