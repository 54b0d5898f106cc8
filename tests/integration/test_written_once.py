"""An acknowledgement is lost, and the message is there: it is not written again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection

import pytest

from pipeline.settings import KafkaSettings, Settings
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.producer import KafkaPublisher, PatientProducer
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.records import Output
from pipeline.streaming.steps.alerts_step import AlertHandler
from pipeline.topology import ALERTS, ALERTS_STEP
from tests.integration.hop_on_kafka import running
from tests.integration.matches_on_kafka import match, publish_matches, read_alerts
from tests.integration.topics_on_kafka import await_count, read_all
from tests.integration.unsure_broker import UnsureBroker
from tests.waiting import until

# When Faust is stopped within a bound, it leaves its connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


async def test_an_alert_whose_acknowledgement_was_lost_is_not_raised_again(settings: Settings) -> None:
    await apply_topics(settings)
    matches = [match(number) for number in range(400)]
    await publish_matches(settings, matches)
    broker = UnsureBroker(settings.bootstrap_servers)
    broker.topic, broker.errors = ALERTS.full_name(settings.topic_prefix), 3
    async with broker.listening():
        unsure = settings.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})
        async with running(unsure, AlertHandler(unsure), step=ALERTS_STEP):
            await await_count(settings, len(matches), ALERTS)
            # What would be raised again would be so by now: a last match is behind all others in its partition.
            last = [match(number) for number in range(400, 440)]
            await publish_matches(settings, last)
            await await_count(settings, len(matches) + len(last), ALERTS)
    raised = Counter(alert.article.id for _, alert in await read_alerts(settings))
    assert broker.errors == 0
    assert raised == Counter(one.article.id for one in [*matches, *last])


async def test_a_batch_that_was_sent_is_not_given_up_for_want_of_a_leader(settings: Settings) -> None:
    await apply_topics(settings)
    broker = UnsureBroker(settings.bootstrap_servers)
    broker.topic, broker.breaks = ALERTS.full_name(settings.topic_prefix), 1

    async def elect(_settings: KafkaSettings, _topics: Collection[str]) -> Collection[str]:
        broker.has_leaders = True
        return ()

    async with broker.listening():
        unsure = settings.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})
        publisher = KafkaPublisher(
            unsure,
            ALERTS_STEP.name,
            make_producer=lambda: PatientProducer(**client_options(unsure), request_timeout_ms=500),
            restore=elect,
            patience_seconds=2,
        )
        await publisher.start()
        async with asyncio.timeout(60):
            assert await publisher.publish([Output(broker.topic, b"rule", b"alert", partition=3)]) == {}
        await publisher.stop()
    assert [record.value for record in await read_all(settings, ALERTS)] == [b"alert"]


async def test_a_publisher_stops_though_nobody_acknowledges(settings: Settings) -> None:
    await apply_topics(settings)
    broker = UnsureBroker(settings.bootstrap_servers)
    broker.topic, broker.breaks = ALERTS.full_name(settings.topic_prefix), 1
    async with broker.listening():
        unsure = settings.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})
        publisher = KafkaPublisher(unsure, ALERTS_STEP.name)
        await publisher.start()
        publishing = asyncio.create_task(publisher.publish([Output(broker.topic, b"rule", b"alert", partition=3)]))
        await until(lambda: not broker.has_leaders, "the leader is lost")
        publishing.cancel()
        async with asyncio.timeout(20):
            await publisher.stop()
