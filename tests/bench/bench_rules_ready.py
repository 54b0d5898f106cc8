"""A worker that starts with 1,000,000 rules in the topic: how soon its rules step is ready, and with how much memory.

A real Kafka and the real worker with its rules step alone, both on the same two cores; rules as in ``bench_rules``.
``--write`` puts the figures into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from itertools import islice

from aiokafka import AIOKafkaProducer
from rich.console import Console
from rich.progress import track

from pipeline.messages.codec import encode
from pipeline.settings import Settings
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.topology import RULES_STEP, WATCH_RULES
from tests.bench.benchmark_page import machine, write_section
from tests.bench.one_core import resident_bytes
from tests.bench.rule_population import Population
from tests.bench.whole_way import Processes, kafka, use_two_cores, wide_console

RULES = 1_000_000
_MARK_SECONDS = 150
_LIMIT_SECONDS = 1_800.0
_BATCH = 1_000


def main() -> None:
    """Measure, print, and write."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--rules", type=int, default=RULES)
    arguments.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    options = arguments.parse_args()
    console = wide_console()
    use_two_cores(console)
    with kafka(console) as settings:
        asyncio.run(publish_rules(settings, options.rules, console))
        seconds, memory = start_worker(settings, console)
    sentence = (
        f"A worker whose rules topic holds {options.rules:,} rules is ready {seconds:.0f} s after its start (mark: "
        f"{_MARK_SECONDS}); its process then holds {memory / 2**30:.2f} GB, {memory / options.rules / 1024:.2f} kB a "
        f"rule. Broker and worker on the same cores ({machine()})."
    )
    console.print(sentence)
    if options.write:
        write_section("rules_ready", f"### Ready at the start (`bench rules_ready`)\n\n{sentence}\n")


async def publish_rules(settings: Settings, count: int, console: Console) -> None:
    """Fill the rules topic, by the batch."""
    await apply_topics(settings)
    topic = WATCH_RULES.full_name(settings.topic_prefix)
    rules = Population().rules(count)
    async with AIOKafkaProducer(max_batch_size=2**20, **client_options(settings)) as producer:
        for _ in track(range(0, count, _BATCH), description="publishing rules", console=console, transient=True):
            batch = producer.create_batch()
            for rule in islice(rules, _BATCH):
                if batch.append(key=rule.id.encode(), value=encode(rule), timestamp=None) is None:
                    raise ValueError(f"{_BATCH} rules are too many for one batch")
            batch.close()
            await (await producer.send_batch(batch, topic, partition=0))


def start_worker(settings: Settings, console: Console) -> tuple[float, int]:
    """Seconds until the rules step is ready, and the bytes that its process holds then."""
    processes = Processes()
    worker = Worker(settings, {RULES_STEP.name: 1}, on_event=processes)
    started = time.monotonic()
    try:
        with console.status("a worker is starting"):
            worker.start()
            worker.wait_ready(_LIMIT_SECONDS)
            seconds = time.monotonic() - started
        memory = resident_bytes(processes.ready[RULES_STEP.name])
    finally:
        worker.stop()
    return seconds, memory


if __name__ == "__main__":
    main()
