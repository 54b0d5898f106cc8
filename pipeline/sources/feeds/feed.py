"""What a feed says, whatever its format."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from pipeline.errors import WirewatchError

FeedKind = Literal["rss", "atom", "rdf", "cdf", "json", "sitemap", "sitemap-index", "listing", "other"]
"""``other`` is XML that is well read and no feed, such as a list of services: it has no entries."""

Shortened = Literal["time", "entries", "text"]
"""Why the rest of a document was left out: it took too long, had too many entries, or too much text."""


class FeedError(WirewatchError):
    """A document is not a feed; says what it is instead."""


class FeedEntry(Struct, frozen=True, omit_defaults=True):
    """One item of a feed, or one address of a sitemap.

    Attributes:
        id: As the feed gives it, such as ``guid``; None where it gives none.
        url: Absolute where the feed or ``base`` allows.
        title: Plain text on one line.
        content: HTML, whole where the feed gives the whole text.
        summary: HTML; the content where the feed gives no other.
        author: Names, joined by commas.
        published_at: In UTC.
        updated_at: In UTC.
        categories: As written, without repeats.
        language: A tag as written, where it differs from the feed's.
        image: Address of the lead picture.
    """

    id: str | None = None
    url: str | None = None
    title: str | None = None
    content: str | None = None
    summary: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    image: str | None = None


class Feed(Struct, frozen=True, omit_defaults=True):
    """A feed as read.

    Attributes:
        kind: Its format.
        title: Plain text on one line.
        link: The page that it belongs to.
        language: A tag as written.
        entries: In the feed's order.
        hub: The WebSub hub that it names.
        self_url: Its own address, as it gives it.
        interval_seconds: How often it says that it changes (``ttl``, ``sy:updatePeriod``).
        shortened: Why not all was read; None where all was.
    """

    kind: FeedKind
    title: str | None = None
    link: str | None = None
    language: str | None = None
    entries: tuple[FeedEntry, ...] = ()
    hub: str | None = None
    self_url: str | None = None
    interval_seconds: int | None = None
    shortened: Shortened | None = None
