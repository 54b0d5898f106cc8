"""A hop with fakes all around."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import AccessDeniedError, ArticleError, SchemaError, TooLargeError, WirewatchError
from pipeline.settings import Settings, load_settings
from pipeline.streaming.records import Caution, Outcome, Output, Record, RecordPosition
from pipeline.streaming.steps.hop import Hop
from pipeline.topology import LANGUAGE_STEP

STEP = LANGUAGE_STEP
NOW = datetime(2024, 6, 18, 9, 30, tzinfo=UTC)
SINK = "news.articles.identified.v1"
DEAD_LETTERS = "news.dead-letters.v1"


def record(offset: int, value: bytes = b"x", partition: int = 0) -> Record:
    return Record("news.articles.raw.v1", partition, offset, NOW, b"key-%d" % offset, value)


@dataclass
class FakePublisher:
    log: list[str]
    too_large: Callable[[Output], bool] = lambda _: False
    denied: bool = False
    outputs: list[Output] = field(default_factory=list)

    async def publish(self, outputs: Sequence[Output]) -> Mapping[int, ArticleError]:
        if self.denied:
            raise AccessDeniedError(outputs[0].topic, "write to")
        await asyncio.sleep(0)
        refused: dict[int, ArticleError] = {
            index: TooLargeError("too large") for index, output in enumerate(outputs) if self.too_large(output)
        }
        self.outputs += [output for index, output in enumerate(outputs) if index not in refused]
        self.log.append(f"published {len(outputs) - len(refused)}")
        return refused

    def values(self, topic: str) -> list[bytes | None]:
        return [output.value for output in self.outputs if output.topic == topic]


@dataclass
class FakeHandler:
    log: list[str]
    stages: int = 1
    fails_on: Callable[[Sequence[Record]], bool] = lambda _: False
    batches: list[list[int]] = field(default_factory=list)
    done: list[Outcome[Any]] = field(default_factory=list)
    failing_assignments: int = 0

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
        self.batches.append([each.offset for each in records])
        if self.fails_on(records):
            raise ValueError("no")
        self.log.append(f"processed {len(records)}")
        return [self._outcome(each) for each in records]

    def _outcome(self, record: Record) -> Outcome[Any]:
        if record.value == b"bad":
            return Outcome(record, error=SchemaError("bad"))
        outputs = (
            Output(SINK, record.key, b"%s/%d" % (record.value, stage), (), None, stage) for stage in range(self.stages)
        )
        return Outcome(record, tuple(outputs))

    def committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        self.log.append(f"committed {len(outcomes)}")
        self.done += outcomes

    async def assigned(self, partitions: frozenset[int]) -> None:
        if self.failing_assignments:
            self.failing_assignments -= 1
            raise OSError("passing")
        self.log.append(f"assigned {sorted(partitions)}")

    async def revoked(self, partitions: frozenset[int]) -> None:
        self.log.append(f"revoked {sorted(partitions)}")


@dataclass
class FakeInFlight:
    log: list[str]

    def begin(self, positions: Sequence[RecordPosition]) -> None:
        self.log.append(f"begin {[position.offset for position in positions]}")

    def end(self) -> None:
        self.log.append("end")


@dataclass
class Scene:
    """A hop with fakes all around, and one log of what happened, in order."""

    log: list[str] = field(default_factory=list)
    settings: Settings = field(default_factory=lambda: load_settings(retry_attempts=3))
    pauses: list[float] = field(default_factory=list)
    stopped: list[WirewatchError] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    let_go: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.publisher = FakePublisher(self.log)
        self.handler = FakeHandler(self.log)
        self.caution = Caution()
        self.has_stopped = asyncio.Event()

    def stop(self, error: WirewatchError) -> None:
        self.stopped.append(error)
        self.has_stopped.set()

    def hop(self) -> Hop:
        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            await asyncio.sleep(0)

        return Hop(
            STEP,
            self.settings,
            self.handler,
            self.publisher,
            in_flight=FakeInFlight(self.log),
            caution=self.caution,
            on_stopped=self.stop,
            clock=lambda: NOW,
            pause=pause,
        )

    async def carry(self, *batches: Sequence[Record], hop: Hop | None = None) -> None:
        async def given() -> AsyncIterator[Sequence[Record]]:
            for batch in batches:
                yield batch

        def ack(event: Record) -> None:
            self.acked.append(event.offset)
            self.log.append(f"acked {event.offset}")

        await (hop or self.hop()).run(given(), lambda event: event, ack, lambda event: self.let_go.append(event.offset))

    def run(self, *batches: Sequence[Record]) -> None:
        asyncio.run(self.carry(*batches))

    def dead_letters(self) -> list[Output]:
        return [output for output in self.publisher.outputs if output.topic == DEAD_LETTERS]

    def dead_values(self) -> list[bytes | None]:
        return self.publisher.values(DEAD_LETTERS)

    def run_until_stopped(self, *batches: Sequence[Record]) -> WirewatchError:
        """The hop stays idle once it has stopped, so that Faust acks nothing for it."""

        async def run() -> None:
            self.has_stopped = asyncio.Event()
            task = asyncio.create_task(self.carry(*batches))
            async with asyncio.timeout(10):
                await self.has_stopped.wait()
            assert not task.done()
            task.cancel()

        asyncio.run(run())
        [error] = self.stopped
        return error


def header(output: Output, name: str) -> bytes:
    return dict(output.headers)[name]
