"""Repeated kill -9 of the alerts step while it drains matches: nothing is lost, next to nothing repeated."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from pipeline.alerts import Replay
from pipeline.brokers import KafkaBroker, KafkaJars
from pipeline.messages.alerts import Match
from pipeline.messages.articles import Times
from pipeline.messages.identity import alert_id
from pipeline.messages.rules import Suppress
from pipeline.settings import Settings, load_settings
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.streaming.supervision.supervisor import Backoff
from pipeline.topology import ALERTS, ALERTS_STEP, HELD, Topic, channel_topic
from tests.workers import Events

from .matches_on_kafka import MORNING, RULES, match, publish_matches, read_alerts
from .topics_on_kafka import await_count, message_count

CHANNEL = "security"
EVERY = 5
MOST_REPEATED = 2


@pytest.fixture
def settings(kafka_program: tuple[Path, KafkaJars], topic_prefix: str, tmp_path: Path) -> Iterator[Settings]:
    """A separate broker that drops a dead member soon, so that many deaths do not take minutes."""
    with KafkaBroker(*kafka_program, properties={"group.min.session.timeout.ms": "1000"}) as broker:
        settings = load_settings(
            bootstrap_servers=broker.bootstrap_servers,
            topic_prefix=topic_prefix,
            data_dir=tmp_path,
            metrics_port=0,
            broker_session_timeout_seconds=2.0,
            # No article must be blamed for a death here: the kills come from outside, during any batch.
            crash_attempts=20,
        )
        asyncio.run(apply_topics(settings, channels=[CHANNEL]))
        yield settings


@contextlib.contextmanager
def killed_repeatedly(settings: Settings, kills: int, chance: random.Random, topic: Topic, most: int) -> Iterator[None]:
    """The alerts step at work, once it has been killed so often; in each life it wrote up to ``most`` to the topic."""

    async def written_within_a_life() -> None:
        await await_count(settings, await message_count(settings, topic) + chance.randrange(1, most), topic)

    lives = Events()
    with Worker(settings, {ALERTS_STEP.name: 1}, on_event=lives, backoff=Backoff(0.05, 0.05)):
        for _ in range(kills):
            pid = lives.wait_for("ready").pid
            asyncio.run(written_within_a_life())
            os.kill(pid, signal.SIGKILL)
        lives.wait_for("ready")
        yield


@pytest.mark.timeout(900)
def test_no_alert_is_lost_and_next_to_none_repeated_over_kills(
    settings: Settings, request: pytest.FixtureRequest, seed: int
) -> None:
    full_size = request.config.getoption("--full-size")
    kills, count = (20, 50_000) if full_size else (3, 6_000)
    matches = [match(number, channel=None if number % EVERY else CHANNEL) for number in range(count)]
    asyncio.run(publish_matches(settings, matches))

    with killed_repeatedly(settings, kills, random.Random(seed), ALERTS, count // (kills + 1)):
        asyncio.run(await_count(settings, count, ALERTS, within_seconds=120))
        # What would be raised twice would be so by now: a last match is behind all others in its partition.
        last = [match(number) for number in range(count, count + 40)]
        asyncio.run(publish_matches(settings, last))
        asyncio.run(await_count(settings, count + len(last), ALERTS, within_seconds=120))

    expected = {alert_id(one.rule.id, one.article.id, one.article.revision, "matched") for one in [*matches, *last]}
    raised = Counter(alert.alert_id for _, alert in asyncio.run(read_alerts(settings)))
    repeated = raised.total() - len(raised)
    copies = Counter(alert.alert_id for _, alert in asyncio.run(read_alerts(settings, channel_topic(CHANNEL))))
    in_channel = {
        alert_id(one.rule.id, one.article.id, one.article.revision, "matched") for one in matches if one.rule.channel
    }
    report = (
        f"seed {seed}: {kills} kills over {count} matches: {len(expected - raised.keys())} lost, {repeated} repeated; "
        f"channel: {len(in_channel - copies.keys())} lost, {copies.total() - len(copies)} repeated"
    )
    print(report)
    assert raised.keys() == expected, report
    assert repeated <= MOST_REPEATED, report
    assert copies.keys() == in_channel, report


def quiet_match(number: int) -> Match:
    """Every rule has a match a minute: three of four of its alerts are suppressed, and some of the others limited."""
    one = match(number)
    at = MORNING + timedelta(minutes=number // RULES, milliseconds=number % RULES)
    return msgspec.structs.replace(
        one,
        rule=msgspec.structs.replace(one.rule, suppress=Suppress(for_="4m"), limit="10/h"),
        times=Times(ingested_at=at, matched_at=at),
    )


@pytest.mark.timeout(900)
def test_kills_change_nothing_in_what_is_held_back(settings: Settings, seed: int) -> None:
    kills, count = 4, 6_000
    matches = [quiet_match(number) for number in range(count)]
    asyncio.run(publish_matches(settings, matches))
    replay = Replay()
    decided = [decision for match in matches for decision in replay.decide(match)]
    expected = {each.alert.alert_id: (each.alert.held_by, each.alert.held_back) for each in decided}
    held = sum(held_by is not None for held_by, _ in expected.values())

    with killed_repeatedly(settings, kills, random.Random(seed), HELD, held // (kills + 1)):
        asyncio.run(await_count(settings, len(expected) - held, ALERTS, within_seconds=120))
        asyncio.run(await_count(settings, held, HELD, within_seconds=120))
        # What would be told twice would be so by now: a last match is behind all others in its partition.
        last = [quiet_match(number) for number in range(100 * count, 100 * count + RULES)]
        asyncio.run(publish_matches(settings, last))
        asyncio.run(await_count(settings, len(expected) - held + len(last), ALERTS, within_seconds=120))

    alerts = [
        alert
        for topic in (ALERTS, HELD)
        for _, alert in asyncio.run(read_alerts(settings, topic))
        if alert.alert_id in expected
    ]
    found = {alert.alert_id: (alert.held_by, alert.held_back) for alert in alerts}
    repeated = len(alerts) - len(found)
    report = f"seed {seed}: {kills} kills over {count} matches, {held} held back: {repeated} repeated"
    print(report)
    assert found == expected, report
    assert repeated <= MOST_REPEATED, report
