"""Keep a view of a compacted topic up to date: whole at the start, and within a second of every change after."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from time import monotonic
from types import TracebackType
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeAlias

from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.topic_reader import Chunk, Offsets, topic_reader
from pipeline.streaming.stores.compacted_records import DocumentKind, StoredT, last_of_each

log = logging.getLogger(__name__)


class RecordReader(Protocol):
    """The part of ``TopicReader`` that a compacted topic is read with."""

    async def start_offsets(self) -> dict[int, int]:
        """The offset of the oldest record of each partition."""
        ...

    async def end_offsets(self) -> dict[int, int]:
        """The offset of the next record that will be written to each partition."""
        ...

    def read(self, starts: Offsets, ends: Offsets) -> AsyncIterator[Chunk]:
        """Read partitions from an offset up to, without, another."""
        ...

    def follow(self, starts: Offsets) -> AsyncIterator[Sequence[Chunk]]:
        """Read partitions from an offset on, without end; gives an empty list after a second without news."""
        ...


OpenReader: TypeAlias = Callable[[KafkaSettings, str], AbstractAsyncContextManager[RecordReader]]
"""Connects a reader to the topic of that full name."""


class DocumentView(Protocol[StoredT]):
    """What a part makes of the documents, such as an index of them."""

    def __len__(self) -> int:
        """How many documents are in use."""
        ...

    @property
    def set_aside(self) -> Mapping[str, str]:
        """Why each document that cannot be used cannot, by its id."""
        ...

    async def load(self, chunks: AsyncIterator[list[StoredT]], most: int, /) -> None:
        """Take over the whole topic: at most so many records, in the order written."""
        ...

    async def change(self, stored: list[StoredT], /) -> None:
        """Take over new records; called about once a second, also when there are none."""
        ...


class CurrentDocuments(Generic[StoredT]):
    """A view that holds each document as it is now.

    A document that cannot be used is set aside together with its predecessor: the topic says that the predecessor is
    no longer current. It affects no other document.
    """

    def __init__(self) -> None:
        self._current: dict[str, StoredT] = {}
        self._set_aside: dict[str, str] = {}

    def __len__(self) -> int:
        """How many documents are in use."""
        return len(self._current)

    @property
    def documents(self) -> Mapping[str, StoredT]:
        """The records of the documents in use, by their ids."""
        return dict(self._current)

    @property
    def set_aside(self) -> Mapping[str, str]:
        """Why each document that cannot be used cannot, by its id."""
        return dict(self._set_aside)

    async def load(self, chunks: AsyncIterator[list[StoredT]], _most: int) -> None:
        """See ``DocumentView``."""
        async for stored in chunks:
            await self.change(stored)

    async def change(self, stored: list[StoredT]) -> None:
        """See ``DocumentView``."""
        for one in last_of_each(stored).values():
            self._current.pop(one.id, None)
            self._set_aside.pop(one.id, None)
            if one.problem:
                self._set_aside[one.id] = one.problem
            elif one.document is not None:
                self._current[one.id] = one


class StoreState(NamedTuple):
    """What a view holds.

    Attributes:
        documents: How many documents are in use.
        set_aside: How many cannot be used.
        changed_at: When the newest record was written, in seconds since 1970; None where none has been read.
    """

    documents: int
    set_aside: int
    changed_at: float | None


class CompactedReader(Generic[StoredT]):
    """Follows a compacted topic, outside any consumer group, on behalf of one view.

    As a context manager it connects and gives the view every document that the topic holds; ``follow`` then gives it
    every change until it is cancelled. Each document that is set aside is logged once with its reason.

    Args:
        settings: Brokers and topic prefix.
        kind: The topic and its documents.
        view: What is kept up to date.
        report: Called with the state after the load and after each change, such as to set metrics.
        progress_seconds: How often progress is logged while loading.
        open_reader: Connects to the topic.

    Raises:
        TopicMissingError: On entering: the topic does not exist.
        BrokerError: On entering: the topic cannot be read.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        kind: DocumentKind[Any, StoredT],
        view: DocumentView[StoredT],
        *,
        report: Callable[[StoreState], None] = lambda _state: None,
        progress_seconds: float = 5.0,
        open_reader: OpenReader = topic_reader,
    ) -> None:
        self._settings = settings
        self._kind = kind
        self._view = view
        self._report = report
        self._progress_seconds = progress_seconds
        self._open_reader = open_reader
        self._exit = contextlib.AsyncExitStack()
        self._reader: RecordReader | None = None
        self._next: Offsets = {}
        self._changed_at: float | None = None
        self._logged: Mapping[str, str] = {}

    async def __aenter__(self) -> Self:
        topic = self._kind.topic.full_name(self._settings.topic_prefix)
        async with contextlib.AsyncExitStack() as stack:
            self._reader = await stack.enter_async_context(self._open_reader(self._settings, topic))
            await self._load(self._reader)
            self._exit = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader = None
        await self._exit.aclose()

    async def follow(self) -> None:
        """Give the view every change of the topic until cancelled.

        Raises:
            BrokerError: The broker refuses the topic; while the broker is away, the view stays as it is.
        """
        if self._reader is None:
            raise RuntimeError(f"{self._kind.title} are followed after they have been loaded: use `async with`")
        async for chunks in self._reader.follow(self._next):
            stored = self._read(chunks)
            await self._view.change(stored)
            if stored:
                log.info(
                    "%d changes of %s are live; %d %ss",
                    len(stored), self._kind.title, len(self._view), self._kind.noun,
                )  # fmt: skip
            self._tell()

    async def _load(self, reader: RecordReader) -> None:
        self._next = await reader.end_offsets()
        starts = await reader.start_offsets()
        # Compaction leaves fewer records than the offsets tell.
        most = sum(self._next[partition] - start for partition, start in starts.items())
        await self._view.load(self._chunks(reader, starts, most), most)
        self._tell()
        log.info("%s %s are loaded, %d set aside", f"{len(self._view):,}", self._kind.title, len(self._view.set_aside))

    async def _chunks(self, reader: RecordReader, starts: Offsets, most: int) -> AsyncIterator[list[StoredT]]:
        count = 0
        told = monotonic()
        async for chunk in reader.read(starts, self._next):
            stored = self._read([chunk])
            count += len(stored)
            if monotonic() - told >= self._progress_seconds:
                told = monotonic()
                log.info(
                    "%s are loading: %s records of at most %s are read", self._kind.title, f"{count:,}", f"{most:,}"
                )
            yield stored

    def _read(self, chunks: Iterable[Chunk]) -> list[StoredT]:
        records = [record for chunk in chunks for record in chunk.records]
        if records:
            # The newest of any partition: records come in order within one only.
            newest = max(record.timestamp for record in records) / 1000
            self._changed_at = newest if self._changed_at is None else max(newest, self._changed_at)
        read = self._kind.read
        return [read(record.key, record.value, record.headers) for record in records]

    def _tell(self) -> None:
        set_aside = self._view.set_aside
        for document_id, problem in set_aside.items():
            if self._logged.get(document_id) != problem:
                log.error("%s %s is set aside, apply it again: %s", self._kind.noun, document_id, problem)
        self._logged = set_aside
        self._report(StoreState(len(self._view), len(set_aside), self._changed_at))
