"""Publish raw articles from outside the pipeline, each one acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from pipeline.errors import ArticleError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.producer import KafkaPublisher
from pipeline.streaming.observability.tracing import child_traceparent
from pipeline.streaming.records import Output
from pipeline.topology import RAW

_MAX_BATCH = 500
_MAX_AHEAD = 2 * _MAX_BATCH


@dataclass(frozen=True, slots=True)
class ArticlePayload:
    """One raw article to be published.

    Attributes:
        article_id: Its id, which becomes the message's key.
        value: JSON of a ``RawArticle``.
    """

    article_id: str
    value: bytes


@dataclass(frozen=True, slots=True)
class PublishCounts:
    """How many articles were published, and how many the broker refused."""

    published: int
    refused: int


@contextlib.asynccontextmanager
async def publishing(settings: KafkaSettings, name: str, topic: str) -> AsyncIterator[KafkaPublisher]:
    """Connect a publisher to a topic, which has that name in the broker's log.

    Raises:
        BrokerError: No broker answers, or it refuses this user.
    """
    publisher = KafkaPublisher(settings, name, writes=f"topic {topic}")
    await publisher.start()
    try:
        yield publisher
    finally:
        await publisher.stop()


async def publish_articles(
    settings: KafkaSettings,
    payloads: Iterable[ArticlePayload],
    *,
    on_published: Callable[[int], None] = lambda _count: None,
    on_refused: Callable[[int, ArticleError], None] = lambda _index, _error: None,
) -> PublishCounts:
    """Publish articles to the raw topic, and wait until the broker has acknowledged each.

    Articles are sent as soon as they are read, so that a slow pipe works too. Every article starts a trace of its own.
    If the broker becomes unavailable meanwhile, it is waited for.

    Args:
        settings: Brokers and topic prefix.
        payloads: The articles; iterated in a separate thread, at most 1,000 ahead.
        on_published: Called with the number of articles acknowledged so far, each time it grows.
        on_refused: Called with an article's place in the payloads, from 0, and why the broker does not take it.

    Returns:
        How many were acknowledged and how many refused; together these are all articles.

    Raises:
        BrokerError: No broker answers, or it refuses this user the topic; the articles reported so far are published.
        Exception: Iterating the payloads raised it; the articles before it are published.
    """
    topic = RAW.full_name(settings.topic_prefix)
    published = refused = 0
    async with publishing(settings, "publish", topic) as publisher:
        async for batch in _batches(payloads):
            outputs = [
                Output(topic, payload.article_id.encode() or None, payload.value, (child_traceparent(()),))
                for payload in batch
            ]
            refusals = await publisher.publish(outputs)
            for place, error in sorted(refusals.items()):
                on_refused(published + refused + place, error)
            refused += len(refusals)
            published += len(batch) - len(refusals)
            on_published(published)
    return PublishCounts(published, refused)


async def _batches(payloads: Iterable[ArticlePayload]) -> AsyncIterator[list[ArticlePayload]]:
    """Batches of what a thread has read so far; a thread that is stuck in reading ends with the process."""
    loop = asyncio.get_running_loop()
    ready: deque[ArticlePayload] = deque()
    room = threading.Semaphore(_MAX_AHEAD)
    news = asyncio.Event()
    end: asyncio.Future[None] = loop.create_future()

    def finish(error: BaseException | None) -> None:
        if not end.done():
            end.set_exception(error) if error is not None else end.set_result(None)
        news.set()

    def read() -> None:
        error: BaseException | None = None
        # When the command is interrupted, the loop is closed and takes no call.
        with contextlib.suppress(RuntimeError):
            try:
                for payload in payloads:
                    room.acquire()
                    ready.append(payload)
                    # Waking the loop costs as much as sending an article. A loop that is already awake takes this
                    # one too.
                    if not news.is_set():
                        loop.call_soon_threadsafe(news.set)
            except Exception as caught:
                if loop.is_closed():
                    raise
                error = caught
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=read, name="read-articles", daemon=True).start()
    while True:
        await news.wait()
        news.clear()
        while ready:
            batch = [ready.popleft() for _ in range(min(_MAX_BATCH, len(ready)))]
            room.release(len(batch))
            yield batch
        if end.done():
            if error := end.exception():
                raise error
            return
