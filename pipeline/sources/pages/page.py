"""What a page says."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from pipeline.errors import WirewatchError

PageKind = Literal["article", "paywall", "consent", "error", "listing", "empty"]
"""``paywall`` shows no more than the beginning of an article; ``empty`` holds too little text to be one."""


class PageError(WirewatchError):
    """A page cannot be read; says why."""


class Page(Struct, frozen=True):
    """A page as read.

    Attributes:
        kind: What it is.
        text: Its main text, a paragraph a line; empty where there is none.
        asides: Half-open spans of ``text``, in code points, that are not the article's own, such as links to others.
        title: The headline, plain text on one line.
        published_at: In the zone that the page gives, else UTC; the day's beginning where it gives no time.
        modified_at: As ``published_at``.
        authors: Names, each once.
        language: ISO 639 code of the text, such as ``de``.
        canonical_url: The address that AMP and print variants of the page share.
        section: As the publisher names it.
        image: Address of the lead picture.
    """

    kind: PageKind
    text: str = ""
    asides: tuple[tuple[int, int], ...] = ()
    title: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    canonical_url: str | None = None
    section: str | None = None
    image: str | None = None

    @property
    def is_article(self) -> bool:
        """Whether it is an article and shows more than its beginning."""
        return self.kind == "article"
