"""Two of three brokers killed together, again and again, while alerts are written: none is lost and none repeated."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from pipeline.brokers import KafkaJars
from pipeline.messages.alerts import Alert, Match
from pipeline.messages.codec import decode, encode
from pipeline.messages.identity import alert_id
from pipeline.settings import Settings, load_settings
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.records import Output
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.topology import ALERTS, ALERTS_STEP, MATCHES
from tests.integration.chaos import Observer
from tests.integration.kafka_cluster import NODES, KafkaCluster
from tests.integration.matches_on_kafka import match
from tests.waiting import until
from tests.workers import Events

BATCH = 20
BATCHES_PER_SECOND = 20
DEADLINE_SECONDS = 240.0


@pytest.fixture(scope="module")
def cluster(kafka_program: tuple[Path, KafkaJars], tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    with KafkaCluster(kafka_program, tmp_path_factory.mktemp("nodes")) as cluster:
        yield cluster


@pytest.fixture
def settings(cluster: KafkaCluster, topic_prefix: str, tmp_path: Path) -> Settings:
    settings = load_settings(
        bootstrap_servers=cluster.bootstrap_servers,
        topic_prefix=topic_prefix,
        replication_factor=len(NODES),
        data_dir=tmp_path,
        metrics_port=0,
        broker_session_timeout_seconds=6.0,
    )
    asyncio.run(apply_topics(settings))
    return settings


class Feed:
    """Publishes matches at a steady pace, each until it is acknowledged.

    Attributes:
        sent: Those that are.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.sent: list[Match] = []

    @contextlib.asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """Publish for the length of the block; the last of them are acknowledged at its end."""
        enough = asyncio.Event()
        flow = asyncio.create_task(self._flow(enough))
        try:
            yield
            enough.set()
            async with asyncio.timeout(DEADLINE_SECONDS):
                await flow
        finally:
            flow.cancel()

    async def _flow(self, enough: asyncio.Event) -> None:
        topic = MATCHES.full_name(self._settings.topic_prefix)
        numbers = count()
        async with publishing(self._settings, "feed", topic) as publisher:
            while not enough.is_set():
                matches = [match(next(numbers)) for _ in range(BATCH)]
                refused = await publisher.publish([Output(topic, one.rule.id.encode(), encode(one)) for one in matches])
                assert not refused
                self.sent += matches
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(enough.wait(), 1 / BATCHES_PER_SECOND)


class Alerts:
    """What the topic of the alerts holds, as a client in no group reads it."""

    def __init__(self, settings: Settings) -> None:
        self._observer = Observer(settings, ALERTS)
        self.observing = self._observer.observing
        self._counted = 0
        self._ids: Counter[str] = Counter()

    @property
    def ids(self) -> Counter[str]:
        """How often each alert has been read so far."""
        self._observer.check()
        records = self._observer.records[ALERTS.name]
        self._ids.update(decode(record.value, Alert).alert_id for record in records[self._counted :])
        self._counted = len(records)
        return self._ids

    def hold(self, wanted: set[str]) -> bool:
        """Whether all of these are there."""
        return wanted <= self.ids.keys()


def alert_ids(matches: Iterable[Match]) -> set[str]:
    return {alert_id(one.rule.id, one.article.id, one.article.revision, "matched") for one in matches}


@dataclass(frozen=True)
class Outages:
    """How long brokers are away.

    Attributes:
        rounds: How often two are killed.
        both_seconds: The longest time until the first is started again; most times are much shorter.
        one_seconds: The longest time until the other is, after the first.
    """

    rounds: int
    both_seconds: float
    one_seconds: float


SMALL = Outages(rounds=1, both_seconds=4, one_seconds=2)
# The client library's own producer gives up after 40 s without a leader.
FULL = Outages(rounds=50, both_seconds=60, one_seconds=10)


async def strike(cluster: KafkaCluster, outages: Outages, chance: random.Random) -> str:
    """Kill two brokers together at a random moment, and bring back one after the other; says how long that took."""
    first, second = chance.sample(NODES, 2)
    await asyncio.sleep(chance.random() * 3)
    killed_at = time.monotonic()
    await asyncio.to_thread(cluster.kill, (first, second))
    for node, seconds in ((first, outages.both_seconds), (second, outages.one_seconds)):
        await asyncio.sleep(chance.random() ** 3 * seconds)
        await asyncio.to_thread(cluster.start, (node,))
    return f"brokers {first} and {second} were away, the longer for {time.monotonic() - killed_at:.0f} s"


async def test_what_too_few_brokers_have_is_waited_for(
    cluster: KafkaCluster, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    topic = ALERTS.full_name(settings.topic_prefix)
    async with (
        topic_reader(settings, topic) as reader,
        AIOKafkaProducer(**client_options(settings), acks=1) as producer,
    ):
        first = await producer.send_and_wait(topic, b"first", partition=0)
        assert await reader.settled_ends([0]) == {0: first.offset + 1}
        leader = producer.client.cluster.leader_for_partition(TopicPartition(topic, 0))
        others = [node for node in NODES if node != leader]
        await asyncio.to_thread(cluster.kill, others)
        await producer.send_and_wait(topic, b"second", partition=0)
        assert await reader.end_offsets([0]) == {0: first.offset + 1}, "nobody can read it yet"
        asking = asyncio.create_task(reader.settled_ends([0]))
        await until(lambda: "too few brokers have the last messages of partitions 0" in caplog.text)
        assert not asking.done()
        await asyncio.to_thread(cluster.start, others)
        async with asyncio.timeout(60):
            assert await asking == {0: first.offset + 2}


@pytest.mark.timeout(9_000)
def test_no_alert_is_lost_or_repeated_when_two_of_three_brokers_are_killed_together(
    cluster: KafkaCluster, settings: Settings, request: pytest.FixtureRequest, seed: int
) -> None:
    outages = FULL if request.config.getoption("--full-size") else SMALL
    chance = random.Random(seed)
    feed, alerts = Feed(settings), Alerts(settings)

    def lost() -> int:
        return len(alert_ids(feed.sent) - alerts.ids.keys())

    def repeated() -> int:
        return alerts.ids.total() - len(alerts.ids)

    async def run() -> None:
        async with alerts.observing():
            async with feed.flowing():
                for number in range(outages.rounds):
                    away = await strike(cluster, outages, chance)
                    due = alert_ids(feed.sent)
                    await until(partial(alerts.hold, due), "all alerts are there", within_seconds=DEADLINE_SECONDS)
                    print(f"round {number}: {away}; {len(due)} alerts, {repeated()} repeated", flush=True)
            await until(partial(alerts.hold, alert_ids(feed.sent)), "the last alerts", within_seconds=DEADLINE_SECONDS)

    lives = Events()
    with Worker(settings, {ALERTS_STEP.name: 1}, on_event=lives):
        lives.wait_for("ready")
        asyncio.run(run())

    report = f"seed {seed}: {outages.rounds} rounds, {len(feed.sent)} alerts: {lost()} lost, {repeated()} repeated"
    print(report)
    assert (lost(), repeated()) == (0, 0), report
