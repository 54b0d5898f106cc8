"""A compacted store of a made-up kind of document, on a topic in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pipeline.settings import KafkaSettings
from pipeline.streaming.stores.compacted_reader import CompactedReader
from tests import compacted_topic
from tests.compacted_topic import SOURCES, Source, Sources

from .fake_topic import FakeTopic


@pytest.fixture
def topic() -> FakeTopic:
    return FakeTopic(compacted_topic.TOPIC.max_message_bytes)


@pytest.fixture
def sources(topic: FakeTopic) -> Sources:
    return Sources(KafkaSettings(), topic.open_reader, topic.open_publisher)


@pytest.mark.parametrize("scenario", compacted_topic.SCENARIOS)
async def test_in_memory(sources: Sources, scenario: Callable[[Sources], Awaitable[None]]) -> None:
    await scenario(sources)


async def test_a_bad_record_is_set_aside_with_its_reason(sources: Sources, caplog: pytest.LogCaptureFixture) -> None:
    await compacted_topic.a_bad_record_is_set_aside_with_its_reason(sources, caplog)


async def test_topic_and_client_are_named_by_prefix_and_kind(sources: Sources, topic: FakeTopic) -> None:
    await sources.store.put([Source("a", "https://a.example")])
    await sources.store.read()
    assert topic.opened == ["sources", "news.sources.v1"]


def test_nothing_to_write_connects_to_nobody(sources: Sources, topic: FakeTopic) -> None:
    asyncio.run(sources.store.put([]))
    assert topic.opened == []


def test_following_before_loading_is_an_error(sources: Sources) -> None:
    reader = CompactedReader(sources.settings, SOURCES, sources.view)
    with pytest.raises(RuntimeError, match="sources are followed after they have been loaded"):
        asyncio.run(reader.follow())


def test_equal_documents_have_one_version_however_they_are_written() -> None:
    written = [
        b'{"id":"a","url":"https://a.example"}',
        b'{"minutes": 15, "url": "https://a.example", "id": "a"}',
        b'{"id":"a","url":"https://a.example","minutes":5}',
    ]
    first, second, other = (SOURCES.read(b"a", value, ()).version for value in written)
    assert first == second != other
    assert len(first) == 12
