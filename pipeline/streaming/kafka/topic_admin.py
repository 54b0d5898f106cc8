"""Kafka's administration of topics, typed, with its error codes as our errors."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from aiokafka import errors as kafka_errors
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.admin import CreateTopicsRequest
from aiokafka.protocol.metadata import MetadataRequest

from pipeline.errors import AccessDeniedError, BrokerError, TopicMissingError, TopicRefusedError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.client import client_options, connected, kafka_errors_translated
from pipeline.topology import Topic

_REQUEST_TIMEOUT_MS = 20_000
_NO_ERROR = 0
MIN_INSYNC_REPLICAS = "min.insync.replicas"
# Kafka's number for a value that was set on the topic itself, not a default of the broker or of Kafka.
_SET_ON_TOPIC = 1


@dataclass(frozen=True, slots=True)
class TopicState:
    """The state of a topic in the cluster.

    Attributes:
        partitions: Their numbers, ascending.
        has_leaders: Whether every partition can be read and written now.
        replicas: Of the partition that has the fewest.
    """

    partitions: tuple[int, ...]
    has_leaders: bool
    replicas: int


@dataclass(frozen=True, slots=True)
class ConfigValue:
    """One value of a topic's configuration, and whether it was set on the topic rather than inherited."""

    value: str
    is_own: bool


class _Client(AIOKafkaAdminClient):  # type: ignore[misc]
    """aiokafka's client; its own ``describe_topics`` creates topics on brokers that allow it."""

    async def describe(self, topics: list[str]) -> list[dict[str, Any]]:
        response = await self._send_request(MetadataRequest(topics, allow_auto_topic_creation=False))
        described: list[dict[str, Any]] = response.to_object()["topics"]
        return described

    async def create_nothing(self) -> None:
        await self._send_request(CreateTopicsRequest([], _REQUEST_TIMEOUT_MS, validate_only=True))


class TopicAdmin:
    """Topics of one cluster.

    Every method raises BrokerUnreachableError when the cluster cannot be reached, AccessDeniedError when this user may
    not do it, and TopicRefusedError, with the reason, when the broker will not.
    """

    def __init__(self, client: _Client, settings: KafkaSettings) -> None:
        self._client = client
        self._settings = settings

    async def is_supported(self) -> bool:
        """Whether this broker has administration; the in-memory one has none, and creates topics on demand."""
        with kafka_errors_translated(self._settings, "topics", "create"):
            try:
                await self._client.create_nothing()
            except kafka_errors.IncompatibleBrokerVersion:
                return False
        return True

    async def names(self) -> frozenset[str]:
        """Every topic that this user may see."""
        with kafka_errors_translated(self._settings, "topics", "list"):
            return frozenset(await self._client.list_topics())

    async def describe(self, topics: Collection[str]) -> dict[str, TopicState]:
        """The state of those of these topics that exist; creates none."""
        if not topics:
            return {}
        with kafka_errors_translated(self._settings, "topics", "describe"):
            described = await self._client.describe(sorted(topics))
        states: dict[str, TopicState] = {}
        for topic in described:
            error = kafka_errors.for_code(topic["error_code"])
            if error is kafka_errors.UnknownTopicOrPartitionError:
                continue
            if error is kafka_errors.TopicAuthorizationFailedError:
                raise AccessDeniedError(f"topic {topic['topic']}", "describe")
            partitions = topic["partitions"]
            states[topic["topic"]] = TopicState(
                tuple(sorted(partition["partition"] for partition in partitions)),
                has_leaders=bool(partitions) and all(partition["leader"] >= 0 for partition in partitions),
                replicas=min((len(partition["replicas"]) for partition in partitions), default=0),
            )
        return states

    async def touch(self, topics: Collection[str]) -> None:
        """Ask for topics as any client does that uses them, which makes a broker that creates on demand create them."""
        with kafka_errors_translated(self._settings, "topics", "describe"):
            await self._client.describe_topics(sorted(topics))

    async def create(self, topics: Mapping[str, Topic]) -> tuple[str, ...]:
        """Create topics with the replicas of the settings; returns those that were not there yet."""
        replicas = self._settings.replication_factor
        insync = {MIN_INSYNC_REPLICAS: str(self._settings.fewest_insync_replicas)}
        new = [
            NewTopic(name, topic.partitions, replicas, topic_configs={**topic.config, **insync})
            for name, topic in topics.items()
        ]
        with kafka_errors_translated(self._settings, "topics", "create"):
            response = await self._client.create_topics(new, timeout_ms=_REQUEST_TIMEOUT_MS)
        created = []
        # In order, so that the same topic is named each time where several are refused.
        for name, code, *detail in sorted(response.topic_errors):
            if kafka_errors.for_code(code) is not kafka_errors.TopicAlreadyExistsError:
                _check(name, code, "create", detail)
                created.append(name)
        return tuple(created)

    async def delete(self, topics: Collection[str]) -> None:
        """Delete topics; one that is not there is no error."""
        with kafka_errors_translated(self._settings, "topics", "delete"):
            response = await self._client.delete_topics(sorted(topics), timeout_ms=_REQUEST_TIMEOUT_MS)
        for name, code in response.topic_error_codes:
            if kafka_errors.for_code(code) is not kafka_errors.UnknownTopicOrPartitionError:
                _check(name, code, "delete")

    async def configs(self, topics: Collection[str]) -> dict[str, dict[str, ConfigValue]]:
        """The whole configuration of topics that exist."""
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in sorted(topics)]
        with kafka_errors_translated(self._settings, "topics", "read the configuration of"):
            responses = await self._client.describe_configs(resources)
        configs: dict[str, dict[str, ConfigValue]] = {}
        for response in responses:
            for resource in sorted(response.to_object()["resources"], key=itemgetter("resource_name")):
                name = resource["resource_name"]
                _check(name, resource["error_code"], "read the configuration of", [resource["error_message"]])
                configs[name] = {
                    entry["config_names"]: ConfigValue(
                        entry["config_value"] or "", is_own=entry["config_source"] == _SET_ON_TOPIC
                    )
                    for entry in resource["config_entries"]
                }
        return configs

    async def set_own_config(self, topic: str, config: Mapping[str, str]) -> None:
        """Replace all values that are set on a topic; one that is not named falls back to the broker's default."""
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, dict(config))
        with kafka_errors_translated(self._settings, f"topic {topic}", "change"):
            responses = await self._client.alter_configs([resource])
        for response in responses:
            for code, detail, _, name in response.resources:
                _check(name, code, "change", [detail])


def _check(topic: str, code: int, operation: str, detail: Collection[str | None] = ()) -> None:
    if code == _NO_ERROR:
        return
    error = kafka_errors.for_code(code)
    if error in (kafka_errors.TopicAuthorizationFailedError, kafka_errors.ClusterAuthorizationFailedError):
        raise AccessDeniedError(f"topic {topic}", operation)
    said = next((text for text in detail if text), getattr(error, "description", "") or error.__name__)
    if error is kafka_errors.InvalidReplicationFactorError:
        said = f"{said} (WIREWATCH_REPLICATION_FACTOR)"
    raise TopicRefusedError(topic, operation, said)


@contextlib.asynccontextmanager
async def topic_admin(settings: KafkaSettings) -> AsyncIterator[TopicAdmin]:
    """A connection for administration.

    Raises:
        BrokerError: No broker answers, or it refuses this user.
    """
    client = _Client(request_timeout_ms=_REQUEST_TIMEOUT_MS, **client_options(settings))
    async with connected(client, settings):
        yield TopicAdmin(client, settings)


async def partitions_of(settings: KafkaSettings, topic: str) -> tuple[int, ...]:
    """The numbers of a topic's partitions.

    Raises:
        TopicMissingError: There is no such topic.
        BrokerError: It cannot be seen by this user, or no broker answers.
    """
    async with topic_admin(settings) as admin:
        states = await admin.describe([topic])
    if topic not in states:
        raise TopicMissingError(topic)
    if not states[topic].partitions:
        raise BrokerError(f"topic {topic} has no partition that can be read now: try again, or look at the broker")
    return states[topic].partitions
