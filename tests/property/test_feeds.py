"""No feed fails the reader: whatever is broken in it, it is read in bounded time or told to be none."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.feeds import FeedError, read_feed
from tests.property.scale import examples

RSS = b"""<?xml version='1.0'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>T</title>
<item><title>A &amp; B</title><link>/1</link><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>
<description><![CDATA[<p>x</p>]]></description><dc:creator>Y</dc:creator></item></channel></rss>"""
ATOM = b"""<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://x/'><entry><title type='html'>&lt;b&gt;x</title>
<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>y</div></content><updated>2026-03-02</updated></entry></feed>"""
JSON = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_text": "x", "tags": ["a"]}]}'
SITEMAP = b"<urlset><url><loc>http://x/1</loc><lastmod>2026-03-02</lastmod></url></urlset>"
PIECES = [
    *(b"<", b">", b"&", b"&#", b"]]>", b"<![CDATA[", b"<!--", b"<!DOCTYPE x [", b"<?", b"\x00", b"\xff"),
    *(b"<item>", b"</item>", b"xmlns:a='b' ", b"xml:base='http://[' ", b'"', b"{", b"[" * 100),
]


@given(
    st.sampled_from((RSS, ATOM, JSON, SITEMAP)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 20), st.sampled_from(PIECES)), max_size=6),
)
@settings(max_examples=examples(200))
def test_a_broken_feed_is_read_or_told(feed: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    for place, cut, piece in changes:
        at = int(place * len(feed))
        feed = feed[:at] + piece + feed[at + cut :]
    with contextlib.suppress(FeedError):
        read_feed(feed, base="http://x/")


HEAD = "<rss version='2.0'><channel><title>T</title><item><title>first</title><link>http://a/1</link></item>"
TAIL = "</channel></rss>"
HOSTILE = {
    "entities that grow": "<!DOCTYPE r [<!ENTITY a0 'lol'>"
    + "".join(f"<!ENTITY a{n} '" + f"&a{n - 1};" * 10 + "'>" for n in range(1, 12))
    + f"]>{HEAD}<item><title>&a11;</title></item>{TAIL}",
    "a long entity, often": f"<!DOCTYPE r [<!ENTITY a '{'x' * 900}'>]>{HEAD}"
    f"<item><title>{'&a;' * 300_000}</title></item>{TAIL}",
    "nested": HEAD + "<a>" * 300_000 + TAIL,
    "nested items": HEAD + "<item>" * 300_000 + TAIL,
    "nested HTML": f"{HEAD}<item><description>{'<div>' * 300_000}</description></item>{TAIL}",
    "a long title": f"{HEAD}<item><title>{'x' * 12_000_000}</title></item>{TAIL}",
    "many items": HEAD + "<item><title>x</title></item>" * 300_000 + TAIL,
    "many attributes": HEAD + "<item " + " ".join(f"a{n}='1'" for n in range(200_000)) + "></item>" + TAIL,
    "many namespaces": HEAD + "".join(f"<n{n}:a xmlns:n{n}='u{n}'/>" for n in range(100_000)) + TAIL,
    "ampersands": f"{HEAD}<item><title>{'&x' * 2_000_000}</title></item>{TAIL}",
    "openings": f"{HEAD}<item><description><![CDATA[{'<a' * 2_000_000}]]></description></item>{TAIL}",
    "comments": f"{HEAD}<item><description>{'&lt;!--' * 500_000}</description></item>{TAIL}",
    "scripts": f"{HEAD}<item><description><![CDATA[{'<script>' * 500_000}]]></description></item>{TAIL}",
    "quotes": HEAD + "<item><description><![CDATA[" + 'href="' * 1_000_000 + "]]></description></item>" + TAIL,
    "CDATA": f"{HEAD}<item><title>{'<![CDATA[x]]>&y;' * 300_000}</title></item>{TAIL}",
    "categories": f"{HEAD}<item>{''.join(f'<category>c{n}</category>' for n in range(200_000))}</item>{TAIL}",
    "no dates": HEAD + "<item><pubDate>Mon</pubDate></item>" * 50_000 + TAIL,
    "steps up": f"{HEAD}<item><link>{'../' * 1_000_000}</link></item>{TAIL}",
    "control characters": HEAD + "\x01" * 5_000_000 + TAIL,
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_feed_costs_bounded_time_and_what_stood_before_is_read(document: str) -> None:
    data = document.encode()
    started = time.thread_time()
    found = read_feed(data, base="http://a/")
    # Processor time, with room for a slow machine: what is not bounded takes minutes.
    assert time.thread_time() - started < 10
    assert found.entries[0].title == "first"
    assert found.title == "T"
