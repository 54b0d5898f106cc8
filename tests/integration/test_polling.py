"""Pollers as processes on a real Kafka, and a site on this machine: what dies loses nothing, and others take over."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from aiohttp import web

from pipeline.brokers import KafkaBroker, KafkaJars
from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import decode, encode
from pipeline.settings import Settings
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.kafka.topic_admin import topic_admin
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.streaming.records import Output
from pipeline.topology import RAW
from tests.polled_feeds import FEEDS_TOPIC, STATES_TOPIC, PolledFeed
from tests.unit.sources.polled_sources import FULL
from tests.waiting import until

HOSTS = 12
FEEDS_OF_A_HOST = 2
KEPT_IN_FEED = 500


class Site:
    """Feeds on many addresses of this machine, which grow; it watches who is asked while it still answers."""

    def __init__(self) -> None:
        self.items: dict[str, list[str]] = {}
        self.port = 0
        self.asked: Counter[str] = Counter()
        self.answered_at: dict[str, float] = {}
        self.not_modified = 0
        self.twice: list[str] = []
        self._busy: set[str] = set()

    def urls(self) -> list[str]:
        return [
            f"http://127.7.0.{host + 1}:{self.port}/{feed}" for host in range(HOSTS) for feed in range(FEEDS_OF_A_HOST)
        ]

    def add(self, url: str, count: int) -> None:
        """Let a feed have so many new items."""
        items = self.items.setdefault(url, [])
        for _ in range(count):
            number = len(items) + 1
            items.append(
                f"<item><guid>{number}</guid><link>{url}/{number}</link><title>Title {number}</title>"
                f"<pubDate>{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
                f"<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>{FULL} {url} {number}"
                "</content:encoded></item>"
            )

    def all_ids(self) -> set[str]:
        return {f"{url}/{number + 1}" for url, items in self.items.items() for number in range(len(items))}

    async def answer(self, request: web.Request) -> web.Response:
        url = f"http://{request.host}{request.path}"
        if request.host in self._busy:
            self.twice.append(url)
        self._busy.add(request.host)
        try:
            self.asked[url] += 1
            self.answered_at[url] = monotonic()
            items = self.items.get(url, [])
            tag = f'"{len(items)}"'
            if request.headers.get("If-None-Match") == tag:
                self.not_modified += 1
                return web.Response(status=304, headers={"ETag": tag})
            kept = "".join(reversed(items[-KEPT_IN_FEED:]))
            body = f"<rss version='2.0'><channel><title>T</title>{kept}</channel></rss>"
            return web.Response(text=body, content_type="application/rss+xml", headers={"ETag": tag})
        finally:
            self._busy.discard(request.host)


@contextlib.asynccontextmanager
async def a_site() -> AsyncIterator[Site]:
    site = Site()
    application = web.Application()
    application.router.add_get("/{feed}", site.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    listener = web.TCPSite(runner, "0.0.0.0", 0)
    await listener.start()
    site.port = runner.addresses[0][1]
    try:
        yield site
    finally:
        await runner.cleanup()


class Pollers:
    """Processes that poll."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        log = (self._folder / f"poller-{len(self.processes)}.log").open("ab")
        with log:
            self.processes.append(
                subprocess.Popen(
                    [
                        *(sys.executable, "-m", "tests.polled_feeds"),
                        *(self._settings.bootstrap_servers, self._settings.topic_prefix),
                    ],
                    stdout=log,
                    stderr=log,
                    env=dict(os.environ),
                )
            )

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        self.processes.remove(process)


@contextlib.contextmanager
def pollers(settings: Settings, folder: Path, count: int) -> Iterator[Pollers]:
    running = Pollers(settings, folder)
    try:
        for _ in range(count):
            running.start()
        yield running
    finally:
        for process in list(running.processes):
            running.kill(process)


async def apply(settings: Settings, *feeds: PolledFeed) -> None:
    """Create the topics, and write the documents of feeds, those of one host into one partition."""
    prefix = settings.topic_prefix
    topics = {topic.full_name(prefix): topic for topic in (FEEDS_TOPIC, STATES_TOPIC, RAW)}
    async with topic_admin(settings) as admin:
        await admin.create({name: topic for name, topic in topics.items() if name not in await admin.names()})
    name = FEEDS_TOPIC.full_name(prefix)
    async with publishing(settings, "apply", name) as publisher:
        await publisher.publish(
            [
                Output(
                    name,
                    feed.id.encode(),
                    encode(feed),
                    partition=hash(feed.url.split("/")[2]) % FEEDS_TOPIC.partitions,
                )
                for feed in feeds
            ]
        )


class Published:
    """The raw articles, read as they come."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.articles: list[RawArticle] = []
        self._next: dict[int, int] = {}

    async def urls(self) -> set[str]:
        async with topic_reader(self._settings, RAW.full_name(self._settings.topic_prefix)) as reader:
            ends = await reader.end_offsets()
            starts = {number: self._next.get(number, 0) for number in ends}
            async for chunk in reader.read(starts, ends):
                self.articles += [decode(record.value, RawArticle) for record in chunk.records]
            self._next = ends
        return {article.url for article in self.articles}


async def test_sources_are_polled_by_several_and_a_dead_ones_hosts_move_within_15_seconds(
    settings: Settings, tmp_path: Path
) -> None:
    async with a_site() as site:
        for url in site.urls():
            site.add(url, 3)
        await apply(settings, *(PolledFeed(id=url, url=url) for url in site.urls()))
        published = Published(settings)
        with pollers(settings, tmp_path, 2) as running:
            await until(lambda: len(site.asked) == len(site.urls()), "all are polled")
            await until(lambda: site.not_modified > 0, "what has not changed is not sent again")
            running.kill(running.processes[0])
            killed_at = monotonic()
            for url in site.urls():
                site.add(url, 2)

            async def all_is_there() -> bool:
                return await published.urls() == site.all_ids()

            await until(all_is_there, "the other polls all")
            assert monotonic() - killed_at < 15
            assert all(at > killed_at for at in site.answered_at.values())
            late = f"http://127.7.0.200:{site.port}/late"
            site.add(late, 1)
            applied_at = monotonic()
            await apply(settings, PolledFeed(id="late", url=late))
            await until(lambda: site.asked[late], "a new source is polled")
            assert monotonic() - applied_at < 5
            await until(all_is_there, "and published")
    assert site.twice == []


async def test_a_broker_that_is_killed_and_comes_back_costs_no_article(
    kafka_program: tuple[Path, KafkaJars], settings: Settings, tmp_path: Path
) -> None:
    with KafkaBroker(*kafka_program) as broker:
        own = settings.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})
        async with a_site() as site:
            await apply(own, *(PolledFeed(id=url, url=url) for url in site.urls()))
            published = Published(own)
            with pollers(own, tmp_path, 1) as running:
                await until(lambda: len(site.asked) == len(site.urls()), "all are polled")
                await asyncio.to_thread(broker.kill)
                for url in site.urls():
                    site.add(url, 5)
                asked = site.asked.total()
                await until(lambda: site.asked.total() > asked, "it is fetched meanwhile")
                await asyncio.to_thread(broker.restart)

                async def all_is_there() -> bool:
                    return await published.urls() == site.all_ids()

                await until(all_is_there, "all is published", within_seconds=120)
                assert running.processes[0].poll() is None


async def test_kills_repeat_articles_under_the_same_ids_and_lose_none(
    settings: Settings, tmp_path: Path, seed: int, request: pytest.FixtureRequest
) -> None:
    kills, items = (10, 50_000) if request.config.getoption("--full-size") else (2, 1_000)
    draw = random.Random(seed)
    print(f"seed {seed}")
    async with a_site() as site:
        await apply(settings, *(PolledFeed(id=url, url=url) for url in site.urls()))
        published = Published(settings)
        urls = site.urls()
        with pollers(settings, tmp_path, 3) as running:
            for _ in range(kills):
                before = len(site.all_ids())
                for url in urls:
                    site.add(url, items // kills // len(urls))
                wanted = draw.randrange(before, len(site.all_ids()))

                async def some_are_there(count: int = wanted) -> bool:
                    return len(await published.urls()) >= count

                await until(some_are_there, "some are published", within_seconds=300)
                running.kill(draw.choice(running.processes))
                running.start()

            async def all_are_there() -> bool:
                return await published.urls() == site.all_ids()

            await until(all_are_there, "all are published", within_seconds=300)
    ids = {(article.id, article.url, article.title, article.body) for article in published.articles}
    assert len({each[0] for each in ids}) == len(ids)
