"""The poller with a web, pages and a broker in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from random import Random

from pipeline.errors import ArticleError
from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import decode
from pipeline.messages.source_states import SourceState
from pipeline.sources.fetching import Fetched, FetchError, FetchRequest
from pipeline.sources.pages import Page
from pipeline.sources.polling.readings import PollReader
from pipeline.sources.polling.schedule import PollPace
from pipeline.streaming.clock import utc_now
from pipeline.streaming.polling.source_poller import PollTopics, SourcePoller
from pipeline.streaming.records import Output
from tests.unit.sources.polled_sources import ASource, Item, answer, rss
from tests.unit.streaming.observed_polls import ObservedPolls
from tests.waiting import until

TOPICS = PollTopics("raw", "states")


class Web:
    """Feeds and pages by address; watches that a host gets one request at a time."""

    def __init__(self, bodies: dict[str, bytes]) -> None:
        self.bodies = bodies
        self.asked: Counter[str] = Counter()
        self.busy: set[str] = set()
        self.twice: list[str] = []

    async def fetch(self, request: FetchRequest) -> Fetched:
        host = request.url.split("/")[2]
        if host in self.busy:
            self.twice.append(request.url)
        self.busy.add(host)
        self.asked[request.url] += 1
        await asyncio.sleep(0.001)
        self.busy.discard(host)
        if request.url not in self.bodies:
            raise FetchError(request.url, "unreachable", "no such host")
        return answer(self.bodies[request.url])


class Pages:
    async def read(self, answer: Fetched) -> Page:
        return Page(kind="article", text=answer.body.decode())


class Broker:
    """Keeps what is published, in order; ``answers`` lets it acknowledge."""

    def __init__(self) -> None:
        self.written: list[Output] = []
        self.answers = asyncio.Event()
        self.answers.set()

    async def publish(self, outputs: Sequence[Output]) -> Mapping[int, ArticleError]:
        await self.answers.wait()
        self.written += outputs
        return {}

    def articles(self) -> list[RawArticle]:
        return [decode(each.value or b"", RawArticle) for each in self.written if each.topic == "raw"]

    def states(self) -> dict[str, SourceState]:
        states = [decode(each.value or b"", SourceState) for each in self.written if each.topic == "states"]
        return {state.id: state for state in states}


@contextlib.asynccontextmanager
async def polling(
    web: Web, broker: Broker, *sources: ASource, observer: ObservedPolls | None = None, shortest: float = 3600.0
) -> AsyncIterator[SourcePoller]:
    reader = PollReader(PollPace(shortest_seconds=shortest), Random(1))
    poller = SourcePoller(
        web, Pages(), broker, reader, TOPICS, pause_seconds=0.0, requests=20, observer=observer or ObservedPolls()
    )
    for number, source in enumerate(sources):
        poller.follow(source, number % 3)
    running = asyncio.create_task(poller.run())
    try:
        yield poller
        if running.done():
            await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def a_site(number: int, feeds: int) -> dict[str, bytes]:
    now = utc_now()
    return {
        f"http://h{number}/{feed}": rss(*(Item(1000 * number + 10 * feed + each, at=now) for each in range(3)))
        for feed in range(feeds)
    }


async def test_every_feed_is_polled_and_no_host_is_asked_twice_at_once() -> None:
    bodies = {url: body for number in range(20) for url, body in a_site(number, 5).items()}
    web, broker = Web(bodies), Broker()
    async with polling(web, broker, *(ASource(id=url, url=url) for url in bodies)):
        await until(lambda: len(broker.states()) == 100, "all are polled")
    assert web.twice == []
    assert set(web.asked.values()) == {1}
    assert len({article.id for article in broker.articles()}) == len(broker.articles()) == 300


async def test_the_state_is_written_only_after_the_articles_are_acknowledged() -> None:
    web, broker = Web(a_site(1, 1)), Broker()
    broker.answers.clear()
    source = ASource(url="http://h1/0")
    async with polling(web, broker, source):
        await until(lambda: web.asked, "it is asked")
        assert broker.written == []
        broker.answers.set()
        await until(broker.states, "its state is written")
    assert [each.topic for each in broker.written] == ["raw"] * 3 + ["states"]
    assert broker.written[-1].partition == 0


async def test_the_same_article_of_two_feeds_is_published_once() -> None:
    body = rss(Item(1, at=utc_now()))
    web, broker = Web({"http://h/a": body, "http://h/b": body}), Broker()
    async with polling(web, broker, ASource(id="a", url="http://h/a"), ASource(id="b", url="http://h/b")):
        await until(lambda: len(broker.states()) == 2, "both are polled")
    assert len(broker.articles()) == 1


async def test_the_text_comes_from_the_page_where_the_feed_has_a_summary() -> None:
    item = Item(1, "A summary.", at=utc_now())
    web = Web({"http://h/a": rss(item), item.url: b"The whole text of the page."})
    broker = Broker()
    async with polling(web, broker, ASource(url="http://h/a")):
        await until(broker.states, "it is polled")
    assert [article.body for article in broker.articles()] == ["The whole text of the page."]


async def test_a_failing_source_is_told_and_disturbs_no_other() -> None:
    web, broker = Web(a_site(1, 1)), Broker()
    observer = ObservedPolls()
    sources = [ASource(id="well", url="http://h1/0"), ASource(id="ill", url="http://gone/")]
    async with polling(web, broker, *sources, observer=observer):
        await until(lambda: len(broker.states()) == 2, "both are polled")
    assert broker.states()["ill"].problem == "no such host"
    assert broker.states()["well"].failures == 0
    assert {report.state.id: report.published for report in observer.reports} == {"well": 3, "ill": 0}


async def test_a_source_is_polled_again_and_its_changes_are_revisions() -> None:
    item = Item(1, at=utc_now())
    web, broker = Web({"http://h/a": rss(item)}), Broker()
    source = ASource(url="http://h/a", interval_seconds=0.05)
    async with polling(web, broker, source, shortest=0.05):
        await until(lambda: web.asked["http://h/a"] > 2, "it is polled again")
        assert len(broker.articles()) == 1
        web.bodies["http://h/a"] = rss(Item(1, f"{item.text} Mended.", at=item.at))
        await until(lambda: len(broker.articles()) == 2, "the change is published")
    first, second = broker.articles()
    assert first.id == second.id
    assert second.revised_at is not None


async def test_a_source_goes_on_where_it_was_and_one_that_is_left_is_polled_no_more() -> None:
    web, broker = Web(a_site(1, 2)), Broker()
    stored = SourceState(id="later", url="http://h1/0", next_at=utc_now() + timedelta(hours=1))
    async with polling(web, broker) as poller:
        poller.follow(ASource(id="later", url="http://h1/0"), 0, stored)
        poller.follow(ASource(id="left", url="http://h1/0"), 0)
        poller.leave("left")
        poller.follow(ASource(id="due", url="http://h1/1"), 0)
        await until(lambda: "due" in broker.states(), "the due one is polled")
    assert set(web.asked) == {"http://h1/1"}
