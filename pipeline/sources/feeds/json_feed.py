"""JSON Feed 1.0 and 1.1. Source: jsonfeed.org/version/1.1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from pipeline.sources.feeds.dates import read_date
from pipeline.sources.feeds.feed import Feed, FeedEntry, FeedError
from pipeline.sources.feeds.fragments import escaped, join_url, one_line, with_absolute_links, without_hidden
from pipeline.sources.feeds.xml_feeds import MOST_ENTRIES


def read_json_feed(text: str, base: str | None) -> Feed:
    """Read a feed, whatever of it is missing or of another type.

    Raises:
        FeedError: It is no JSON, or no object with a list of items.
    """
    try:
        document = msgspec.json.decode(text.encode("utf-8", "replace"), strict=False)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FeedError(f"no feed: it begins as JSON does, and is none ({error})") from None
    if not isinstance(document, dict):
        raise FeedError("no feed: JSON that is no object")
    items = document.get("items")
    if not isinstance(items, list) and "version" not in document:
        raise FeedError("no feed: a JSON object that has no list 'items'")
    given = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    page = join_url(base, _text(document.get("home_page_url")))
    hubs = document.get("hubs")
    hub = (
        next((_text(each.get("url")) for each in hubs if isinstance(each, dict)), None)
        if isinstance(hubs, list)
        else None
    )
    authors = _authors(document)
    return Feed(
        kind="json",
        title=_line(document.get("title")),
        link=page,
        language=_line(document.get("language")),
        entries=tuple(_entry(item, page or base, authors) for item in given[:MOST_ENTRIES]),
        hub=join_url(base, hub),
        self_url=join_url(base, _text(document.get("feed_url"))),
        shortened="entries" if len(given) > MOST_ENTRIES else None,
    )


def _entry(item: dict[str, Any], base: str | None, authors: str | None) -> FeedEntry:
    plain = _text(item.get("content_text"))
    content = _text(item.get("content_html")) or (escaped(plain) if plain else None)
    summary = _text(item.get("summary"))
    tags = item.get("tags")
    return FeedEntry(
        id=_line(item.get("id")),
        url=join_url(base, _text(item.get("url")) or _text(item.get("external_url"))),
        title=_line(item.get("title")),
        content=with_absolute_links(without_hidden(content), base) if content else None,
        summary=escaped(summary) if summary else content,
        author=_authors(item) or authors,
        published_at=read_date(_text(item.get("date_published"))),
        updated_at=read_date(_text(item.get("date_modified"))),
        categories=tuple(dict.fromkeys(filter(None, map(_line, tags)))) if isinstance(tags, list) else (),
        language=_line(item.get("language")),
        image=join_url(base, _text(item.get("image")) or _text(item.get("banner_image"))),
    )


def _authors(holder: dict[str, Any]) -> str | None:
    several = holder.get("authors")
    found: Iterable[Any] = several if isinstance(several, list) and several else [holder.get("author")]
    names = [_line(each.get("name")) for each in found if isinstance(each, dict)]
    return ", ".join(filter(None, names)) or None


def _text(value: object) -> str | None:
    """A text, also where a number stands for it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def _line(value: object) -> str | None:
    text = _text(value)
    return one_line(text) or None if text else None
