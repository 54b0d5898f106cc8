"""The raw article that an entry of a source becomes, with the page behind it where that was read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Protocol

from pipeline.messages.articles import RawArticle
from pipeline.messages.identity import article_id, digest
from pipeline.sources.feeds import Feed, FeedEntry
from pipeline.sources.feeds.fragments import is_web_address
from pipeline.sources.feeds.plain_text import plain_text
from pipeline.sources.pages import Page
from pipeline.sources.pages.canonical import canonical_url

_MOST_TAGS = 50
# Characters of text; what is shorter is a teaser, though the feed calls it the content.
_SHORTEST_FULL_TEXT = 500


class PolledSource(Protocol):
    """What polling needs to know of a source's document."""

    @property
    def id(self) -> str:
        """Its own, for ever."""
        ...

    @property
    def url(self) -> str:
        """Where its feed, sitemap or page is."""
        ...

    @property
    def name(self) -> str:
        """What its articles give as their source; empty: the feed's own title."""
        ...

    @property
    def language(self) -> str:
        """The language of its articles, where it is fixed; else empty."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """Given to each of its articles."""
        ...

    @property
    def interval_seconds(self) -> float | None:
        """The time between two polls, where it is fixed."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Sent with each request to its own origin, secrets resolved."""
        ...


def entry_identity(entry: FeedEntry, source_id: str) -> str:
    """Which entry it is: by its address, else by its own id or title within the source."""
    if is_web_address(entry.url):
        return article_id(canonical_url([], entry.url) or entry.url or "", "", "")
    return digest("entry", source_id, entry.id or entry.title or entry.summary or "")


def needs_page(entry: FeedEntry) -> bool:
    """Whether the text of an entry has to be read from its page, since the feed has none or a summary only."""
    return is_web_address(entry.url) and (entry.content is None or len(plain_text(entry.content)) < _SHORTEST_FULL_TEXT)


def entry_article(
    source: PolledSource,
    feed: Feed,
    entry: FeedEntry,
    page: Page | None,
    *,
    changed_between: tuple[datetime, datetime] | None = None,
) -> RawArticle | None:
    """The article of an entry.

    Args:
        source: Where it is from.
        feed: What it stands in.
        entry: What the feed says of it.
        page: Its page; None where that was not needed, or cannot be read.
        changed_between: The last reading that did not have what it says now, and this one; None for a new one.

    Returns:
        The article: the same id whichever feed it stands in, where it has an address. None where there is neither title
        nor text, or only a page that is no article.
    """
    title, body = _words(entry, page)
    if not title and not body:
        return None
    url = canonical_url([page.canonical_url if page is not None else None], entry.url)
    published_at = entry.published_at or (page.published_at if page is not None else None)
    attributes = {"source_id": source.id, "author": entry.author or ", ".join(page.authors if page is not None else ())}
    return RawArticle(
        id=article_id(url, "", "") if url is not None else entry_identity(entry, source.id),
        url=url or "",
        title=title,
        body=body,
        source=source.name or feed.title or source.id,
        published_at=published_at,
        revised_at=None if changed_between is None else _revised_at(entry, page, *changed_between),
        declared_language=source.language or entry.language or feed.language or "",
        tags=tuple(islice(dict.fromkeys((*source.tags, *entry.categories)), _MOST_TAGS)),
        attributes={name: value for name, value in attributes.items() if value},
    )


def _words(entry: FeedEntry, page: Page | None) -> tuple[str, str]:
    """Title and body: the page's text where it is an article, or at least more than the feed has."""
    title = entry.title or ""
    told = plain_text(entry.content or entry.summary or "")
    if page is None or not (page.is_article or (page.kind == "paywall" and len(page.text) > len(told))):
        return title, told
    return title or page.title or "", page.text


def _revised_at(entry: FeedEntry, page: Page | None, before: datetime, now: datetime) -> datetime:
    """When a changed article was revised: as it says itself, where that is since it was last read."""
    told = (entry.updated_at, page.modified_at if page is not None else None)
    return next((moment for moment in told if moment is not None and before <= moment <= now), now)
