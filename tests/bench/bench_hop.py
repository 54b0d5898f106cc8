"""Events a second through one hop that only passes on: our hop against ``Topic.send``, in the same run.

Each measurement is one process on one core; the broker and the loading of the topic use the others. Run it with
``python -m tests.bench.bench_hop``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import faust
from aiokafka import AIOKafkaProducer
from faust.types import EventT, StreamT

from pipeline.brokers import local_broker
from pipeline.errors import WirewatchError
from pipeline.settings import Settings, default_cache_dir, load_settings
from pipeline.streaming.faust.app import StepApp, create_app, faust_options
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.records import Outcome, Output, Record, RecordPosition
from pipeline.topology import LANGUAGE_STEP

STEP = LANGUAGE_STEP


class Supervised:
    """An ``InFlight`` without a supervisor."""

    def begin(self, positions: Sequence[RecordPosition]) -> None:
        """Nothing to tell."""

    def end(self) -> None:
        """Nothing to tell."""


class Clocked:
    """Counts events until all have come, and knows how long that took from the first on."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.count = 0
        self.batches = 0
        self.first = 0.0
        self.cpu_first = 0.0
        self.done = asyncio.Event()

    def add(self, events: int) -> None:
        """Count so many more events."""
        if not self.first:
            self.first, self.cpu_first = time.monotonic(), time.process_time()
            return
        self.count += events
        self.batches += 1
        if self.count >= self.expected * 0.95:
            self.done.set()

    def result(self) -> dict[str, float]:
        """Events a second, events a batch, and the share of the time that the core was busy."""
        seconds = time.monotonic() - self.first
        return {
            "events_per_second": self.count / seconds,
            "events_per_batch": self.count / self.batches,
            "busy": (time.process_time() - self.cpu_first) / seconds,
        }


class PassOn:
    """A handler that does nothing."""

    def __init__(self, sink: str, clocked: Clocked) -> None:
        self._sink = sink
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


def our_app(settings: Settings, clocked: Clocked) -> StepApp:
    """Our own app."""

    def stop(error: WirewatchError) -> None:
        sys.exit(str(error))

    sink = STEP.sink.full_name(settings.topic_prefix)
    return create_app(STEP, settings, PassOn(sink, clocked), in_flight=Supervised(), on_stopped=stop)


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


async def measure(kind: str, settings: Settings, events: int) -> None:
    """Run one app over the events in its source topic, print the result and end the process."""
    clocked = Clocked(events)
    app: faust.App = our_app(settings, clocked) if kind == "hop" else topic_send_app(settings, clocked)
    await app.start()
    async with asyncio.timeout(240):
        await clocked.done.wait()
    print(json.dumps(clocked.result()), flush=True)
    # Faust restarts its agents when a closing loop cancels them.
    os._exit(0)


async def load(settings: Settings, events: int, size: int) -> None:
    """Create the topics and put the events into the source."""
    await apply_topics(settings)
    producer = AIOKafkaProducer(**client_options(settings), linger_ms=20, max_batch_size=262_144)
    await producer.start()
    topic = STEP.source.full_name(settings.topic_prefix)
    last = None
    for number in range(events):
        last = await producer.send(topic, os.urandom(size // 2).hex().encode(), key=f"article-{number}".encode())
    await producer.flush()
    if last is not None:
        await last
    await producer.stop()


def main() -> None:
    """Measure and print, or, as a child, run one app."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--batch", type=int, default=load_settings().batch_max_articles)
    parser.add_argument("--child", choices=["hop", "topic-send"])
    parser.add_argument("--servers", default="")
    parser.add_argument("--prefix", default="bench")
    options = parser.parse_args()
    settings = load_settings(
        bootstrap_servers=options.servers, topic_prefix=options.prefix, batch_max_articles=options.batch
    )
    if options.child:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        asyncio.run(measure(options.child, settings, options.events))
    with local_broker(default_cache_dir()) as broker:
        print(f"{broker.description}\n{'':14}{'bytes':>7}{'events/s':>10}{'a batch':>9}{'core busy':>11}{'ratio':>7}")
        for size in (300, 3000):
            rates: dict[str, float] = {}
            for kind in ("topic-send", "hop"):
                prefix = f"bench-{kind}-{size}"
                here = settings.model_copy(
                    update={"bootstrap_servers": broker.bootstrap_servers, "topic_prefix": prefix}
                )
                asyncio.run(load(here, options.events, size))
                command = [sys.executable, __file__, "--child", kind, "--servers", broker.bootstrap_servers]
                command += ["--prefix", prefix, "--events", str(options.events), "--batch", str(options.batch)]
                output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
                result = json.loads(output)
                rates[kind] = result["events_per_second"]
                ratio = f"{rates['hop'] / rates['topic-send']:7.1f}" if "hop" in rates else ""
                print(
                    f"{kind:14}{size:7}{rates[kind]:10,.0f}{result['events_per_batch']:9.0f}"
                    f"{result['busy']:11.0%}{ratio}"
                )


if __name__ == "__main__":
    main()
