"""Publish matches on a real Kafka, and read the alerts of the step."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from pipeline.messages.alerts import Alert, ArticleHeader, Evidence, Highlight, Match, MatchedRule, Snippet
from pipeline.messages.articles import EntityRef, Language, Times
from pipeline.messages.codec import decode, encode
from pipeline.settings import Settings
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.streaming.records import Output
from pipeline.topology import ALERTS, MATCHES, PARTITIONS, Topic

MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)
RULES = 40
NATO = EntityRef(id="org/nato", name="NATO", kind="org")


def match(number: int, *, channel: str | None = None, text: str = "NATO") -> Match:
    """A match of about 1 kB; every number is another article, every rule has many."""
    return Match(
        rule=MatchedRule(
            id=f"rule-{number % RULES}", version="0" * 12, name="NATO", tags=("security",), channel=channel
        ),
        article=ArticleHeader(
            id=f"article-{number}",
            revision=f"{number:016x}",
            url=f"https://example.org/{number}",
            title="NATO meets in Vilnius",
            language=Language(tag="en", confidence=0.98),
            source="Example News",
            published_at=MORNING,
            revised_at=MORNING,
        ),
        score=1.0,
        evidence=(
            Evidence(clause="NATO[org/nato]", field="body", text=text, via="name", start=0, end=4, entity=NATO),
            Evidence(clause="meets", field="body", text="meets", via="word", start=5, end=10),
        ),
        snippet=Snippet(text="NATO meets in Vilnius " * 15, highlights=(Highlight(start=0, end=4),)),
        times=Times(ingested_at=MORNING, identified_at=MORNING, enriched_at=MORNING, matched_at=MORNING),
    )


async def publish_values(settings: Settings, topic: Topic, values: Iterable[tuple[str, bytes]]) -> None:
    """Publish values with their keys; returns when all are acknowledged."""
    outputs = [Output(topic.full_name(settings.topic_prefix), key.encode(), value) for key, value in values]
    async with publishing(settings, "test") as publisher:
        assert not await publisher.publish(outputs)


async def publish_everywhere(settings: Settings, topic: Topic, key: str, value: bytes) -> None:
    """Publish one value to every partition of a topic."""
    output = Output(topic.full_name(settings.topic_prefix), key.encode(), value)
    async with publishing(settings, "test") as publisher:
        assert not await publisher.publish([replace(output, partition=number) for number in range(topic.partitions)])


async def publish_matches(settings: Settings, matches: Iterable[Match]) -> None:
    await publish_values(settings, MATCHES, ((one.rule.id, encode(one)) for one in matches))


async def read_alerts(settings: Settings, topic: Topic = ALERTS) -> list[tuple[int, Alert]]:
    """Every alert of a topic with its partition."""
    found: list[tuple[int, Alert]] = []
    async with topic_reader(settings, topic.full_name(settings.topic_prefix)) as reader:
        async for chunk in reader.read(await reader.start_offsets(), await reader.end_offsets()):
            found += [(chunk.partition, decode(record.value, Alert)) for record in chunk.records]
    return found


async def alert_count(settings: Settings, topic: Topic = ALERTS) -> int:
    """How many messages a topic that nothing has been deleted from holds."""
    async with topic_reader(settings, topic.full_name(settings.topic_prefix)) as reader:
        return sum((await reader.end_offsets()).values())


async def await_alerts(settings: Settings, count: int, topic: Topic = ALERTS, *, within_seconds: float = 60) -> None:
    """Wait until a topic holds at least so many messages."""
    async with asyncio.timeout(within_seconds):
        async with topic_reader(settings, topic.full_name(settings.topic_prefix)) as reader:
            found = 0
            while found < count:
                found = sum((await reader.end_offsets()).values())


assert PARTITIONS < RULES, "every partition shall have matches of several rules"
