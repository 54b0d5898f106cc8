"""Lists of articles in pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.sources.feeds import FeedEntry, FeedError
from pipeline.sources.feeds.listing import ListingSelectors, SelectorSyntaxError, read_listing

PAGE = """<!doctype html><html lang="sv"><head><title>Nytt</title><base href="/nytt/"></head><body>
<article><h2><a href="1.html">Ett <i>hus</i></a></h2><time datetime="2026-03-02T10:00:00+01:00">i dag</time>
<p>Kort &amp; gott</p></article><article><a href="2.html">Två</a></article>
<article><a href="1.html">Ett igen</a></article>
<article>no link</article><article><a href="javascript:go()">x</a></article></body></html>""".encode()


def test_a_list_is_read_by_selectors() -> None:
    selectors = ListingSelectors(item="article", title="a", date="time@datetime", summary="p")
    found = read_listing(PAGE, selectors, base="https://n.example.org/")
    assert (found.kind, found.title, found.language) == ("listing", "Nytt", "sv")
    assert found.entries == (
        FeedEntry(
            url="https://n.example.org/nytt/1.html",
            title="Ett hus",
            summary="Kort &amp; gott",
            published_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        ),
        FeedEntry(url="https://n.example.org/nytt/2.html", title="Två"),
    )


def test_what_cannot_be_read_is_told() -> None:
    with pytest.raises(SelectorSyntaxError, match="date: 'time\\[' is no CSS selector"):
        read_listing(PAGE, ListingSelectors(item="article", date="time["))
    with pytest.raises(FeedError, match="holds no 'li' with a link"):
        read_listing(PAGE, ListingSelectors(item="li"))
    with pytest.raises(FeedError, match="the page is empty"):
        read_listing(b" ", ListingSelectors(item="li"))
