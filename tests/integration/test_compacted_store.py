"""A compacted store of a made-up kind of document, on a real Kafka: a new kind needs its type and its topic only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pipeline.brokers import KafkaBroker
from pipeline.errors import TopicMissingError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.topic_admin import topic_admin
from tests import compacted_topic
from tests.compacted_topic import TOPIC, Sources


@pytest.fixture
def sources(kafka: KafkaBroker, topic_prefix: str) -> Sources:
    return Sources(KafkaSettings(bootstrap_servers=kafka.bootstrap_servers, topic_prefix=topic_prefix))


async def create_topic(settings: KafkaSettings) -> None:
    name = TOPIC.full_name(settings.topic_prefix)
    async with topic_admin(settings) as admin, asyncio.timeout(30):
        await admin.create({name: TOPIC})
        while not (  # noqa: ASYNC110 - the cluster sends no event to wait for
            (states := await admin.describe([name])) and states[name].has_leaders
        ):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "scenario",
    [
        compacted_topic.documents_are_put_read_and_deleted,
        compacted_topic.a_document_over_the_limit_is_refused_and_the_others_are_written,
        compacted_topic.a_view_is_whole_at_the_start_and_follows,
    ],
)
async def test_on_kafka(sources: Sources, scenario: Callable[[Sources], Awaitable[None]]) -> None:
    await create_topic(sources.settings)
    await scenario(sources)


async def test_a_bad_record_is_set_aside_with_its_reason(sources: Sources, caplog: pytest.LogCaptureFixture) -> None:
    await create_topic(sources.settings)
    await compacted_topic.a_bad_record_is_set_aside_with_its_reason(sources, caplog)


def test_a_missing_topic_is_named(sources: Sources) -> None:
    with pytest.raises(TopicMissingError, match=r"\.sources\.v1 does not exist"):
        asyncio.run(sources.store.read())
