"""List the topics that exist, and how much they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from pipeline import topology
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.client import client_options, connected, kafka_errors_translated
from pipeline.streaming.kafka.topic_admin import TopicState, topic_admin
from pipeline.topology import Topic


@dataclass(frozen=True, slots=True)
class ListedTopic:
    """A topic of the route, or of an alert channel.

    Attributes:
        topic: The topic as it should be.
        name: Its full name.
        state: The topic as it is; None when it is missing.
        messages: Number of offsets from its oldest message to its end; a compacted topic holds fewer messages.
    """

    topic: Topic
    name: str
    state: TopicState | None
    messages: int


async def list_topics(settings: KafkaSettings) -> tuple[ListedTopic, ...]:
    """The topics of the route and the channels' topics that exist, in the order of the route.

    Raises:
        BrokerUnreachableError: No broker answers.
        AccessDeniedError: This user may not see one of them.
    """
    prefix = settings.topic_prefix
    channel = re.compile(re.escape(f"{prefix}.{topology.ALERTS.name}.") + r"([a-z0-9-]{1,40})\.v1")
    async with topic_admin(settings) as admin:
        found = sorted(match[1] for name in await admin.names() if (match := channel.fullmatch(name)))
        topics = {topic.full_name(prefix): topic for topic in (*topology.TOPICS, *map(topology.channel_topic, found))}
        states = await admin.describe(topics)
    counts = await _message_counts(settings, states)
    return tuple(ListedTopic(topic, name, states.get(name), counts.get(name, 0)) for name, topic in topics.items())


async def _message_counts(settings: KafkaSettings, states: dict[str, TopicState]) -> dict[str, int]:
    places = [TopicPartition(name, number) for name, state in states.items() for number in state.partitions]
    if not places:
        return {}
    counts = dict.fromkeys(states, 0)
    consumer = AIOKafkaConsumer(group_id=None, enable_auto_commit=False, **client_options(settings))
    with kafka_errors_translated(settings, "topics", "read"):
        async with connected(consumer, settings):
            ends = await consumer.end_offsets(places)
            begins = await consumer.beginning_offsets(places)
    for place in places:
        counts[place.topic] += ends[place] - begins[place]
    return counts
