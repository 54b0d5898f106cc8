"""What metrics and logs cost a hop: the median of paired runs with and without them.

A hop passes on articles, as in ``bench_hop``, and counts all that the first step counts; its metrics are scraped each
second, more often than any Prometheus does. Without them our metrics count nothing, and nothing is logged.
Runs alternate, each in a process of its own that is pinned to one core. Run it with
``python -m tests.bench.bench_overhead``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from prometheus_client.metrics import MetricWrapperBase

from pipeline import metrics
from pipeline.brokers import free_port, local_broker
from pipeline.errors import WirewatchError
from pipeline.language import LanguageIdentifier
from pipeline.settings import Settings, default_cache_dir, load_settings
from pipeline.streaming.faust.app import create_app
from pipeline.streaming.observability.health import HealthServer
from pipeline.streaming.observability.worker_log import configure_log
from pipeline.streaming.records import Outcome, Output, Record
from pipeline.streaming.steps.article_records import StatelessHandler
from pipeline.streaming.steps.language_step import IntakeFacts, LanguageHandler
from tests.bench.bench_hop import STEP, Clocked, Supervised, load

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


class CountedPassOn(StatelessHandler[IntakeFacts]):
    """Passes records on, and counts what the first step counts."""

    def __init__(self, sink: str, clocked: Clocked) -> None:
        self._sink = sink
        self._clocked = clocked
        self._counts = LanguageHandler(LanguageIdentifier(), sink=sink)

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
        """Each record as it is."""
        return [
            Outcome(
                record,
                (Output(self._sink, record.key, record.value),),
                facts=IntakeFacts(
                    language="de" if record.offset % 3 else "ru",
                    ingested_at=record.timestamp,
                    source=f"Source {record.offset % 20}",
                ),
            )
            for record in records
        ]

    def committed(self, outcomes: Sequence[Outcome[Any]]) -> None:
        """Count them, for the metrics and for the bench."""
        self._counts.committed(outcomes)
        self._clocked.add(len(outcomes))


def remove_metrics() -> None:
    """Replace our metrics by ones that count nothing."""
    for name, metric in list(vars(metrics).items()):
        if isinstance(metric, MetricWrapperBase):
            setattr(metrics, name, NoMetric())


async def measure(settings: Settings, events: int) -> None:
    """Run the hop over what lies in its topic, print the result and end the process."""
    clocked = Clocked(events)

    def stop(error: WirewatchError) -> None:
        sys.exit(str(error))

    handler = CountedPassOn(STEP.sink.full_name(settings.topic_prefix), clocked)
    app = create_app(STEP, settings, handler, in_flight=Supervised(), on_stopped=stop)
    await app.start()
    async with asyncio.timeout(240):
        await clocked.done.wait()
    print(json.dumps(clocked.result()), flush=True)
    # Faust restarts its agents when a closing loop cancels them.
    os._exit(0)


def run_child(settings: Settings, events: int, port: int, *, is_bare: bool) -> None:
    """One run in this process."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if is_bare:
        remove_metrics()
        logging.disable(logging.CRITICAL)
        asyncio.run(measure(settings, events))
    else:
        configure_log("INFO", "language-0", step="language", log_format="json")
        with HealthServer("127.0.0.1", port, live=lambda: None, ready=lambda: None):
            asyncio.run(measure(settings, events))


def result_of(settings: Settings, events: int, *, is_bare: bool) -> dict[str, Any]:
    """One run in a process of its own, on a topic of its own."""
    asyncio.run(load(settings, events, 300))
    command = [sys.executable, "-m", "tests.bench.bench_overhead", "--child", "bare" if is_bare else "full"]
    command += ["--servers", settings.bootstrap_servers, "--prefix", settings.topic_prefix, "--events", str(events)]
    port = free_port()
    scrapes = 0
    with subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            scrapes += not is_bare and scraped(port)
            time.sleep(SCRAPE_SECONDS)
        output, _ = process.communicate()
    if not is_bare and not scrapes:
        sys.exit("nothing was scraped while it ran: give it more --events")
    result: dict[str, Any] = json.loads(output)
    return result


def scraped(port: int) -> bool:
    """Take the metrics, as Prometheus does; False before the process serves them and at its end."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return bool(answer.read())
    except OSError:
        return False


def main() -> None:
    """Measure and print, or, as a child, run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--child", choices=["full", "bare"])
    parser.add_argument("--servers", default="")
    parser.add_argument("--prefix", default="overhead")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    settings = load_settings(bootstrap_servers=options.servers, topic_prefix=options.prefix)
    if options.child:
        run_child(settings, options.events, options.port, is_bare=options.child == "bare")
    with local_broker(default_cache_dir()) as broker:
        print(f"{broker.description}\n{'':4}{'events/s':>20}{'':10}{'CPU µs an event':>22}")
        print(f"pair{'with':>10}{'without':>10}{'overhead':>10}{'with':>12}{'without':>10}{'overhead':>10}")
        by_rate, by_cpu = [], []
        for pair in range(options.pairs):
            rate, cpu = {}, {}
            # The order alternates, so that a machine that becomes slower affects both equally.
            for is_bare in (False, True) if pair % 2 else (True, False):
                prefix = f"overhead-{pair}-{'bare' if is_bare else 'full'}"
                here = {"bootstrap_servers": broker.bootstrap_servers, "topic_prefix": prefix}
                result = result_of(settings.model_copy(update=here), options.events, is_bare=is_bare)
                rate[is_bare] = result["events_per_second"]
                cpu[is_bare] = 1e6 * result["busy"] / result["events_per_second"]
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
