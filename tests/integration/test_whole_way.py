"""All four steps in their processes, on a real Kafka: from raw articles to alerts."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import signal
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from pipeline.brokers import KafkaBroker
from pipeline.messages.rules import WatchRule
from pipeline.settings import Settings, load_settings
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.subscription import subscribed
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.stores.rule_store import RuleStore, compare_rules
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.streaming.supervision.worker_events import WorkerEvent
from pipeline.topology import RAW, STEPS

DEADLINE_SECONDS = 120.0
RULE = WatchRule(id="nato-north-korea", when="NATO + North Korea")
TEXT = "NATO-Generalsekretär Stoltenberg warnt vor dem nordkoreanischen Atomprogramm"


@pytest.fixture
def settings(kafka: KafkaBroker, topic_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    made = load_settings(
        bootstrap_servers=kafka.bootstrap_servers,
        topic_prefix=topic_prefix,
        data_dir=tmp_path,
        metrics_port=0,
        broker_session_timeout_seconds=6.0,
    )
    asyncio.run(apply_topics(made))
    asyncio.run(apply(made, RULE))
    return made


async def apply(settings: Settings, rule: WatchRule) -> None:
    store = RuleStore(settings)
    await store.apply(compare_rules(await store.read(), [rule], rule_set=rule.id))


async def send(settings: Settings, ids: range, text: str = TEXT) -> None:
    producer = AIOKafkaProducer(**client_options(settings))
    await producer.start()
    for number in ids:
        value = json.dumps({"id": f"a{number}", "title": f"{text} ({number})"}).encode()
        await producer.send(RAW.full_name(settings.topic_prefix), value, key=f"a{number}".encode())
    await producer.stop()


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


def test_killing_every_process_in_turn_loses_and_repeats_no_alert(settings: Settings) -> None:
    pids: dict[str, int] = {}
    deaths: queue.Queue[str] = queue.Queue()
    lock = threading.Lock()

    def listen(event: WorkerEvent) -> None:
        if event.service is None:
            return
        if event.kind == "started":
            with lock:
                pids[event.service] = event.pid
        if event.kind == "died":
            deaths.put(event.service)

    with Worker(settings, on_event=listen) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        for turn, step in enumerate(STEPS):
            asyncio.run(send(settings, range(turn * 100, turn * 100 + 100)))
            with lock:
                os.kill(pids[step], signal.SIGKILL)
            assert deaths.get(timeout=DEADLINE_SECONDS) == step
        raised = asyncio.run(alerts(settings, RULE.id, ids(range(400))))
    assert raised.keys() == ids(range(400))
    assert max(raised.values()) == 1
