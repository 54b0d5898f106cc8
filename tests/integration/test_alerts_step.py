"""The alerts step on its own Faust app and a real Kafka."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from pipeline.brokers import KafkaBroker
from pipeline.errors import StepStoppedError, TopicMissingError, TopicReplacedError, WirewatchError
from pipeline.messages.alerts import Match, MatchedRule
from pipeline.messages.articles import EnrichedArticle, Language, Times
from pipeline.messages.codec import encode
from pipeline.messages.identity import alert_id
from pipeline.messages.rules import Suppress
from pipeline.settings import Settings, load_settings
from pipeline.streaming.faust.app import create_app
from pipeline.streaming.kafka.publishing import ArticlePayload, PublishCounts, publish_articles
from pipeline.streaming.kafka.subscription import subscribed
from pipeline.streaming.kafka.topic_admin import topic_admin
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.streaming.kafka.topic_setup import apply_topics, delete_topics
from pipeline.streaming.steps.alert_history import KafkaAlertHistory
from pipeline.streaming.steps.alerts_step import AlertHandler
from pipeline.topology import ALERTS, ALERTS_STEP, DEAD_LETTERS, HELD, MATCHES, PARTITIONS, RAW, SHADOW, channel_topic
from tests.unit.streaming.hop_scene import FakeInFlight

from .matches_on_kafka import MORNING, RULES, match, publish_matches, read_alerts
from .topics_on_kafka import await_count, read_all, send


@pytest.fixture
def settings(settings: Settings) -> Settings:
    asyncio.run(apply_topics(settings))
    return settings


@contextlib.asynccontextmanager
async def alerts_step(settings: Settings) -> AsyncIterator[None]:
    def stopped(error: WirewatchError) -> None:
        raise AssertionError(error)

    app = create_app(ALERTS_STEP, settings, AlertHandler(settings), in_flight=FakeInFlight([]), on_stopped=stopped)
    await app.start()
    try:
        yield
    finally:
        await app.stop()


async def test_each_match_raises_its_alert_once_on_the_partition_of_its_own_number(settings: Settings) -> None:
    matches = [match(number) for number in range(3 * RULES)]
    await publish_matches(settings, matches)
    async with alerts_step(settings):
        await await_count(settings, len(matches), ALERTS)
        await publish_matches(settings, [*matches, match(9_999)])
        await await_count(settings, len(matches) + 1, ALERTS)
    alerts = await read_alerts(settings)
    expected = {
        alert_id(one.rule.id, one.article.id, one.article.revision, "matched") for one in [*matches, match(9_999)]
    }
    assert {alert.alert_id for _, alert in alerts} == expected
    assert len(alerts) == len(expected)

    places = {(record.key or b"").decode(): record.partition for record in await read_all(settings, MATCHES)}
    assert all(places[alert.rule.id] == partition for partition, alert in alerts)


async def test_a_step_that_starts_anew_raises_nothing_again(settings: Settings) -> None:
    matches = [match(number) for number in range(2 * RULES)]
    await publish_matches(settings, matches)
    async with alerts_step(settings):
        await await_count(settings, len(matches), ALERTS)
    # The same matches as they come again from a step before that died; then one more, to see the end of them.
    await publish_matches(settings, matches)
    last = [match(number) for number in range(8 * RULES, 9 * RULES)]
    await publish_matches(settings, last)
    async with alerts_step(settings):
        await await_count(settings, len(matches) + len(last), ALERTS)
    ids = [alert.alert_id for _, alert in await read_alerts(settings)]
    assert len(ids) == len(set(ids)) == len(matches) + RULES


async def test_a_channel_gets_its_copy_though_nobody_has_made_its_topic(settings: Settings) -> None:
    channel = channel_topic("security")
    await publish_matches(settings, [match(1, channel="security"), match(2)])
    async with alerts_step(settings):
        await await_count(settings, 2, ALERTS)
    copies = await read_alerts(settings, channel)
    alerts = [alert for _, alert in await read_alerts(settings) if alert.article.id == "article-1"]
    assert [alert for _, alert in copies] == alerts


async def test_what_is_no_match_becomes_a_dead_letter_and_holds_up_nothing(settings: Settings) -> None:
    await send(settings, MATCHES, [(b"rule-1", value) for value in (b"{", encode(match(1)), b"{}")])
    async with alerts_step(settings):
        await await_count(settings, 1, ALERTS)
        await await_count(settings, 2, DEAD_LETTERS)
    assert len(await read_alerts(settings)) == 1


async def test_fewer_partitions_of_alerts_than_of_matches_stop_the_step(kafka: KafkaBroker, topic_prefix: str) -> None:
    settings = load_settings(bootstrap_servers=kafka.bootstrap_servers, topic_prefix=topic_prefix)
    async with topic_admin(settings) as admin:
        name = ALERTS.full_name(topic_prefix)
        await admin.create({name: dataclasses.replace(ALERTS, partitions=4)})
    await apply_topics(settings)
    with pytest.raises(StepStoppedError, match=r"has 4 partitions, but .* has number 4"):
        await AlertHandler(settings).assigned(frozenset(range(12)))


async def test_subscribers_see_alerts_from_now_or_from_before(settings: Settings) -> None:
    await publish_matches(settings, [match(1), match(2, channel="security")])
    async with alerts_step(settings):
        await await_count(settings, 2, ALERTS)
        async with (
            asyncio.timeout(30),
            subscribed(settings) as now,
            subscribed(settings, since=timedelta(hours=1)) as before,
            subscribed(settings, channel="security", since=timedelta(hours=1)) as channel,
            subscribed(settings, since=timedelta(hours=1), rule_ids=["rule-3"]) as rule,
        ):
            await publish_matches(settings, [match(3)])
            assert (await anext(now)).alert.article.id == "article-3"
            assert {(await anext(before)).alert.article.id for _ in range(3)} == {f"article-{n}" for n in (1, 2, 3)}
            copied = await anext(channel)
            assert copied.alert.article.id == "article-2"
            assert copied.payload == encode(copied.alert)
            assert (await anext(rule)).alert.rule.id == "rule-3"


async def test_subscribing_to_a_channel_that_is_not_there_is_said(settings: Settings) -> None:
    with pytest.raises(TopicMissingError, match=r"alerts\.nowhere\.v1 does not exist"):
        async with subscribed(settings, channel="nowhere"):
            raise AssertionError("subscribed to nothing")


def test_articles_are_published_whole_and_the_one_too_large_is_named(settings: Settings) -> None:
    small = [ArticlePayload(f"a{number}", b'{"title":"%d"}' % number) for number in range(1200)]
    large = ArticlePayload("large", b'{"body":"' + b"x" * (RAW.max_message_bytes + 1) + b'"}')
    told: list[int] = []
    refused: list[tuple[int, str]] = []
    counts = asyncio.run(
        publish_articles(
            settings,
            iter([*small[:700], large, *small[700:]]),
            on_published=told.append,
            on_refused=lambda index, error: refused.append((index, error.reason)),
        )
    )
    assert counts == PublishCounts(1200, 1)
    assert refused == [(700, "too-large")]
    assert told == sorted(told)
    assert told[-1] == 1200

    async def read() -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        async with topic_reader(settings, RAW.full_name(settings.topic_prefix)) as reader:
            async for chunk in reader.read(await reader.start_offsets(), await reader.end_offsets()):
                found |= {record.key: record.value for record in chunk.records}
                assert all(dict(record.headers)["traceparent"].startswith(b"00-") for record in chunk.records)
        return found

    assert asyncio.run(read()) == {payload.article_id.encode(): payload.value for payload in small}


def test_articles_that_cannot_be_read_fail_after_those_before_them(settings: Settings) -> None:
    told: list[int] = []

    def payloads() -> Iterator[ArticlePayload]:
        yield ArticlePayload("a", b"{}")
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        asyncio.run(publish_articles(settings, payloads(), on_published=told.append))
    assert told == [1]


async def test_a_channel_deleted_while_it_is_written_to_comes_back_and_holds_up_nothing(settings: Settings) -> None:
    channel = channel_topic("security")
    await apply_topics(settings, channels=["security"])
    await publish_matches(settings, [match(1, channel="security")])
    async with alerts_step(settings):
        await await_count(settings, 1, channel)
        async with topic_admin(settings) as admin:
            name = channel.full_name(settings.topic_prefix)
            await admin.delete([name])
            while name in await admin.names():
                pass
        await publish_matches(settings, [match(2, channel="security"), match(3)])
        await await_count(settings, 3, ALERTS, within_seconds=120)
    copies = [alert.article.id for _, alert in await read_alerts(settings, channel)]
    assert copies == ["article-2"]


def test_a_topic_made_anew_while_it_is_read_is_told(settings: Settings) -> None:
    name = ALERTS.full_name(settings.topic_prefix)

    async def run() -> None:
        async with topic_reader(settings, name) as reader:
            # As it is found that had five alerts when its ends were asked for.
            with pytest.raises(TopicReplacedError, match="created again"):
                await anext(reader.read({0: 0}, {0: 5}))
            with pytest.raises(TopicReplacedError, match="created again"):
                await anext(reader.read_by_time({0: 0}, {0: 5}))
            await delete_topics(settings)
            with pytest.raises(TopicReplacedError, match="created again"):
                await anext(reader.read({0: 0}, {0: 5}))
            async with topic_admin(settings) as admin:
                await admin.create({name: dataclasses.replace(ALERTS, partitions=2)})
            async with asyncio.timeout(20):
                with pytest.raises(TopicReplacedError, match="created again"):
                    await anext(reader.read({11: 0}, {11: 5}))

    asyncio.run(asyncio.wait_for(run(), 120))


def quiet(number: int, rule: MatchedRule, minutes: float) -> Match:
    at = MORNING + timedelta(minutes=minutes)
    return msgspec.structs.replace(match(number), rule=rule, times=Times(ingested_at=at, matched_at=at))


async def test_what_is_held_back_and_tried_is_remembered_over_a_restart(settings: Settings) -> None:
    once = MatchedRule(id="once", version="1", name="Once", suppress=Suppress(for_="1h"))
    trial = MatchedRule(id="trial", version="1", name="Trial", mode="shadow")
    first = [quiet(number, rule, number) for number in range(4) for rule in (once, trial)]
    second = [*first, quiet(4, once, 4), quiet(4, trial, 4), quiet(5, once, 60)]
    withdrawn = EnrichedArticle(
        id="article-0",
        status="withdrawn",
        language=Language(tag="und", confidence=0.0),
        revision="0" * 16,
        times=Times(ingested_at=MORNING + timedelta(hours=2), matched_at=MORNING + timedelta(hours=2)),
    )
    await publish_matches(settings, first)
    async with alerts_step(settings):
        await await_count(settings, 1, ALERTS)
        await await_count(settings, 3, HELD)
        await await_count(settings, 4, SHADOW)
    await publish_matches(settings, second)
    for number in range(PARTITIONS):
        await send(settings, MATCHES, [(b"article-0", encode(withdrawn))], partition=number)
    async with alerts_step(settings):
        await await_count(settings, 3, ALERTS)
        await await_count(settings, 4, HELD)
        await await_count(settings, 6, SHADOW)
    alerts = [alert for _, alert in await read_alerts(settings)]
    assert [(alert.kind, alert.article.id, alert.held_back) for alert in alerts] == [
        ("matched", "article-0", 0),
        ("matched", "article-5", 4),
        ("withdrawn", "article-0", 0),
    ]
    held = [alert for _, alert in await read_alerts(settings, HELD)]
    assert [(alert.article.id, alert.held_by) for alert in held] == [(f"article-{n}", "suppress") for n in range(1, 5)]
    shadow = [(alert.kind, alert.article.id) for _, alert in await read_alerts(settings, SHADOW)]
    assert shadow == [*(("matched", f"article-{n}") for n in range(5)), ("withdrawn", "article-0")]


async def test_a_clock_that_is_ahead_leaves_nothing_out_of_what_is_read_back(settings: Settings) -> None:
    await publish_matches(settings, [match(number) for number in range(RULES)])
    async with alerts_step(settings):
        await await_count(settings, RULES, ALERTS)
    found: list[str] = []
    await KafkaAlertHistory(settings).read(
        {number: {} for number in range(PARTITIONS)},
        datetime.now(UTC) + timedelta(days=30),
        lambda _, past: found.append(past.article_id),
    )
    assert sorted(found) == sorted(f"article-{number}" for number in range(RULES))
