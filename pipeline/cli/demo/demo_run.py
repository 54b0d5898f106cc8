"""The demo's articles on their way: published at the pace of a busy wire, followed until the last one is through."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import ArticlesStuckError, StepStoppedError
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.codec import decode
from pipeline.messages.intake import read_article
from pipeline.settings import Settings
from pipeline.topology import ALERTS, ALERTS_STEP, DEAD_LETTERS, ENRICHED, STEPS, Topic

if TYPE_CHECKING:
    from pipeline.streaming.kafka.consumer_lag import LagReader
    from pipeline.streaming.kafka.publishing import ArticlePayload
    from pipeline.streaming.kafka.subscription import ReceivedAlert

ARTICLES_PER_SECOND = 25
STUCK_SECONDS = 60.0

_POLL_SECONDS = 0.1


class Audience(Protocol):
    """Who is shown how the demo goes."""

    def published(self, count: int) -> None:
        """So many articles are acknowledged."""
        ...

    def alert(self, received: ReceivedAlert) -> None:
        """An alert has come."""
        ...


@dataclass(frozen=True, slots=True)
class SeenAlert:
    """What the summary needs of an alert; seconds from the raw article's publishing until the alert was received."""

    rule_id: str
    kind: str
    article_id: str
    language: str
    seconds: float


@dataclass(slots=True)
class DemoResult:
    """What became of the demo's articles.

    Attributes:
        published: How many revisions of articles were published.
        through: Those that went the whole way, each once, enriched.
        alerts: In the order received.
        dead_letters: How many articles were set aside.
    """

    published: int = 0
    through: list[EnrichedArticle] = field(default_factory=list)
    alerts: list[SeenAlert] = field(default_factory=list)
    dead_letters: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every article went the whole way."""
        return self.published > 0 and len(self.through) == self.published and not self.dead_letters


async def run_articles(
    settings: Settings, articles: Sequence[bytes], audience: Audience, gave_up: Callable[[], str]
) -> DemoResult:
    """Publish articles, and follow them until every step has finished the last one.

    Args:
        settings: Of a running worker whose topics held nothing before.
        articles: JSON of raw articles.
        audience: Shown what happens.
        gave_up: Why the worker stopped by itself; empty while it runs.

    Raises:
        ArticlesStuckError: For a minute nothing moves.
        StepStoppedError: The worker gave up.
        BrokerError: The broker is gone.
    """
    from pipeline.streaming.kafka.consumer_lag import lag_reader  # noqa: PLC0415 - loads Kafka; --help need not
    from pipeline.streaming.kafka.publishing import publish_articles  # noqa: PLC0415 - as above
    from pipeline.streaming.kafka.subscription import subscribed  # noqa: PLC0415 - as above

    result = DemoResult()
    news = asyncio.Event()
    async with subscribed(settings) as alerts, lag_reader(settings) as lags:

        async def listen() -> None:
            async for received in alerts:
                result.alerts.append(_seen(received))
                audience.alert(received)
                news.set()

        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(listen())
            counts = await publish_articles(settings, _at_pace(articles), on_published=audience.published)
            result.published = counts.published
            # In the route's order: what a step has done with is in its sink, so that the next one's end is final.
            for step in STEPS:
                await _drained(lags, step, gave_up)
            raised = await _count(settings, ALERTS)
            while len(result.alerts) < raised:
                news.clear()
                async with _stuck_after(ALERTS_STEP.name, raised - len(result.alerts)):
                    await news.wait()
            listening.cancel()
    result.through = await _enriched(settings)
    result.dead_letters = await _count(settings, DEAD_LETTERS)
    return result


def _at_pace(articles: Sequence[bytes]) -> Iterator[ArticlePayload]:
    from pipeline.streaming.kafka.publishing import ArticlePayload  # noqa: PLC0415 - as above

    started = time.monotonic()
    for number, payload in enumerate(articles):
        # This runs in the publisher's reading thread, where waiting delays nothing else.
        time.sleep(max(0.0, started + number / ARTICLES_PER_SECOND - time.monotonic()))
        yield ArticlePayload(read_article(payload, read_at=datetime.now(UTC)).article.id, payload)


def _seen(received: ReceivedAlert) -> SeenAlert:
    alert = received.alert
    if alert.times.ingested_at is None:
        raise ValueError(f"alert {alert.alert_id} does not say when its article was ingested")
    return SeenAlert(
        rule_id=alert.rule.id,
        kind=alert.kind,
        article_id=alert.article.id,
        language=alert.article.language.tag,
        seconds=(datetime.now(UTC) - alert.times.ingested_at).total_seconds(),
    )


async def _drained(lags: LagReader, step: str, gave_up: Callable[[], str]) -> None:
    lag = await lags.lag(step)
    moved_at = time.monotonic()
    while lag:
        await asyncio.sleep(_POLL_SECONDS)
        if reason := gave_up():
            raise StepStoppedError(reason)
        before, lag = lag, await lags.lag(step)
        if lag != before:
            moved_at = time.monotonic()
        elif time.monotonic() - moved_at > STUCK_SECONDS:
            raise ArticlesStuckError(step, lag, STUCK_SECONDS)


@contextlib.asynccontextmanager
async def _stuck_after(step: str, count: int) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(STUCK_SECONDS):
            yield
    except TimeoutError as error:
        raise ArticlesStuckError(step, count, STUCK_SECONDS) from error


async def _enriched(settings: Settings) -> list[EnrichedArticle]:
    """Every revision of every article that has been enriched, once each, though a step should have repeated it."""
    from pipeline.streaming.kafka.topic_reader import topic_reader  # noqa: PLC0415 - as above

    found: dict[tuple[str, str], EnrichedArticle] = {}
    async with topic_reader(settings, ENRICHED.full_name(settings.topic_prefix)) as reader:
        async for chunk in reader.read(await reader.start_offsets(), await reader.end_offsets()):
            for record in chunk.records:
                article = decode(record.value, EnrichedArticle)
                found[article.id, article.revision] = article
    return list(found.values())


async def _count(settings: Settings, topic: Topic) -> int:
    from pipeline.streaming.kafka.topic_reader import topic_reader  # noqa: PLC0415 - as above

    async with topic_reader(settings, topic.full_name(settings.topic_prefix)) as reader:
        begins, ends = await reader.start_offsets(), await reader.end_offsets()
        return sum(ends.values()) - sum(begins.values())
