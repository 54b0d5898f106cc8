"""Alerts a second of the alerts step alone, with its matches already in the topic, and how fast it reads them back.

The step is one process on one core; the broker uses the others.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from pipeline.alerts import PastAlert
from pipeline.brokers import local_broker
from pipeline.messages.alerts import Match
from pipeline.messages.articles import Times
from pipeline.messages.codec import encode
from pipeline.settings import Settings, default_cache_dir, load_settings
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.records import Outcome
from pipeline.streaming.steps.alert_history import KafkaAlertHistory
from pipeline.streaming.steps.alerts_step import AlertHandler
from pipeline.topology import ALERTS_STEP, PARTITIONS
from tests.bench.one_core import Clocked, Rate, alone, app_of, rate_of
from tests.integration import matches_on_kafka

CHANNEL = "bench"
_LOAD_BATCH = 2_000


def match(number: int, channel: str | None) -> Match:
    """A match of now: two clauses, a snippet of 300 characters; 40 rules."""
    now = datetime.now(UTC)
    times = Times(ingested_at=now, identified_at=now, enriched_at=now, matched_at=now)
    return replace(matches_on_kafka.match(number, channel=channel), times=times)


class TimedHandler(AlertHandler):
    """The step's handler, with a clock on its finished matches."""

    def __init__(self, settings: Settings, clocked: Clocked) -> None:
        super().__init__(settings)
        self._clocked = clocked

    def committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Remember and count."""
        super().committed(outcomes)
        self._clocked.add(len(outcomes))


def raise_alerts(settings: Settings, alerts: int) -> Rate:
    """Run the step over the matches in its topic."""
    return rate_of(lambda clocked: app_of(ALERTS_STEP, settings, TimedHandler(settings, clocked)), alerts)


def read_back(settings: Settings, alerts: int) -> Rate:
    """Read the raised alerts as a step does that takes over all partitions."""
    found: list[PastAlert] = []
    history = KafkaAlertHistory(settings)
    started, cpu_started = time.monotonic(), time.process_time()
    asyncio.run(
        history.read(
            {number: {} for number in range(PARTITIONS)}, datetime.now(UTC), lambda _, past: found.append(past)
        )
    )
    seconds = time.monotonic() - started
    if len(found) < alerts:
        sys.exit(f"only {len(found)} of {alerts} alerts were read back")
    return Rate(len(found) / seconds, len(found), (time.process_time() - cpu_started) / seconds)


async def load(settings: Settings, alerts: int, channel: str | None) -> None:
    """Create the topics and publish the matches."""
    await apply_topics(settings, channels=[CHANNEL])
    for first in range(0, alerts, _LOAD_BATCH):
        numbers = range(first, min(alerts, first + _LOAD_BATCH))
        await matches_on_kafka.publish_matches(settings, (match(number, channel) for number in numbers))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=50_000)
    alerts = parser.parse_args().alerts
    with local_broker(default_cache_dir()) as broker:
        print(f"{broker.description}\n{'':24}{'match bytes':>12}{'alerts/s':>10}{'core busy':>11}")
        for name, channel in (("alerts alone", None), ("with a channel's copy", CHANNEL)):
            settings = load_settings(
                bootstrap_servers=broker.bootstrap_servers, topic_prefix=f"bench-{channel or 'alone'}"
            )
            asyncio.run(load(settings, alerts, channel))
            size = len(encode(match(alerts - 1, channel)))
            for label, work in ((name, raise_alerts), ("  read back", read_back)):
                rate = alone(work, settings, alerts)
                print(f"{label:24}{size:12,}{rate.per_second:10,.0f}{rate.busy:11.0%}")


if __name__ == "__main__":
    main()
