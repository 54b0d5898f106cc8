"""What a poll makes of an answer: what is news, and when to ask again."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from pipeline.messages.source_states import SourceState
from pipeline.sources.feeds import Feed, FeedEntry
from pipeline.sources.fetching import Fetched, FetchError
from pipeline.sources.pages import Page
from pipeline.sources.polling.entry_article import entry_article
from pipeline.sources.polling.readings import (
    FeedReading,
    PollReader,
    current_state,
    feed_request,
    first_state,
    own_headers,
    settled,
)
from pipeline.sources.polling.schedule import PollPace, fresh_seconds, interval_after_failure, usual_interval
from tests.unit.sources.polled_sources import FULL, NOW, ASource, Item, answer, rss

SOURCE = ASource()
READER = PollReader(PollPace(), Random(1))


def poll(
    state: SourceState, fetched: Fetched, now: datetime = NOW, source: ASource = SOURCE
) -> tuple[FeedReading, SourceState]:
    reading = READER.read(source, state, fetched, now)
    return reading, settled(reading, (), now)


def titles(reading: FeedReading) -> list[tuple[str, str | None]]:
    return [(each.novelty, each.entry.title) for each in reading.fresh]


def test_what_is_new_is_published_once_and_what_changes_again() -> None:
    first, state = poll(first_state(SOURCE, NOW), answer(rss(Item(2), Item(1))))
    assert titles(first) == [("new", "Title 1"), ("new", "Title 2")]
    later = NOW + timedelta(hours=1)
    second, state = poll(state, answer(rss(Item(3), Item(2, FULL + "Mended."), Item(1))), later)
    assert titles(second) == [("changed", "Title 2"), ("new", "Title 3")]
    assert second.fresh[0].changed_between == (NOW, later)
    third, state = poll(state, answer(rss(Item(3))), later)
    assert titles(third) == []
    back, _ = poll(state, answer(rss(Item(1))), later)
    assert titles(back) == []


def test_the_history_of_a_new_source_is_no_news() -> None:
    items = [Item(1), Item(2, at=NOW - timedelta(days=3)), Item(3, at=None)]
    reading, state = poll(first_state(SOURCE, NOW), answer(rss(*items)))
    assert {title for _, title in titles(reading)} == {"Title 1", "Title 3"}
    assert titles(poll(state, answer(rss(*items)))[0]) == []


def test_nothing_is_asked_for_twice_where_the_source_can_tell() -> None:
    headers = {"etag": '"1"', "last-modified": "Mon, 02 Mar 2026 10:00:00 GMT"}
    _, state = poll(first_state(SOURCE, NOW), answer(rss(Item(1)), headers=headers))
    request = feed_request(SOURCE, state)
    assert (request.etag, request.last_modified) == ('"1"', headers["last-modified"])
    reading, after = poll(state, answer(status=304), NOW + timedelta(hours=1))
    assert reading.feed is None
    assert (after.etag, after.seen, after.failures) == (state.etag, state.seen, 0)
    assert after.read_at == NOW + timedelta(hours=1)


def test_an_entry_whose_page_cannot_be_read_now_is_fresh_again() -> None:
    reading = READER.read(SOURCE, first_state(SOURCE, NOW), answer(rss(Item(1), Item(2)), headers={"etag": "x"}), NOW)
    state = settled(reading, [reading.fresh[0].mark.key], NOW)
    assert state.etag is None
    assert titles(poll(state, answer(rss(Item(1), Item(2))))[0]) == titles(reading)[:1]


def test_many_pages_are_read_in_several_polls() -> None:
    body = rss(*(Item(number, "Short.") for number in range(32)))
    reading, state = poll(first_state(SOURCE, NOW), answer(body))
    assert (len(reading.fresh), reading.left) == (20, 12)
    assert reading.seconds == PollPace().shortest_seconds
    rest, _ = poll(state, answer(body))
    assert (len(rest.fresh), rest.left) == (12, 0)


def test_failures_are_told_and_tried_later_and_later() -> None:
    _, state = poll(first_state(SOURCE, NOW), answer(rss(Item(1))))
    pauses = []
    for _ in range(8):
        reading, state = poll(state, answer(status=503))
        pauses.append(reading.seconds)
    assert state.problem == "it answers with status 503"
    assert state.failures == 8
    assert pauses[0] < pauses[1] < pauses[2]
    assert pauses[-1] <= PollPace().longest_seconds * 1.1
    _, well = poll(state, answer(rss(Item(1))))
    assert (well.failures, well.problem) == (0, "")
    refused = READER.failed(SOURCE, well, FetchError(SOURCE.url, "slow", "no whole answer within 30 s"))
    assert refused.state.problem == "no whole answer within 30 s"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>x</body></html>", "it is an HTML page"),
        (b"", "the document is empty"),
        (b"<sitemapindex><sitemap><loc>http://x/1</loc></sitemap></sitemapindex>", "index of sitemaps"),
    ],
)
def test_what_is_no_feed_is_a_failure(body: bytes, said: str) -> None:
    assert said in poll(first_state(SOURCE, NOW), answer(body))[1].problem


def test_a_source_that_is_gone_ends_and_one_that_has_moved_is_followed() -> None:
    moved = "https://nordwind.example/new"
    _, state = poll(first_state(SOURCE, NOW), answer(rss(Item(1)), moved_to=moved))
    assert feed_request(SOURCE, state).url == moved
    assert poll(state, answer(status=410))[1].ended
    _, once = poll(state, answer(status=500))
    assert feed_request(SOURCE, once).url == moved
    _, twice = poll(once, answer(status=500))
    assert feed_request(SOURCE, twice).url == SOURCE.url


def test_secrets_go_to_the_sources_own_origin_only() -> None:
    source = ASource(headers={"Authorization": "Bearer x"})
    state = first_state(source, NOW)
    assert feed_request(source, state).headers == source.headers
    _, there = poll(state, answer(rss(Item(1)), moved_to="https://nordwind.example/new"), source=source)
    assert feed_request(source, there).headers == source.headers
    _, elsewhere = poll(state, answer(rss(Item(1)), moved_to="https://other.example/rss"), source=source)
    assert feed_request(source, elsewhere).headers == {}
    assert own_headers(source, "http://nordwind.example/1") == {}


def test_a_source_is_silent_when_it_has_nothing_new_for_twice_as_long_as_usual() -> None:
    items = [Item(number, at=NOW - timedelta(hours=5 * number)) for number in range(4)]
    _, state = poll(first_state(SOURCE, NOW), answer(rss(*items)))
    assert state.usual_silence_seconds == 5 * 3600
    assert not state.is_silent(NOW + timedelta(hours=10))
    assert state.is_silent(NOW + timedelta(hours=11))
    later = NOW + timedelta(hours=11)
    _, heard = poll(state, answer(rss(Item(9, at=later), *items)), later)
    assert not heard.is_silent(later + timedelta(hours=20))
    assert heard.usual_silence_seconds == 11 * 3600


def test_a_changed_address_begins_anew_and_repeats_nothing() -> None:
    _, state = poll(first_state(SOURCE, NOW), answer(rss(Item(1)), headers={"etag": "x"}))
    other = ASource(url="https://nordwind.example/atom")
    fresh = current_state(other, state, NOW)
    assert (fresh.etag, fresh.next_at, fresh.url) == (None, NOW, other.url)
    assert titles(poll(fresh, answer(rss(Item(1), Item(2))), source=other)[0]) == [("new", "Title 2")]
    assert current_state(SOURCE, state, NOW) is state


def test_the_interval_follows_the_square_root_law_within_its_bounds() -> None:
    pace = PollPace()
    assert usual_interval(pace, 25) == 18 * 60
    assert usual_interval(pace, 100_000) == 120
    assert usual_interval(pace, 0) == 240 * 60
    assert usual_interval(pace, 25, fixed_seconds=600) == 600
    assert usual_interval(pace, 25, hint_seconds=86_400) == 3600
    assert usual_interval(pace, 25, fresh_seconds=5000) == 5000
    assert interval_after_failure(pace, 600, 1, None) == 600
    assert interval_after_failure(pace, 600, 1, 20_000) == 20_000
    assert interval_after_failure(pace, 600, 2, None) == 1200


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"expires": "Mon, 02 Mar 2026 12:10:00 GMT"}, 600),
        ({"expires": "0"}, 0),
        ({}, 0),
    ],
)
def test_how_long_an_answer_stays_the_same(headers: dict[str, str], seconds: float) -> None:
    assert fresh_seconds(headers, NOW) == seconds


def test_one_article_has_one_id_whichever_feed_it_stands_in() -> None:
    feed = Feed("rss", title="T")
    entries = [
        FeedEntry(id="a", url="https://n.example/1?utm_source=rss", title="X", content=FULL),
        FeedEntry(id="b", url="https://n.example/1", title="X", content=FULL),
    ]
    one, two = (entry_article(ASource(id=name), feed, entry, None) for name, entry in zip("pq", entries, strict=True))
    assert one is not None
    assert two is not None
    assert one.id == two.id
    assert one.url == "https://n.example/1"
    without = [entry_article(ASource(id=name), feed, FeedEntry(id="a", title="X"), None) for name in ("p", "p", "q")]
    ids = [article.id for article in without if article is not None]
    assert ids[0] == ids[1] != ids[2]


def test_the_article_says_what_feed_and_page_say() -> None:
    entry = FeedEntry(
        url="https://n.example/1", title="X", summary="<p>One &amp; two.</p><p>Three</p>", categories=("politics",),
        author="A. B.", published_at=NOW, updated_at=NOW + timedelta(hours=2),
    )  # fmt: skip
    source = ASource(language="de", tags=("press",))
    told = entry_article(source, Feed("rss", language="en"), entry, None)
    assert told is not None
    assert (told.body, told.tags, told.declared_language) == ("One & two.\nThree", ("press", "politics"), "de")
    assert told.attributes == {"source_id": "nordwind", "author": "A. B."}
    assert told.revised_at is None
    page = Page(kind="article", text="The whole text.", canonical_url="https://n.example/one")
    between = (NOW + timedelta(hours=1), NOW + timedelta(hours=3))
    whole = entry_article(source, Feed("rss"), entry, page, changed_between=between)
    assert whole is not None
    assert (whole.body, whole.url, whole.revised_at) == (page.text, page.canonical_url, entry.updated_at)
    since = (NOW + timedelta(hours=2, minutes=1), between[1])
    again = entry_article(source, Feed("rss"), entry, page, changed_between=since)
    assert again is not None
    assert again.revised_at == between[1]


def test_a_page_that_is_no_article_is_none() -> None:
    bare = FeedEntry(url="https://n.example/1")
    assert entry_article(SOURCE, Feed("sitemap"), bare, Page(kind="consent", text="We value your privacy")) is None
    told = entry_article(SOURCE, Feed("rss"), FeedEntry(url=bare.url, title="X"), Page(kind="error", text="Not found"))
    assert told is not None
    assert told.body == ""
