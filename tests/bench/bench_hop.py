"""Events a second through one hop that only passes on: our hop against ``Topic.send``, in the same run.

Each measurement is one process on one core; the broker and the loading of the topic use the others.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Sequence
from typing import Any

import faust
from aiokafka import AIOKafkaProducer
from faust.types import EventT, StreamT

from pipeline.brokers import local_broker
from pipeline.settings import Settings, default_cache_dir, load_settings
from pipeline.streaming.faust.app import faust_options
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.records import Outcome, Output, Record
from pipeline.topology import LANGUAGE_STEP
from tests.bench.one_core import Clocked, Rate, alone, app_of, rate_of

STEP = LANGUAGE_STEP
# The last batches of a topic are not full.
COUNTED_SHARE = 0.95


class PassOn:
    """A handler that does nothing."""

    def __init__(self, settings: Settings, clocked: Clocked) -> None:
        self._sink = STEP.sink.full_name(settings.topic_prefix)
        self._clocked = clocked

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
        """Each record as it is."""
        return [Outcome(record, (Output(self._sink, record.key, record.value),)) for record in records]

    def committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Count them."""
        self._clocked.add(len(outcomes))

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Ready."""

    async def revoked(self, partitions: frozenset[int]) -> None:
        """Nothing to forget."""


def topic_send_app(settings: Settings, clocked: Clocked) -> faust.App:
    """An app of the same settings whose agent publishes through Faust's own topic, and awaits each batch too."""
    options = faust_options(STEP, settings) | {"datadir": tempfile.mkdtemp()}
    app = faust.App(STEP.consumer_group(settings.topic_prefix), **options)
    source = app.topic(STEP.source.full_name(settings.topic_prefix), key_type=bytes, value_type=bytes)
    sink = app.topic(STEP.sink.full_name(settings.topic_prefix), key_type=bytes, value_type=bytes)

    @app.agent(source, concurrency=1, name="topic-send")
    async def carry(stream: StreamT[Any]) -> None:
        taken: Any = stream
        batches = taken.noack_take(settings.batch_max_articles, within=settings.batch_wait_seconds)
        async for events in batches:
            batch: Sequence[EventT[bytes]] = events
            sent = [await sink.send(key=event.message.key, value=event.message.value) for event in batch]
            await asyncio.gather(*sent)
            for event in batch:
                await taken.ack(event)
            clocked.add(len(batch))

    return app


def measure(kind: str, settings: Settings, events: int) -> Rate:
    """Run one app over the events in its source topic."""

    def make(clocked: Clocked) -> faust.App:
        if kind == "hop":
            return app_of(STEP, settings, PassOn(settings, clocked))
        return topic_send_app(settings, clocked)

    return rate_of(make, int(events * COUNTED_SHARE))


async def load(settings: Settings, events: int, size: int) -> None:
    """Create the topics and put the events into the source."""
    await apply_topics(settings)
    topic = STEP.source.full_name(settings.topic_prefix)
    async with AIOKafkaProducer(**client_options(settings), linger_ms=20, max_batch_size=262_144) as producer:
        for number in range(events):
            await producer.send(topic, os.urandom(size // 2).hex().encode(), key=f"article-{number}".encode())
        await producer.flush()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--batch", type=int, default=load_settings().batch_max_articles)
    options = parser.parse_args()
    with local_broker(default_cache_dir()) as broker:
        print(f"{broker.description}\n{'':14}{'bytes':>7}{'events/s':>10}{'a batch':>9}{'core busy':>11}{'ratio':>7}")
        for size in (300, 3000):
            rates: dict[str, Rate] = {}
            for kind in ("topic-send", "hop"):
                settings = load_settings(
                    bootstrap_servers=broker.bootstrap_servers,
                    topic_prefix=f"bench-{kind}-{size}",
                    batch_max_articles=options.batch,
                )
                asyncio.run(load(settings, options.events, size))
                rate = rates[kind] = alone(measure, kind, settings, options.events)
                ratio = f"{rate.per_second / rates['topic-send'].per_second:7.1f}" if kind == "hop" else ""
                print(f"{kind:14}{size:7}{rate.per_second:10,.0f}{rate.per_batch:9.0f}{rate.busy:11.0%}{ratio}")


if __name__ == "__main__":
    main()
