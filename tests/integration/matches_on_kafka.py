"""Publish matches on a real Kafka, and read the alerts of the step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from pipeline.messages.alerts import Alert, ArticleHeader, Evidence, Highlight, Match, MatchedRule, Snippet
from pipeline.messages.articles import EntityRef, Language, Times
from pipeline.messages.codec import decode, encode
from pipeline.settings import Settings
from pipeline.topology import ALERTS, MATCHES, PARTITIONS, Topic
from tests.integration.topics_on_kafka import read_all, send

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


async def publish_matches(settings: Settings, matches: Iterable[Match]) -> None:
    await send(settings, MATCHES, [(one.rule.id.encode(), encode(one)) for one in matches])


async def read_alerts(settings: Settings, topic: Topic = ALERTS) -> list[tuple[int, Alert]]:
    """Every alert of a topic with its partition."""
    return [(record.partition, decode(record.value or b"", Alert)) for record in await read_all(settings, topic)]


assert PARTITIONS < RULES, "every partition shall have matches of several rules"
