"""How soon the first alert is there: after a start, after kill -9 of a step, and of a rule applied meanwhile.

The worker has one process a step and the settings' defaults; before each measurement 24 articles, two for each
partition, are published, and the time goes on until the first of their alerts and until the last one is received.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import time
from collections.abc import Iterator

from rich.table import Table

from pipeline.entities.recognition.spacy_pipeline import SHIPPED
from pipeline.messages.rules import WatchRule
from pipeline.settings import Settings
from pipeline.streaming.kafka.publishing import ArticlePayload, publish_articles
from pipeline.streaming.stores.rule_store import RuleStore, compare_rules
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.topology import PARTITIONS, STEPS
from tests.bench.whole_way import (
    FRENCH,
    NO_MODEL,
    RULES,
    Alerts,
    Processes,
    alerts_of,
    graded,
    kafka,
    prepare,
    use_two_cores,
    wide_console,
    with_model,
)
from tests.bench.wire_traffic import SOURCE, WireTraffic

_START_MARK_SECONDS = 5
_KILL_MARK_SECONDS = 15
_RULE_MARK_SECONDS = 5
_ARTICLES = 2 * PARTITIONS
_LIMIT_SECONDS = 120.0
_TRICKLE_PAUSE_SECONDS = 0.05


class Measurement:
    """The rows of one pipeline."""

    def __init__(self, settings: Settings, model: str, table: Table) -> None:
        self._settings = settings
        self._model = model
        self._table = table
        self._traffic = WireTraffic()

    async def run(self) -> None:
        """Start a worker, kill each of its processes in turn, and give it a rule."""
        settings = self._settings
        await prepare(settings, self._traffic.rules(RULES))
        processes = Processes()
        async with alerts_of(settings) as alerts:
            await publish_articles(settings, self._traffic.payloads(_ARTICLES, "start"))
            worker = Worker(settings, on_event=processes)
            try:
                since = time.monotonic()
                worker.start()
                await self._tell("start, no dead member", alerts, "start", since, _START_MARK_SECONDS)
                for step in STEPS:
                    await asyncio.to_thread(worker.wait_ready, _LIMIT_SECONDS)
                    since = time.monotonic()
                    os.kill(processes.ready[step], signal.SIGKILL)
                    await publish_articles(settings, self._traffic.payloads(_ARTICLES, step))
                    await self._tell(f"kill -9 of {step}", alerts, step, since, _KILL_MARK_SECONDS)
                await self._apply_a_rule(alerts)
            finally:
                await asyncio.to_thread(worker.stop)

    async def _tell(self, name: str, alerts: Alerts, prefix: str, since: float, mark: int) -> None:
        found = await alerts.of_all(prefix, _ARTICLES, _LIMIT_SECONDS)
        self._row(name, found[0][0] - since, f"{found[-1][0] - since:.1f} s", mark)

    async def _apply_a_rule(self, alerts: Alerts) -> None:
        articles = self._traffic.payloads(200, "trickle")
        publishing = asyncio.ensure_future(publish_articles(self._settings, _now_and_then(articles)))
        await alerts.of_all("trickle", 1, _LIMIT_SECONDS)
        rule = WatchRule(id="new", when=f'source:"{SOURCE}" NOT tag:none')
        since = time.monotonic()
        store = RuleStore(self._settings)
        await store.apply(compare_rules(await store.read(), [rule], rule_set="new"))
        found = await alerts.until(lambda alert: alert.rule.id == rule.id, 1, _LIMIT_SECONDS)
        self._row("a rule applied meanwhile", found[0][0] - since, "", _RULE_MARK_SECONDS)
        await publishing

    def _row(self, name: str, seconds: float, last: str, mark: int) -> None:
        graded_seconds = graded(f"{seconds:.1f} s", is_good=seconds <= mark)
        self._table.add_row(self._model, name, graded_seconds, last, f"at most {mark} s")


def _now_and_then(articles: list[ArticlePayload]) -> Iterator[ArticlePayload]:
    for article in articles:
        yield article
        time.sleep(_TRICKLE_PAUSE_SECONDS)


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    console = wide_console()
    use_two_cores(console)
    table = Table("spaCy pipeline", "after", "first alert", "alert of the last article", "mark")
    with kafka(console) as settings:
        for model in (NO_MODEL, SHIPPED, FRENCH):
            asyncio.run(Measurement(with_model(settings, model, "start"), model, table).run())
    console.print(table)
    console.print(f"{RULES:,} rules; articles of 3 kB")


if __name__ == "__main__":
    main()
