"""What a compacted store does for any kind of document, shown with a made-up one, on a fake and on Kafka."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

import msgspec
import pytest

from pipeline.errors import StoredDocumentError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.streaming.stores.compacted_reader import CompactedReader, CurrentDocuments, OpenReader, StoreState
from pipeline.streaming.stores.compacted_records import StoredDocument, document_kind
from pipeline.streaming.stores.compacted_store import CompactedStore, OpenPublisher, Write
from pipeline.topology import Topic
from tests import waiting

LIVE_WITHIN_SECONDS = 5.0


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A made-up document: a feed that somebody polls."""

    id: str
    url: str
    minutes: int = 15


TOPIC = Topic("sources", Source, "original key", None, 1024 * 1024, "Where news comes from.", partitions=1)
SOURCES = document_kind(TOPIC, Source, "source")


@dataclass
class Sources:
    """The store of the made-up documents, and what follows it."""

    settings: KafkaSettings
    open_reader: OpenReader = topic_reader
    open_publisher: OpenPublisher = publishing
    view: CurrentDocuments[StoredDocument[Source]] = field(default_factory=CurrentDocuments)
    states: list[StoreState] = field(default_factory=list)

    @property
    def store(self) -> CompactedStore[Source, StoredDocument[Source]]:
        """A store on the topic."""
        return CompactedStore(self.settings, SOURCES, open_reader=self.open_reader, open_publisher=self.open_publisher)

    @contextlib.asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """The view follows the topic meanwhile."""
        reader = CompactedReader(
            self.settings, SOURCES, self.view, report=self.states.append, open_reader=self.open_reader
        )
        async with reader:
            following = asyncio.create_task(reader.follow())
            try:
                yield
            finally:
                following.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await following

    def addresses(self) -> dict[str, str]:
        """The address of each document in use."""
        return {
            source_id: stored.document.url
            for source_id, stored in self.view.documents.items()
            if stored.document is not None
        }


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a change to be live."""
    await waiting.until(condition, "the change is live", within_seconds=LIVE_WITHIN_SECONDS)


def some(ids: Iterable[str]) -> list[Source]:
    """Documents with these ids."""
    return [Source(source_id, f"https://{source_id}.example/feed") for source_id in ids]


async def documents_are_put_read_and_deleted(sources: Sources) -> None:
    """Every change is there once the store returns."""
    store = sources.store
    await store.put(some(["b", "a", "c"]))
    await store.put([Source("a", "https://a.example/news", 5)])
    stored = await store.read()
    assert list(stored) == ["a", "b", "c"]
    assert stored["a"].document == Source("a", "https://a.example/news", 5)
    assert stored["a"].version != stored["b"].version
    await store.delete(["b"])
    assert list(await store.read()) == ["a", "c"]
    assert await store.missing(["c", "b", "nobody"]) == ["b", "nobody"]
    with pytest.raises(StoredDocumentError, match=r"\.sources\.v1: nobody: there is no such source") as caught:
        await store.delete(["a", "nobody"])
    assert caught.value.document_id == "nobody"
    assert list(await store.read()) == ["a", "c"]


async def a_document_over_the_limit_is_refused_and_the_others_are_written(sources: Sources) -> None:
    """The broker refuses one for good; it is named."""
    with pytest.raises(StoredDocumentError, match="huge") as caught:
        await sources.store.put([*some(["a"]), Source("huge", "x" * TOPIC.max_message_bytes), *some(["b"])])
    assert caught.value.document_id == "huge"
    assert list(await sources.store.read()) == ["a", "b"]


async def a_view_is_whole_at_the_start_and_follows(sources: Sources) -> None:
    """The last record of each id counts, then every change."""
    await sources.store.put(some(["a", "b", "c"]))
    await sources.store.put([Source("a", "https://a.example/news")])
    await sources.store.delete(["c"])
    async with sources.following():
        assert sources.addresses() == {"a": "https://a.example/news", "b": "https://b.example/feed"}
        assert sources.states[0][:2] == (2, 0)
        assert sources.states[0].changed_at is not None
        await sources.store.put(some(["d"]))
        await until(lambda: "d" in sources.addresses())
        await sources.store.delete(["a"])
        await until(lambda: "a" not in sources.addresses())
        await until(lambda: sources.states[-1][:2] == (2, 0))


async def a_bad_record_is_set_aside_with_its_reason(sources: Sources, caplog: pytest.LogCaptureFixture) -> None:
    """It takes its predecessor out, is counted and logged once, and stops no other."""
    caplog.set_level(logging.INFO)
    await sources.store.put(some(["broken", "later", "good", "other"]))
    await sources.store.write(
        [
            Write("broken", b"{"),
            Write("later", b'{"id":"later","url":"https://l.example","colour":"red"}'),
            Write("other", b'{"id":"someone","url":"https://o.example"}'),
        ]
    )
    async with sources.following():
        assert sources.addresses() == {"good": "https://good.example/feed"}
        assert sources.states[0][:2] == (1, 3)
        set_aside = sources.view.set_aside
        assert "not JSON" in set_aside["broken"]
        assert "unknown field `colour`" in set_aside["later"]
        assert set_aside["other"] == "its document is of source someone"
        await sources.store.put(some(["broken"]))
        await until(lambda: "broken" in sources.addresses())
        await until(lambda: sources.states[-1][:2] == (2, 2))
        await sources.store.delete(["later"])
        await until(lambda: sources.states[-1][:2] == (2, 1))
    stored = await sources.store.read()
    assert stored["other"].problem == "its document is of source someone"
    assert stored["other"].version == ""
    assert sum("source other is set aside, apply it again" in message for message in caplog.messages) == 1
    assert "1 sources are loaded, 3 set aside" in caplog.messages


SCENARIOS = (
    documents_are_put_read_and_deleted,
    a_document_over_the_limit_is_refused_and_the_others_are_written,
    a_view_is_whole_at_the_start_and_follows,
)
"""What every compacted store does, on a broker and in memory."""
