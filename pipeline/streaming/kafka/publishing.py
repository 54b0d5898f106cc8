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
    """What became of the articles."""

    published: int
    refused: int


@contextlib.asynccontextmanager
async def publishing(settings: KafkaSettings, name: str) -> AsyncIterator[KafkaPublisher]:
    """A connected publisher.

    Args:
        settings: Brokers and user.
        name: Of the client, as the broker's log will show it.

    Raises:
        BrokerUnreachableError: No broker answers.
        AccessDeniedError: The brokers refuse this user.
    """
    publisher = KafkaPublisher(settings, name)
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

    What has been read is sent at once, so that articles may also trickle in from a pipe. Every article starts a
    trace of its own. When the broker goes away meanwhile, it is waited for.

    Args:
        settings: Brokers and topic prefix.
        payloads: The articles; iterated in a thread of its own, at most 1,000 ahead.
        on_published: Called with the number of articles acknowledged so far, each time there are more.
        on_refused: Called with an article's place in the payloads, from 0, and why the broker does not take it.

    Returns:
        How many were acknowledged and how many refused; together they are all.

    Raises:
        BrokerUnreachableError: No broker answers.
        AccessDeniedError: The broker refuses this user the topic; what ``on_published`` told is published.
        Exception: What iterating the payloads raises, after those before it have been published.
    """
    topic = RAW.full_name(settings.topic_prefix)
    published = refused = 0
    async with publishing(settings, "publish") as publisher:
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
    """What a thread has read so far, again and again; a thread that is stuck in reading is left to die with us."""
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
        # The loop is closed when the command has been interrupted: nobody is there to be told.
        with contextlib.suppress(RuntimeError):
            try:
                for payload in payloads:
                    room.acquire()
                    ready.append(payload)
                    # To wake the loop costs as much as to send an article. What is added while it has not begun to
                    # take, it takes.
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
