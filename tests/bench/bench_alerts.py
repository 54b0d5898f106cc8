"""Alerts a second of the alerts step alone, with its matches already in the topic, and how fast it reads them back.

The step is one process on one core; the broker uses the others. Run it with ``python tests/bench/bench_alerts.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline.alerts import PastAlert
from pipeline.brokers import local_broker
from pipeline.errors import WirewatchError
from pipeline.messages.alerts import ArticleHeader, Evidence, Highlight, Match, MatchedRule, Snippet
from pipeline.messages.articles import EntityRef, Language, Times
from pipeline.messages.codec import encode
from pipeline.settings import Settings, default_cache_dir, load_settings
from pipeline.streaming.faust.app import create_app
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.records import Outcome, Output, RecordPosition
from pipeline.streaming.steps.alert_history import KafkaAlertHistory
from pipeline.streaming.steps.alerts_step import AlertHandler
from pipeline.topology import ALERTS_STEP, MATCHES, PARTITIONS

RULES = 200
CHANNEL = "bench"
_LOAD_BATCH = 2_000


def match(number: int, *, channel: str | None) -> Match:
    """A match as the rules step makes it of an article: two clauses, a snippet of 300 characters."""
    now = datetime.now(UTC)
    entities = (("org/nato", "NATO", "org"), ("country/kp", "North Korea", "country"))
    return Match(
        rule=MatchedRule(
            id=f"rule-{number % RULES}",
            version="0" * 12,
            name="NATO and North Korea",
            tags=("security",),
            channel=channel,
        ),
        article=ArticleHeader(
            id=f"article-{number}",
            revision=f"{number:016x}",
            url=f"https://example.org/world/{number}",
            title="NATO-Generalsekretär warnt vor dem Programm",
            language=Language(tag="de", confidence=0.98),
            source="Example News",
            published_at=now,
            revised_at=now,
            tags=("politik",),
        ),
        score=2.0,
        evidence=tuple(
            Evidence(
                clause=f"{name}[{entity}]",
                field="body",
                text=name,
                via="name",
                start=100 * place,
                end=100 * place + len(name),
                entity=EntityRef(id=entity, name=name, kind=kind),  # type: ignore[arg-type]
            )
            for place, (entity, name, kind) in enumerate(entities)
        ),
        snippet=Snippet(text="Die NATO warnt vor Nordkorea. " * 10, highlights=(Highlight(start=4, end=8),)),
        times=Times(ingested_at=now, identified_at=now, enriched_at=now, matched_at=now),
    )


class NobodyWatches:
    """An ``InFlight`` without a supervisor."""

    def begin(self, positions: Sequence[RecordPosition]) -> None:
        """Nothing to tell."""

    def end(self) -> None:
        """Nothing to tell."""


class TimedHandler(AlertHandler):
    """The step's handler, with a clock on its finished matches."""

    def __init__(self, settings: Settings, expected: int) -> None:
        super().__init__(settings)
        self._expected = expected
        self._finished = 0
        self._started = 0.0
        self._cpu_started = 0.0
        self.done = asyncio.Event()

    def committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Remember, and count from the second batch on."""
        super().committed(outcomes)
        if not self._started:
            self._started, self._cpu_started = time.monotonic(), time.process_time()
            self._expected -= len(outcomes)
            return
        self._finished += len(outcomes)
        if self._finished >= self._expected:
            self.done.set()

    def result(self) -> dict[str, float]:
        """Alerts a second, and the share of the time that the core was busy."""
        seconds = time.monotonic() - self._started
        return {"per_second": self._finished / seconds, "busy": (time.process_time() - self._cpu_started) / seconds}


async def raise_alerts(settings: Settings, alerts: int) -> dict[str, float]:
    """Run the step over the matches in its topic."""

    def stop(error: WirewatchError) -> None:
        sys.exit(str(error))

    handler = TimedHandler(settings, alerts)
    app = create_app(ALERTS_STEP, settings, handler, in_flight=NobodyWatches(), on_stopped=stop)
    await app.start()
    await asyncio.wait_for(handler.done.wait(), 600)
    return handler.result()


async def read_back(settings: Settings, alerts: int) -> dict[str, float]:
    """Read the raised alerts as a step does that takes over all partitions."""
    found: list[PastAlert] = []
    started, cpu_started = time.monotonic(), time.process_time()
    await KafkaAlertHistory(settings).read(
        {number: {} for number in range(PARTITIONS)}, datetime.now(UTC), lambda _, past: found.append(past)
    )
    seconds = time.monotonic() - started
    if len(found) < alerts:
        sys.exit(f"only {len(found)} of {alerts} alerts were read back")
    return {"per_second": len(found) / seconds, "busy": (time.process_time() - cpu_started) / seconds}


async def load(settings: Settings, alerts: int, channel: str | None) -> int:
    """Create the topics and publish the matches; returns the size of one match."""
    await apply_topics(settings, channels=[CHANNEL])
    topic = MATCHES.full_name(settings.topic_prefix)
    size = 0
    async with publishing(settings, "bench") as publisher:
        for first in range(0, alerts, _LOAD_BATCH):
            outputs = []
            for number in range(first, min(alerts, first + _LOAD_BATCH)):
                one = match(number, channel=channel)
                value = encode(one)
                size = len(value)
                outputs.append(Output(topic, one.rule.id.encode(), value))
            await publisher.publish(outputs)
    return size


def measure(step: str, settings: Settings, alerts: int) -> dict[str, float]:
    """One measurement in a process of its own, on one core."""
    command = [sys.executable, __file__, "--child", step, "--servers", settings.bootstrap_servers]
    command += ["--prefix", settings.topic_prefix, "--alerts", str(alerts)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    result: dict[str, float] = json.loads(output)
    return result


def main() -> None:
    """Measure and print, or, as a child, do one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=50_000)
    parser.add_argument("--child", choices=["raise", "read-back"])
    parser.add_argument("--servers", default="")
    parser.add_argument("--prefix", default="bench")
    options = parser.parse_args()
    if options.child:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        settings = load_settings(bootstrap_servers=options.servers, topic_prefix=options.prefix)
        work = raise_alerts if options.child == "raise" else read_back

        async def child() -> None:
            print(json.dumps(await work(settings, options.alerts)), flush=True)
            # Nothing is left to finish, and a step's app stops slowly.
            os._exit(0)

        asyncio.run(child())
    with local_broker(default_cache_dir()) as broker:
        print(f"{broker.description}\n{'':24}{'match bytes':>12}{'alerts/s':>10}{'core busy':>11}")
        for channel in (None, CHANNEL):
            name = "with a channel's copy" if channel else "alerts alone"
            settings = load_settings(
                bootstrap_servers=broker.bootstrap_servers, topic_prefix=f"bench-{'channel' if channel else 'alone'}"
            )
            size = asyncio.run(load(settings, options.alerts, channel))
            for step in ("raise", "read-back"):
                result = measure(step, settings, options.alerts)
                label = name if step == "raise" else "  read back"
                print(f"{label:24}{size:12,}{result['per_second']:10,.0f}{result['busy']:11.0%}")


if __name__ == "__main__":
    main()
