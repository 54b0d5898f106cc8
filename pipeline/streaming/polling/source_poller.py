"""Polls sources until it is cancelled: one request at a time for each host, each source when it is due.

In this order for every poll: fetch and read; publish its articles and wait for the broker's acknowledgement; only then
write how the source stands. A kill between any two of these repeats articles under the same ids, and loses none.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import encode
from pipeline.messages.source_states import SourceState
from pipeline.sources.feeds import FeedKind
from pipeline.sources.fetching import Fetched, Fetcher, FetchError, FetchRequest
from pipeline.sources.pages import Page, PageError
from pipeline.sources.polling.entry_article import PolledSource, entry_article
from pipeline.sources.polling.host_queue import HostQueue, Turn
from pipeline.sources.polling.readings import (
    FeedReading,
    FreshEntry,
    PollReader,
    current_state,
    feed_request,
    own_headers,
    settled,
)
from pipeline.sources.polling.recent_articles import RecentArticles
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.kafka.producer import Publisher
from pipeline.streaming.observability.tracing import child_traceparent
from pipeline.streaming.records import Output

log = logging.getLogger(__name__)

_MOST_IN_A_BATCH = 200
_TELL_SECONDS = 5.0
_PASSING = frozenset({"slow", "unreachable"})


class PolledPages(Protocol):
    """Reads pages, one at a time or several."""

    async def read(self, answer: Fetched) -> Page:
        """What a page says.

        Raises:
            PageError: It cannot be read.
        """
        ...


class PollTopics(NamedTuple):
    """Full names of the topics that are written to."""

    raw: str
    states: str


@dataclass(frozen=True, slots=True)
class PollReport:
    """What became of one poll.

    Attributes:
        kind: Of the document that was read; none where there was none.
        late_seconds: From when it was due to its request.
        published: Articles that the broker has acknowledged.
        repeats: Articles that another source, or this one under another address, had published.
    """

    state: SourceState
    kind: FeedKind | None
    late_seconds: float
    published: int
    repeats: int


class PollObserver(Protocol):
    """Told what a poller does, such as to count it."""

    def polled(self, report: PollReport) -> None:
        """A poll is done, and how its source stands is written."""
        ...

    def standing(self, states: Iterable[SourceState]) -> None:
        """How all sources stand; told every few seconds."""
        ...


@dataclass(slots=True, eq=False)
class _Followed:
    source: PolledSource
    state: SourceState
    partition: int
    is_polled: bool = False


class _PageTurn:
    """A page that waits for its host's turn."""

    def __init__(self) -> None:
        self.came: asyncio.Future[None] = asyncio.get_running_loop().create_future()


@dataclass(frozen=True, slots=True)
class _Finished:
    followed: _Followed
    source: PolledSource
    reading: FeedReading
    articles: Sequence[tuple[FreshEntry, RawArticle]]
    unread: Sequence[bytes]
    late_seconds: float


class SourcePoller:
    """Polls the sources that it is given.

    Args:
        fetcher: Fetches feeds and pages.
        pages: Reads pages.
        publisher: Writes articles and states; called once at a time.
        reader: Reads what was fetched.
        topics: Where they are written to.
        pause_seconds: How long a host is left alone behind each request.
        requests: How many are made at once, to different hosts.
        observer: Told of every poll, and how the sources stand.
        clock: The time.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        pages: PolledPages,
        publisher: Publisher,
        reader: PollReader,
        topics: PollTopics,
        *,
        pause_seconds: float,
        requests: int,
        observer: PollObserver,
        clock: Clock = utc_now,
    ) -> None:
        self._fetcher = fetcher
        self._pages = pages
        self._publisher = publisher
        self._reader = reader
        self._topics = topics
        self._requests = requests
        self._observer = observer
        self._clock = clock
        self._followed: dict[str, _Followed] = {}
        self._queue: HostQueue[str | _PageTurn] = HostQueue(pause_seconds)
        self._recent = RecentArticles()
        self._running = 0
        self._finished: asyncio.Queue[_Finished] = asyncio.Queue()
        self._changed = asyncio.Event()

    def follow(self, source: PolledSource, partition: int, stored: SourceState | None = None) -> None:
        """Poll a source from now on, or by its new document.

        Args:
            source: Its document.
            partition: Where its document lies, and its state is written.
            stored: How it stood; what this has learnt since is preferred.
        """
        followed = self._followed.get(source.id)
        if followed is None:
            followed = _Followed(source, current_state(source, stored, self._clock()), partition)
            self._followed[source.id] = followed
        else:
            followed.source, followed.partition = source, partition
            followed.state = current_state(source, followed.state, self._clock())
        if not followed.is_polled:
            self._wait_for(followed)

    def leave(self, source_id: str) -> None:
        """Poll a source no more."""
        self._followed.pop(source_id, None)
        self._queue.remove(source_id)

    async def run(self) -> None:
        """Poll until cancelled; what is not acknowledged by then is polled again by whoever comes next.

        Raises:
            AccessDeniedError: This user may not write to a topic.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._start_polls(tasks))
                tasks.create_task(self._write())
                tasks.create_task(self._tell())
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    def _wait_for(self, followed: _Followed) -> None:
        state = followed.state
        if not state.ended:
            self._queue.put(state.id, _host(state.moved_to or followed.source.url), state.next_at.timestamp())
            self._changed.set()

    async def _start_polls(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            self._changed.clear()
            now = self._clock().timestamp()
            while self._running < self._requests and (turn := self._queue.take(now)) is not None:
                self._running += 1
                self._begin(turn, now, tasks)
            next_at = self._queue.next_at() if self._running < self._requests else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if next_at is None else max(next_at - now, 0.0)):
                    await self._changed.wait()

    def _begin(self, turn: Turn[str | _PageTurn], now: float, tasks: asyncio.TaskGroup) -> None:
        if isinstance(turn.item, _PageTurn):
            turn.item.came.set_result(None)
        else:
            followed = self._followed[turn.item]
            followed.is_polled = True
            tasks.create_task(self._poll(followed, turn.host, now - turn.due_at))

    def _end_turn(self, host: str) -> None:
        self._running -= 1
        self._queue.release(host, self._clock().timestamp())
        self._changed.set()

    async def _poll(self, followed: _Followed, host: str, late_seconds: float) -> None:
        source, state = followed.source, followed.state
        answer: Fetched | FetchError
        try:
            answer = await self._fetcher.fetch(feed_request(source, state))
        except FetchError as error:
            answer = error
        finally:
            self._end_turn(host)
        if isinstance(answer, FetchError):
            reading = self._reader.failed(source, state, answer)
        else:
            reading = await asyncio.to_thread(self._reader.read, source, state, answer, self._clock())
        articles, unread = await self._articles(source, reading)
        await self._finished.put(_Finished(followed, source, reading, articles, unread, late_seconds))

    async def _articles(
        self, source: PolledSource, reading: FeedReading
    ) -> tuple[list[tuple[FreshEntry, RawArticle]], list[bytes]]:
        """The articles of the fresh entries, and the keys of those whose pages cannot be read now."""
        articles, unread = [], []
        if reading.feed is None:
            return [], []
        for fresh in reading.fresh:
            page, is_passing = None, False
            if fresh.needs_page and fresh.entry.url is not None:
                page, is_passing = await self._page(source, fresh.entry.url)
            article = entry_article(source, reading.feed, fresh.entry, page, changed_between=fresh.changed_between)
            if article is not None:
                articles.append((fresh, article))
            elif is_passing:
                unread.append(fresh.mark.key)
        return articles, unread

    async def _page(self, source: PolledSource, url: str) -> tuple[Page | None, bool]:
        """The page of an entry; None where there is none, and whether there may be one later."""
        turn, host = _PageTurn(), _host(url)
        self._queue.put(turn, host, self._clock().timestamp())
        self._changed.set()
        await turn.came
        try:
            answer = await self._fetcher.fetch(FetchRequest(url=url, headers=own_headers(source, url)))
        except FetchError as error:
            log.info("source %s: a page cannot be fetched: %s", source.id, error.reason)
            return None, error.failure in _PASSING
        finally:
            self._end_turn(host)
        if not 200 <= answer.status < 300:
            return None, answer.status == 429 or answer.status >= 500
        try:
            return await self._pages.read(answer), False
        except PageError as error:
            log.info("source %s: %s", source.id, error)
            return None, False

    async def _tell(self) -> None:
        while True:
            self._observer.standing(followed.state for followed in self._followed.values())
            await asyncio.sleep(_TELL_SECONDS)

    async def _write(self) -> None:
        while True:
            batch = [await self._finished.get()]
            while len(batch) < _MOST_IN_A_BATCH and not self._finished.empty():
                batch.append(self._finished.get_nowait())
            # Of a source that is followed no more nothing is published; one with a new document keeps its state.
            batch = [each for each in batch if self._followed.get(each.source.id) is each.followed]
            articles = [(each, article) for each in batch for article in self._first_of_each(each)]
            refused = await self._publisher.publish(
                [
                    Output(self._topics.raw, article.id.encode(), encode(article), (child_traceparent(()),))
                    for _, article in articles
                ]
            )
            for index, error in sorted(refused.items()):
                each, article = articles[index]
                log.error("source %s: %s: %s", each.source.id, error, article.url, extra={"article": article.id})
            now = self._clock()
            states = [settled(each.reading, each.unread, now) for each in batch]
            await self._publisher.publish(
                [
                    Output(self._topics.states, state.id.encode(), encode(state), partition=each.followed.partition)
                    for each, state in zip(batch, states, strict=True)
                ]
            )
            published = Counter(each.source.id for index, (each, _) in enumerate(articles) if index not in refused)
            for each, state in zip(batch, states, strict=True):
                self._settle(each, state, now, published[state.id])

    def _first_of_each(self, finished: _Finished) -> list[RawArticle]:
        kept = []
        for fresh, article in finished.articles:
            if not self._recent.is_repeat(finished.source.id, article):
                self._recent.add(finished.source.id, article)
                kept.append(article)
            elif fresh.novelty == "new":
                log.debug("source %s: another has published %s", finished.source.id, article.url)
        return kept

    def _settle(self, finished: _Finished, state: SourceState, now: datetime, published: int) -> None:
        before = finished.followed.state
        if state.ended:
            log.warning("source %s is polled no more: %s", state.id, state.problem)
        elif state.failures == 1:
            log.warning("source %s cannot be read: %s", state.id, state.problem)
        elif before.failures and not state.failures:
            log.info("source %s can be read again", state.id)
        followed = finished.followed
        followed.is_polled = False
        # It may be followed no more since the batch was begun.
        if self._followed.get(state.id) is followed:
            followed.state = current_state(followed.source, state, now)
            self._wait_for(followed)
        feed = finished.reading.feed
        repeats = len(finished.articles) - published
        kind = None if feed is None else feed.kind
        self._observer.polled(PollReport(state, kind, finished.late_seconds, published, repeats))


def _host(url: str) -> str:
    """The host of an address that may be no address at all: then the fetcher refuses it."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
