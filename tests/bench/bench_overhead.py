"""What metrics and logs cost a hop: the median of paired runs with and without them.

A hop passes on articles, as in ``bench_hop``, and counts all that the first step counts; its metrics are scraped each
second, more often than any Prometheus does. Without them our metrics count nothing, and nothing is logged.
Runs alternate, each in a process of its own that is pinned to one core.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import sys
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

from msgspec.structs import replace
from prometheus_client.metrics import MetricWrapperBase

from pipeline import metrics
from pipeline.brokers import free_port, local_broker
from pipeline.language import LanguageIdentifier
from pipeline.settings import Settings, default_cache_dir, load_settings
from pipeline.streaming.observability.health import HealthServer
from pipeline.streaming.observability.worker_log import configure_log
from pipeline.streaming.records import Outcome, Record
from pipeline.streaming.steps.language_step import IntakeFacts, LanguageHandler
from tests.bench.bench_hop import COUNTED_SHARE, STEP, PassOn, load
from tests.bench.one_core import Clocked, Rate, alone, app_of, rate_of

SCRAPE_SECONDS = 1.0


class NoMetric:
    """A metric that counts nothing."""

    def labels(self, *_values: object) -> NoMetric:
        """The same metric for all labels."""
        return self

    def inc(self, _amount: float = 1) -> None:
        """Nothing."""

    set = observe = inc

    def observe_all(self, _values: Sequence[float]) -> None:
        """Nothing."""

    def time(self) -> nullcontext[None]:
        """Nothing."""
        return nullcontext()


class CountedPassOn(PassOn):
    """Passes records on, and counts what the first step counts."""

    def __init__(self, settings: Settings, clocked: Clocked) -> None:
        super().__init__(settings, clocked)
        self._counts = LanguageHandler(LanguageIdentifier(), sink=self._sink)

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
        """Each record as it is, with facts."""
        return [replace(outcome, facts=_facts(outcome.record)) for outcome in super().process(records)]

    def committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Count them, for the metrics and for the bench."""
        self._counts.committed(outcomes)
        super().committed(outcomes)


def _facts(record: Record) -> IntakeFacts:
    return IntakeFacts(
        language="de" if record.offset % 3 else "ru",
        ingested_at=record.timestamp,
        source=f"Source {record.offset % 20}",
    )


def remove_metrics() -> None:
    """Replace our metrics by ones that count nothing."""
    for name, metric in list(vars(metrics).items()):
        if isinstance(metric, MetricWrapperBase):
            setattr(metrics, name, NoMetric())


def measure(settings: Settings, events: int, port: int, *, is_bare: bool) -> Rate:
    """Run the hop over what lies in its topic, with metrics at a port or without."""
    if is_bare:
        remove_metrics()
        logging.disable(logging.CRITICAL)
    else:
        configure_log("INFO", "language-0", step="language", log_format="json")
    counted = int(events * COUNTED_SHARE)
    with nullcontext() if is_bare else HealthServer("127.0.0.1", port, live=lambda: None, ready=lambda: None):
        return rate_of(lambda clocked: app_of(STEP, settings, CountedPassOn(settings, clocked)), counted)


def result_of(settings: Settings, events: int, *, is_bare: bool) -> Rate:
    """One run in a process of its own, on a topic of its own."""
    asyncio.run(load(settings, events, 300))
    port = free_port()
    scrapes = 0
    with ThreadPoolExecutor(1) as executor:
        running = executor.submit(alone, measure, settings, events, port, is_bare=is_bare)
        while not running.done():
            scrapes += not is_bare and scraped(port)
            time.sleep(SCRAPE_SECONDS)
    if not is_bare and not scrapes:
        sys.exit("nothing was scraped while it ran: give it more --events")
    return running.result()


def scraped(port: int) -> bool:
    """Take the metrics, as Prometheus does; False before the process serves them and at its end."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return bool(answer.read())
    except OSError:
        return False


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--events", type=int, default=50_000)
    options = parser.parse_args()
    with local_broker(default_cache_dir()) as broker:
        print(f"{broker.description}\n{'':4}{'events/s':>20}{'':10}{'CPU µs an event':>22}")
        print(f"pair{'with':>10}{'without':>10}{'overhead':>10}{'with':>12}{'without':>10}{'overhead':>10}")
        by_rate, by_cpu = [], []
        for pair in range(options.pairs):
            rate, cpu = {}, {}
            # The order alternates, so that a machine that becomes slower affects both equally.
            for is_bare in (False, True) if pair % 2 else (True, False):
                settings = load_settings(
                    bootstrap_servers=broker.bootstrap_servers,
                    topic_prefix=f"overhead-{pair}-{'bare' if is_bare else 'full'}",
                )
                result = result_of(settings, options.events, is_bare=is_bare)
                rate[is_bare], cpu[is_bare] = result.per_second, 1e6 * result.busy / result.per_second
            by_rate.append(1 - rate[False] / rate[True])
            by_cpu.append(cpu[False] / cpu[True] - 1)
            print(
                f"{pair + 1:4}{rate[False]:10,.0f}{rate[True]:10,.0f}{by_rate[-1]:10.1%}"
                f"{cpu[False]:12.1f}{cpu[True]:10.1f}{by_cpu[-1]:10.1%}",
                flush=True,
            )
        medians = f"{statistics.median(by_rate):.1%} of events/s, {statistics.median(by_cpu):.1%} of CPU"
        print(f"median overhead of {len(by_rate)} pairs: {medians}")


if __name__ == "__main__":
    main()
