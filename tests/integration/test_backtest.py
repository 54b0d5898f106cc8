"""``rules backtest`` on the enriched topic of a real Kafka: in the order of time over all partitions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from pipeline.messages.articles import EnrichedArticle, EntityRef, Language, Mention
from pipeline.messages.canary_rule import CANARY_SOURCE
from pipeline.messages.codec import encode
from pipeline.messages.identity import revision
from pipeline.settings import Settings
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.past_articles import replaying
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.topology import ENRICHED, WATCH_RULES
from tests.command_line import CommandLine

from .topics_on_kafka import send

RULES = """\
rules:
  - id: talks
    when: talks
    suppress: {for: 6h, by: rule}
  - id: both
    when: NATO + talks
"""
LIVE = """\
rules:
  - id: talks
    when: talks
    suppress: {for: 6h, by: rule}
  - id: both
    when: NATO + war
"""
NATO = EntityRef(id="org/nato", name="NATO", kind="org")
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def article(article_id: str, title: str, *, source: str = "") -> EnrichedArticle:
    at = title.find("NATO")
    mention = Mention(field="title", start=at, end=at + 4, text="NATO", label="ORG", entity=NATO, via="name")
    return EnrichedArticle(
        id=article_id,
        title=title,
        source=source,
        language=Language(tag="en", confidence=1.0),
        revision=revision(title, ""),
        mentions=(mention,) if at >= 0 else (),
    )


async def publish(settings: Settings, articles: Iterable[tuple[EnrichedArticle, datetime, int]]) -> None:
    """Put articles on partitions, in the order given, with the time at which they were enriched."""
    await apply_topics(settings)
    topic = ENRICHED.full_name(settings.topic_prefix)
    async with AIOKafkaProducer(**client_options(settings)) as producer:
        for one, at, partition in articles:
            await producer.send_and_wait(
                topic, encode(one), one.id.encode(), partition, timestamp_ms=int(at.timestamp() * 1000)
            )


def write(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


async def test_the_topic_is_read_in_the_order_of_time_whatever_partition_an_article_lies_on(settings: Settings) -> None:
    start = TODAY - timedelta(days=1)
    given = [(article(f"a{n}", f"talks {n}"), start + timedelta(minutes=n), n * 7 % 5) for n in range(200)]

    # Partition by partition, so that the order of writing is not that of time.
    await publish(settings, sorted(given, key=lambda one: (one[2], one[1])))
    async with replaying(settings, start + timedelta(minutes=50)) as replay:
        assert replay.records == 150
        assert replay.start == start + timedelta(minutes=50)
        read = [one.id async for one, _ in replay.articles() if one is not None]
    assert read == [f"a{n}" for n in range(50, 200)]


async def test_a_replay_says_from_when_on_the_topic_has_articles(settings: Settings) -> None:
    first = TODAY - timedelta(hours=5)
    await publish(settings, [(article("a", "talks"), first + timedelta(hours=n), 3 - n) for n in range(2)])
    async with replaying(settings, TODAY - timedelta(days=3)) as replay:
        assert replay.start == first
        assert len([one async for one, _ in replay.articles()]) == 2


def test_an_empty_topic_is_no_error(settings: Settings, wirewatch: CommandLine, tmp_path: Path) -> None:
    asyncio.run(apply_topics(settings))
    outcome = wirewatch("rules", "backtest", write(tmp_path, "rules.yaml", RULES))

    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith("0 articles of topic ")


def test_a_backtest_counts_what_would_have_been_raised_and_held_back(
    settings: Settings, wirewatch: CommandLine, tmp_path: Path
) -> None:
    yesterday = TODAY - timedelta(days=1)
    hourly = [(article(f"a{n}", f"talks {n}"), yesterday + timedelta(hours=n), n % 4) for n in range(24)]
    others = [
        (article("old", "talks of the day before"), yesterday - timedelta(days=4), 0),
        (article("both", "NATO talks"), yesterday + timedelta(hours=1, minutes=1), 5),
        (article("near", "NATO meets"), yesterday + timedelta(hours=2), 6),
        (article("canary", "NATO talks", source=CANARY_SOURCE), yesterday + timedelta(hours=2), 6),
    ]
    asyncio.run(publish(settings, sorted([*hourly, *others], key=lambda one: (one[2], one[1]))))
    asyncio.run(send(settings, ENRICHED, [(b"bad", b"{")]))

    outcome = wirewatch("rules", "backtest", write(tmp_path, "rules.yaml", RULES), "--since", "72h", "--json")

    assert outcome.status == 0
    assert outcome.err == "note: 1 record was no enriched article\n"
    report: dict[str, Any] = json.loads(outcome.out)
    talks, both = report["rules"]
    assert report["articles"] == 26
    assert (talks["fired"], talks["alerts"], talks["held"]) == (25, 4, 21)
    assert talks["days"] == {f"{yesterday:%Y-%m-%d}": 4}
    assert (both["fired"], both["alerts"], both["held"]) == (1, 1, 0)
    assert both["near_misses"] == [
        {"clause": "NATO[org/nato]", "articles": 24},
        {"clause": "talks", "articles": 1},
    ]
    assert [sample["headline"] for sample in both["samples"]] == ["NATO talks"]
    # The topic holds older articles, so that all of the 72 hours count.
    assert talks["forecast"]["a_day"] == pytest.approx(4 / 3, rel=0.01)


def test_a_comparison_is_with_the_rules_that_are_live(
    settings: Settings, wirewatch: CommandLine, tmp_path: Path
) -> None:
    day_before, yesterday = TODAY - timedelta(days=2), TODAY - timedelta(days=1)
    asyncio.run(
        publish(
            settings,
            [
                (article("a", "NATO war"), day_before, 0),
                (article("b", "NATO talks"), day_before, 1),
                (article("c", "NATO talks again"), yesterday, 2),
                (article("d", "NATO talks of war"), yesterday, 3),
            ],
        )
    )
    assert wirewatch("rules", "apply", write(tmp_path, "desk.yaml", LIVE)).status == 0
    new = RULES + "  - id: third\n    when: war\n  - id: later\n    when: war\n"
    asyncio.run(send(settings, WATCH_RULES, [(b"later", b'{"id": "later", "when": "war", "near": 8}')]))

    outcome = wirewatch("rules", "backtest", write(tmp_path, "new.yaml", new), "--since", "72h", "--compare")

    assert outcome.status == 0
    (note,) = [line for line in outcome.err.splitlines() if line.startswith("note: ")]
    assert note.startswith("note: set aside by the workers, so compared with nothing: ")
    assert "rule later" in note
    lines = outcome.out.splitlines()
    assert "2 → 3 alerts (+1, +50%)" in outcome.out
    bar, half = "█" * 40, "█" * 20
    chart = [line.split() for line in lines if "live" in line or "this file" in line]
    assert [f"{day_before:%Y-%m-%d}", "live", half, "1"] in chart
    assert [f"{yesterday:%Y-%m-%d}", "live", half, "1"] in chart
    assert ["this", "file", bar, "2"] in chart
    assert "  fires where it did not: 2" in lines
    assert "  no longer fires: 1" in lines
    assert sum("is the live version" in line for line in lines) == 1
    assert sum("there is no live version" in line for line in lines) == 2
