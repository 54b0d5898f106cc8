"""Run and restart a step's app on a real Kafka, as a worker would, with a handler that a test can watch."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer

from pipeline.errors import ArticleError, SchemaError, WirewatchError
from pipeline.settings import Settings
from pipeline.streaming.faust.app import StepApp, create_app
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.records import Outcome, Output, Record, RecordPosition, StepHandler
from pipeline.topology import LANGUAGE_STEP, Step
from tests.integration.topics_on_kafka import partitions
from tests.unit.streaming.hop_scene import FakeInFlight

STEP = LANGUAGE_STEP


@dataclass
class PassOn:
    """Passes records on, tagged; ``bad`` ones are errors, and ``swell`` ones grow beyond the sink's limit."""

    sink: str
    events: list[str] = field(default_factory=list)
    owned: set[int] = field(default_factory=set)
    strangers: list[RecordPosition] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    seen: int = 0

    @classmethod
    def of(cls, settings: Settings) -> PassOn:
        """To the sink of the settings' prefix."""
        return cls(STEP.sink.full_name(settings.topic_prefix))

    def __post_init__(self) -> None:
        self.gate.set()

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
        self.gate.wait(60)
        self.seen += len(records)
        self.strangers += [record.position for record in records if record.partition not in self.owned]
        return [self._outcome(record) for record in records]

    def _outcome(self, record: Record) -> Outcome[Any]:
        value = record.value
        if value is None or value.startswith(b"bad"):
            error: ArticleError = SchemaError("bad")
            return Outcome(record, error=error)
        if value.startswith(b"poison"):
            raise ValueError("poison")
        return Outcome(record, (Output(self.sink, record.key, value * (1 if value[:5] != b"swell" else 1_000_000)),))

    def committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Nothing to remember."""

    async def assigned(self, partitions: frozenset[int]) -> None:
        # A record that comes before this handler is ready would be an error.
        await asyncio.sleep(0.05)
        self.owned |= partitions
        self.events.append(f"assigned {len(partitions)}")

    async def revoked(self, partitions: frozenset[int]) -> None:
        self.owned -= partitions
        self.events.append(f"revoked {len(partitions)}")


@contextlib.asynccontextmanager
async def running(
    settings: Settings,
    handler: StepHandler[Any],
    *,
    step: Step = STEP,
    stopped: list[WirewatchError] | None = None,
    commit_seconds: float | None = None,
) -> AsyncIterator[Callable[[], StepApp]]:
    """Run a step's app until the end of the block, and start another when it crashes, as a worker does."""
    apps: list[StepApp] = []

    async def serve() -> None:
        while True:
            app = create_app(
                step,
                settings,
                handler,
                in_flight=FakeInFlight([]),
                on_stopped=(stopped if stopped is not None else []).append,
            )
            if commit_seconds is not None:
                app.conf.broker_commit_interval = commit_seconds
            apps.append(app)
            with contextlib.suppress(Exception):
                await app.start()
                await app.wait_until_stopped()
            await stop(app)
            await asyncio.sleep(0.2)

    serving = asyncio.create_task(serve())
    # So that there is an app from the start.
    await asyncio.sleep(0)
    try:
        yield lambda: apps[-1]
    finally:
        serving.cancel()
        await asyncio.wait({serving})
        await stop(apps[-1])


async def stop(app: StepApp) -> None:
    """Stop an app, within a bound as a worker does: with unacked records it may hang."""
    # Faust takes no cancellation while it stops.
    await asyncio.wait({asyncio.ensure_future(app.stop())}, timeout=10)


async def committed(settings: Settings) -> int:
    """How many of the source topic's records the step's group need not read again."""
    group = STEP.consumer_group(settings.topic_prefix)
    async with AIOKafkaConsumer(**client_options(settings), group_id=group, enable_auto_commit=False) as consumer:
        places = partitions(settings, STEP.source)
        consumer.assign(places)
        return sum([await consumer.committed(place) or 0 for place in places])
