"""All four steps in their processes, on a real Kafka: from raw articles to alerts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest

from pipeline.messages.rules import WatchRule
from pipeline.settings import Settings
from pipeline.streaming.kafka.subscription import subscribed
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.stores.rule_store import RuleStore, compare_rules
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.topology import RAW, STEPS
from tests.integration import topics_on_kafka
from tests.workers import Events

DEADLINE_SECONDS = 120.0
RULE = WatchRule(id="nato-north-korea", when="NATO + North Korea")
TEXT = "NATO-Generalsekretär Stoltenberg warnt vor dem nordkoreanischen Atomprogramm"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    asyncio.run(apply_topics(settings))
    asyncio.run(apply(settings, RULE))
    return settings


async def apply(settings: Settings, rule: WatchRule) -> None:
    store = RuleStore(settings)
    await store.apply(compare_rules(await store.read(), [rule], rule_set=rule.id))


async def send(settings: Settings, ids: range, text: str = TEXT) -> None:
    values = {f"a{number}": json.dumps({"id": f"a{number}", "title": f"{text} ({number})"}) for number in ids}
    await topics_on_kafka.send(settings, RAW, [(key.encode(), value.encode()) for key, value in values.items()])


async def alerts(settings: Settings, rule_id: str, expected: set[str]) -> Counter[str]:
    """How often each article raised an alert of the rule, once every expected one has."""
    raised: Counter[str] = Counter()
    async with (
        asyncio.timeout(DEADLINE_SECONDS),
        subscribed(settings, since=timedelta(hours=1), rule_ids=[rule_id]) as received,
    ):
        async for one in received:
            raised[one.alert.article.id] += 1
            if raised.keys() >= expected:
                break
    return raised


def ids(numbers: range) -> set[str]:
    return {f"a{number}" for number in numbers}


async def test_an_article_raises_its_alert_and_so_does_a_rule_applied_meanwhile(settings: Settings) -> None:
    with Worker(settings, on_event=lambda _: None) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        await send(settings, range(1))
        assert await alerts(settings, RULE.id, ids(range(1))) == {"a0": 1}
        applied_at = time.monotonic()
        await apply(settings, WatchRule(id="flood", when="flood + Poland"))
        number = 1
        while time.monotonic() < applied_at + 5.0:
            await send(settings, range(number, number + 1), "Flood in Poland")
            number += 1
        # The rule came to the matcher within these five seconds: the last of the articles has found it there.
        assert f"a{number - 1}" in await alerts(settings, "flood", {f"a{number - 1}"})


async def test_a_correction_clears_what_it_refutes_though_the_article_was_dated_in_the_future(
    settings: Settings,
) -> None:
    await apply(settings, WatchRule(id="nato-iran", when="NATO + Iran"))
    await apply(settings, WatchRule(id="headlines", when="title:NATO", updates="text"))
    editions = [
        {"title": "NATO warnt vor Nordkorea und Iran", "revised_at": "2090-01-01T00:00:00Z"},
        {"title": "Berichtigung: NATO warnt vor Nordkorea"},
    ]
    expected = [
        {("nato-north-korea", "matched"), ("nato-iran", "matched"), ("headlines", "matched")},
        {("nato-iran", "cleared"), ("headlines", "updated")},
    ]
    with Worker(settings, on_event=lambda _: None) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        async with asyncio.timeout(DEADLINE_SECONDS), subscribed(settings) as received:
            for edition, told in zip(editions, expected, strict=True):
                await topics_on_kafka.send(settings, RAW, [(b"c", json.dumps({"id": "c", **edition}).encode())])
                alerts = [(await anext(received)).alert for _ in told]
                assert {(alert.rule.id, alert.kind) for alert in alerts} == told
                assert {alert.article.title for alert in alerts} == {edition["title"]}


def test_killing_every_process_in_turn_loses_and_repeats_no_alert(settings: Settings) -> None:
    events = Events()
    with Worker(settings, on_event=events) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        pids = {event.service: event.pid for event in events.all() if event.kind == "started"}
        for turn, step in enumerate(STEPS):
            asyncio.run(send(settings, range(turn * 100, turn * 100 + 100)))
            os.kill(pids[step], signal.SIGKILL)
            assert events.wait_for("died").service == step
        raised = asyncio.run(alerts(settings, RULE.id, ids(range(400))))
    assert raised.keys() == ids(range(400))
    assert max(raised.values()) == 1
