"""From publish to alert at a steady rate, with 1,000 rules and articles of 3 kB: the median and the 99th percentile.

Measured by the subscriber's clock: from the moment at which an article is due to be published, whether or not the
publisher is late, to the moment at which its alert is received; all alerts count. Beside it, the pipeline's own measure
on event time: from the broker's timestamp of the raw article to the raising of the alert.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence

from rich.table import Table

from pipeline.settings import Settings
from pipeline.streaming.kafka.publishing import ArticlePayload, publish_articles
from pipeline.streaming.supervision.running_worker import Worker
from tests.bench.whole_way import (
    BLANK,
    FRENCH,
    RULES,
    alerts_of,
    graded,
    kafka,
    prepare,
    use_two_cores,
    wide_console,
    with_model,
)
from tests.bench.wire_traffic import WireTraffic

_WARM_UP_SECONDS = 8
# Pipeline, articles a second, and the mark for the 99th percentile in milliseconds.
LOADS = ((BLANK, 50, 200), (FRENCH, 15, 400))


class Paced:
    """Articles that come at a steady rate, however long the taker takes.

    Attributes:
        due: When each article is due, by its id, on the monotonic clock.
    """

    def __init__(self, articles: Sequence[ArticlePayload], per_second: float) -> None:
        self._articles = articles
        self._per_second = per_second
        self.due: dict[str, float] = {}

    def __iter__(self) -> Iterator[ArticlePayload]:
        start = time.monotonic()
        for number, article in enumerate(self._articles):
            due = start + number / self._per_second
            time.sleep(max(0.0, due - time.monotonic()))
            self.due[article.article_id] = due
            yield article


async def measure(settings: Settings, per_second: int, seconds: float) -> tuple[list[float], list[float], int]:
    """Publish for so long.

    Returns:
        In milliseconds, publish to alert as the subscriber sees it, and on event time; and the number of articles.
    """
    traffic = WireTraffic()
    await prepare(settings, traffic.rules(RULES))
    with Worker(settings, on_event=lambda _event: None) as worker:
        await asyncio.to_thread(worker.wait_ready, 60)
        async with alerts_of(settings) as alerts:
            for name, duration in (("warm-up", _WARM_UP_SECONDS), ("bench", seconds)):
                articles = traffic.payloads(int(per_second * duration), name)
                paced = Paced(articles, per_second)
                await publish_articles(settings, paced)
                await alerts.of_all(name, len(articles), 60)
    received = [(at, alert) for at, alert in alerts.received if alert.article.id.startswith("bench-")]
    seen = [(at - paced.due[alert.article.id]) * 1000 for at, alert in received]
    raised = [
        (alert.times.raised_at - alert.times.ingested_at).total_seconds() * 1000
        for _, alert in received
        if alert.times.raised_at is not None and alert.times.ingested_at is not None
    ]
    return seen, raised, len(articles)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    console = wide_console()
    use_two_cores(console)
    table = Table(
        "spaCy pipeline", "articles/s", "alerts an article", "p50", "p99", "most", "event time p50, p99", "mark, p99"
    )
    with kafka(console) as settings:
        for model, per_second, mark in LOADS:
            here = with_model(settings, model, "latency")
            seen, raised, articles = asyncio.run(measure(here, per_second, options.seconds))
            p50, p99 = percentile(seen, 50), percentile(seen, 99)
            table.add_row(
                model, f"{per_second}", f"{len(seen) / articles:.1f}", f"{p50:.0f} ms",
                graded(f"{p99:.0f} ms", is_good=p99 < mark), f"{max(seen):.0f} ms",
                f"{percentile(raised, 50):.0f}, {percentile(raised, 99):.0f} ms", f"under {mark} ms",
            )  # fmt: skip
    console.print(table)
    console.print(f"{RULES:,} rules; articles of 3 kB for {options.seconds:g} s")


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which so many percent of them lie."""
    return statistics.quantiles(values, n=100)[percent - 1]


if __name__ == "__main__":
    main()
