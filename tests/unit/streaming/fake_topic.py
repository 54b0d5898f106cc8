"""A compacted topic in memory, as a reader and a publisher see it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import ArticleError, TooLargeError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.topic_reader import Chunk, Offsets
from pipeline.streaming.records import Headers, Output

_CHUNK = 2


@dataclass(frozen=True)
class FakeRecord:
    """A record as the client library gives it."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int


@dataclass
class FakeTopic:
    """One partition, whose records stay where they are; ``open_*`` connect to it."""

    max_message_bytes: int
    records: list[FakeRecord] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @contextlib.asynccontextmanager
    async def open_reader(self, _settings: KafkaSettings, topic: str) -> AsyncIterator[FakeTopic]:
        """Connect for reading."""
        self.opened.append(topic)
        yield self

    @contextlib.asynccontextmanager
    async def open_publisher(self, _settings: KafkaSettings, name: str, _topic: str) -> AsyncIterator[FakeTopic]:
        """Connect for writing."""
        self.opened.append(name)
        yield self

    async def start_offsets(self) -> dict[int, int]:
        """The start."""
        return {0: 0}

    async def end_offsets(self) -> dict[int, int]:
        """The end as it is now."""
        return {0: len(self.records)}

    async def read(self, starts: Offsets, ends: Offsets) -> AsyncIterator[Chunk]:
        """A few records at a time."""
        for start in range(starts[0], ends[0], _CHUNK):
            yield Chunk(0, self.records[start : min(start + _CHUNK, ends[0])])

    async def follow(self, starts: Offsets) -> AsyncIterator[Sequence[Chunk]]:
        """All that is new, as soon as it is there."""
        start = starts[0]
        while True:
            self.news.clear()
            new = self.records[start:]
            start += len(new)
            yield [Chunk(0, new)] if new else []
            if start == len(self.records):
                await self.news.wait()

    async def publish(self, outputs: Sequence[Output]) -> Mapping[int, ArticleError]:
        """Append; refuses what is too large, as a broker does."""
        refused: dict[int, ArticleError] = {}
        for index, output in enumerate(outputs):
            if len(output.value or b"") >= self.max_message_bytes:
                refused[index] = TooLargeError("it is too large")
            else:
                self.records.append(FakeRecord(output.key, output.value, output.headers, len(self.records)))
        self.news.set()
        return refused
