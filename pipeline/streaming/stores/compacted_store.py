"""Change a compacted topic from outside: put and delete documents, each acknowledged, and read them back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, NamedTuple, TypeAlias

from pipeline.errors import StoredDocumentError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.producer import Publisher
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.streaming.records import Headers, Output
from pipeline.streaming.stores.compacted_reader import OpenReader
from pipeline.streaming.stores.compacted_records import DocumentKind, DocumentT, StoredT

OpenPublisher: TypeAlias = Callable[[KafkaSettings, str, str], AbstractAsyncContextManager[Publisher]]
"""Connects a publisher to a topic, which has that name in the broker's log: settings, name, topic."""


class Write(NamedTuple):
    """A record to be written.

    Attributes:
        id: The document's id, which becomes the record's key.
        value: The encoded document; None deletes it.
        headers: The record's headers.
    """

    id: str
    value: bytes | None
    headers: Headers = ()


class CompactedStore(Generic[DocumentT, StoredT]):
    """A compacted topic as a store: each method connects, does its work and returns when the broker has it.

    Every method raises BrokerUnreachableError when no broker answers and AccessDeniedError when it refuses this user.

    Attributes:
        topic: The topic's full name.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        kind: DocumentKind[DocumentT, StoredT],
        *,
        open_reader: OpenReader = topic_reader,
        open_publisher: OpenPublisher = publishing,
    ) -> None:
        self.topic = kind.topic.full_name(settings.topic_prefix)
        self._settings = settings
        self._kind = kind
        self._open_reader = open_reader
        self._open_publisher = open_publisher

    async def read(self) -> Mapping[str, StoredT]:
        """Every document that the topic holds now by its id, in order of the ids; bad ones with their problem.

        Raises:
            TopicMissingError: The topic does not exist.
        """
        found: dict[str, StoredT] = {}
        async for record in self._records():
            stored = self._kind.read(record.key, record.value, record.headers)
            if stored.value is None:
                found.pop(stored.id, None)
            else:
                found[stored.id] = stored
        return dict(sorted(found.items()))

    async def missing(self, ids: Iterable[str]) -> list[str]:
        """Which of some documents the topic does not hold now, in the order given; reads no document.

        Raises:
            TopicMissingError: The topic does not exist.
        """
        is_there = {document_id.encode(): False for document_id in ids}
        async for record in self._records():
            if record.key in is_there:
                is_there[record.key] = record.value is not None
        return [key.decode() for key, there in is_there.items() if not there]

    async def find(self, ids: Iterable[str]) -> list[StoredT]:
        """Some documents as the topic holds them now, in the order given.

        Raises:
            TopicMissingError: The topic does not exist.
            StoredDocumentError: The topic does not hold one of them.
        """
        stored = await self.read()
        found = []
        for document_id in ids:
            if document_id not in stored:
                raise StoredDocumentError(self.topic, document_id, f"there is no such {self._kind.noun}")
            found.append(stored[document_id])
        return found

    async def put(self, documents: Iterable[DocumentT]) -> None:
        """Write documents, without headers; those of one id in the order given.

        Raises:
            StoredDocumentError: The broker refuses one of them for good, such as for its size; the others are written.
        """
        await self.write([Write(document.id, self._kind.encode(document)) for document in documents])

    async def write(self, writes: Sequence[Write]) -> None:
        """Write records, with headers of the kind's own; those of one id in the order given.

        Raises:
            StoredDocumentError: The broker refuses one of them for good, such as for its size; the others are written.
        """
        if not writes:
            return
        outputs = [Output(self.topic, one.id.encode(), one.value, one.headers) for one in writes]
        async with self._open_publisher(self._settings, f"{self._kind.noun}s", self.topic) as publisher:
            refused = await publisher.publish(outputs)
        for index, error in refused.items():
            raise StoredDocumentError(self.topic, writes[index].id, str(error)) from error

    async def delete(self, ids: Iterable[str]) -> None:
        """Remove documents; none where ``find`` raises an error for one of them."""
        await self.write([Write(stored.id, None) for stored in await self.find(ids)])

    async def _records(self) -> AsyncIterator[Any]:
        async with self._open_reader(self._settings, self.topic) as reader:
            async for chunk in reader.read(await reader.start_offsets(), await reader.end_offsets()):
                for record in chunk.records:
                    yield record
