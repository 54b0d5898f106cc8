"""The entities step's process with the shipped model: time to load, and memory after traffic."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from pipeline import demo
from pipeline.entities.recognition.spacy_pipeline import SHIPPED, EntityPipeline
from pipeline.settings import Settings
from pipeline.streaming.kafka.publishing import ArticlePayload, publish_articles
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.topology import ENTITIES_STEP
from tests.bench.one_core import alone
from tests.bench.whole_way import Processes, alerts_of, kafka, prepare, wide_console, with_model
from tests.bench.wire_traffic import EVERY_ARTICLE, WireTraffic

LOAD_MARK_SECONDS = 1.0
MARK_MEGABYTES = 500
ARTICLES = 2_000
# The demo has 21 languages, each with its own names to load.
DEMO_ROUNDS = 3
_LIMIT_SECONDS = 600.0


class ProcessSize(NamedTuple):
    """Memory of a process in MB: what lies in RAM, and its share of it where pages are shared with others."""

    resident: float
    proportional: float


def load_seconds() -> float:
    """How long this process, which has imported spaCy, takes to load the shipped model."""
    started = time.perf_counter()
    EntityPipeline(SHIPPED, "mul")
    return time.perf_counter() - started


def size_of(pid: int) -> ProcessSize:
    """The size of a process of this machine."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    fields = {name: int(rest.split()[0]) / 1_000 for name, _, rest in (line.partition(":") for line in lines)}
    return ProcessSize(fields["Rss"], fields["Pss"])


async def size_after_traffic(settings: Settings, articles: int) -> ProcessSize:
    """Run a worker, publish articles, and measure its entities process."""
    traffic = WireTraffic()
    await prepare(settings, [EVERY_ARTICLE])
    payloads = [*_many_languages(), *traffic.payloads(articles)]
    processes = Processes()
    with Worker(settings, on_event=processes) as worker:
        await asyncio.to_thread(worker.wait_ready, 60)
        async with alerts_of(settings) as alerts:
            await publish_articles(settings, payloads)
            await alerts.until(lambda alert: alert.rule.id == EVERY_ARTICLE.id, articles, _LIMIT_SECONDS)
        return size_of(processes.ready[ENTITIES_STEP.name])


def _many_languages() -> list[ArticlePayload]:
    payloads = []
    for number in range(DEMO_ROUNDS):
        for article in map(json.loads, demo.articles()):
            article_id = f"{article['id']}-{number}"
            payloads.append(ArticlePayload(article_id, json.dumps(article | {"id": article_id}).encode()))
    return payloads


def measure(console: Console, articles: int) -> tuple[float, ProcessSize]:
    """Seconds to load in a fresh process, the best of three, and the size of the process."""
    seconds = min(alone(load_seconds) for _ in range(3))
    with kafka(console) as settings:
        return seconds, asyncio.run(size_after_traffic(with_model(settings, SHIPPED, "process"), articles))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--articles", type=int, default=ARTICLES, help="French ones of 3 kB, behind the demo's")
    console = wide_console()
    articles = parser.parse_args().articles
    seconds, size = measure(console, articles)
    table = Table("entities process with the shipped model", "measured", "mark", box=None)
    table.add_row("model loaded after", f"{seconds:.2f} s", f"{LOAD_MARK_SECONDS:.0f} s")
    table.add_row(f"resident after {articles:,} articles", f"{size.resident:.0f} MB", f"{MARK_MEGABYTES} MB")
    table.add_row("proportional share of it", f"{size.proportional:.0f} MB", "")
    console.print(table)


if __name__ == "__main__":
    main()
