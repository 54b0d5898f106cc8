"""Read a feed of any format from its bytes."""

from __future__ import annotations

import re

from pipeline.sources.feeds.decoding import decode
from pipeline.sources.feeds.feed import Feed, FeedError
from pipeline.sources.feeds.fragments import is_web_address
from pipeline.sources.feeds.json_feed import read_json_feed
from pipeline.sources.feeds.sitemaps import is_sitemap, read_sitemap, read_text_sitemap
from pipeline.sources.feeds.xml_feeds import read_xml_feed
from pipeline.sources.feeds.xml_tree import parse_xml

_PAGE = re.compile(r"\s*(?:<!doctype\s+html|<html\b)", re.IGNORECASE)
_HAS_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|urlset)\b", re.IGNORECASE)
_HEAD = 100_000


def read_feed(
    data: bytes, *, base: str | None = None, content_type: str | None = None, language: str | None = None
) -> Feed:
    """Read a feed, a sitemap or a list of addresses.

    Args:
        data: The document, at most some megabytes; what is too long or takes too long is read up to there.
        base: Its address, for relative links.
        content_type: The header of that name.
        language: The header ``Content-Language``, for a feed that says nothing.

    Raises:
        FeedError: It is no feed; says what it is instead.
    """
    text = decode(data, content_type)
    start = text.lstrip("\ufeff \t\r\n\x00")
    if not start:
        raise FeedError("no feed: the document is empty")
    if start[0] in "{[":
        return read_json_feed(start, base)
    if _PAGE.match(start) and not _HAS_FEED.search(start[:_HEAD]):
        raise FeedError("no feed: it is an HTML page; give the page to 'wirewatch sources add', which finds its feed")
    if is_web_address(start.split(maxsplit=1)[0]):
        return read_text_sitemap(start)
    tree = parse_xml(start)
    if is_sitemap(tree):
        return read_sitemap(tree, base)
    return read_xml_feed(tree, base, language)
