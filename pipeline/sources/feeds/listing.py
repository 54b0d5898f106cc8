"""Lists of articles in HTML pages, for publishers without a feed: found by CSS selectors that a source names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import lxml.html
from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector
from msgspec import Struct

from pipeline.errors import WirewatchError
from pipeline.sources.feeds.dates import read_date
from pipeline.sources.feeds.decoding import decode
from pipeline.sources.feeds.feed import Feed, FeedEntry, FeedError
from pipeline.sources.feeds.fragments import escaped, is_web_address, join_url, one_line
from pipeline.sources.feeds.xml_tree import Element

_MOST_ENTRIES = 1_000
_LONGEST_PAGE = 10_000_000


class SelectorSyntaxError(WirewatchError):
    """A CSS selector of a source cannot be read.

    Attributes:
        name: Which of the selectors.
    """

    def __init__(self, name: str, selector: str, problem: str) -> None:
        super().__init__(f"{name}: {selector!r} is no CSS selector: {problem}")
        self.name = name


class ListingSelectors(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where a page says what. ``selector`` or, for an attribute, ``selector@attribute``.

    Attributes:
        item: One article of the list.
        link: Within the item; the first link otherwise.
        title: Within the item; the link's text otherwise.
        date: Within the item: an attribute such as ``time@datetime``, or a text.
        summary: Within the item.
    """

    item: str
    link: str = "a@href"
    title: str | None = None
    date: str | None = None
    summary: str | None = None

    def check(self) -> None:
        """Raise ``SelectorSyntaxError`` for the first selector that cannot be read."""
        named: Mapping[str, str | None] = {
            "item": self.item, "link": self.link, "title": self.title, "date": self.date, "summary": self.summary,
        }  # fmt: skip
        for name, selector in named.items():
            if selector is not None:
                try:
                    _compiled(selector.rpartition("@")[0] or selector)
                except (SelectorError, etree.XPathSyntaxError) as error:
                    raise SelectorSyntaxError(name, selector, str(error)) from None


def read_listing(
    data: bytes, selectors: ListingSelectors, *, base: str | None = None, content_type: str | None = None
) -> Feed:
    """Read the articles that a page lists; each address once.

    Raises:
        FeedError: The page is empty, or holds no such item.
        SelectorSyntaxError: A selector cannot be read.
    """
    selectors.check()
    text = decode(data, content_type)[:_LONGEST_PAGE]
    if not text.strip():
        raise FeedError("no list: the page is empty")
    # As bytes: lxml refuses a text that declares an encoding.
    parser = lxml.html.HTMLParser(encoding="utf-8", recover=True, no_network=True)
    page = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    base_element = page.find(".//base[@href]")
    if base_element is not None:
        base = join_url(base, base_element.get("href"))
    entries: dict[str, FeedEntry] = {}
    items = _compiled(selectors.item)(page)
    for item in items[:_MOST_ENTRIES]:
        url = join_url(base, _value(item, selectors.link))
        if url is None or url in entries or (base is not None and not is_web_address(url)):
            continue
        title = _value(item, selectors.title or selectors.link.rpartition("@")[0] or selectors.link)
        summary = _value(item, selectors.summary)
        entries[url] = FeedEntry(
            url=url,
            title=one_line(title) or None if title else None,
            published_at=read_date(_value(item, selectors.date)),
            summary=escaped(one_line(summary)) if summary else None,
        )
    if not entries:
        raise FeedError(f"no list: the page holds no {selectors.item!r} with a link ({len(items)} without)")
    return Feed(
        kind="listing",
        title=one_line(page.findtext(".//title") or "") or None,
        link=base,
        language=page.get("lang"),
        entries=tuple(entries.values()),
        shortened="entries" if len(items) > _MOST_ENTRIES else None,
    )


def _value(item: Element, selector: str | None) -> str | None:
    """The text or attribute of the first element that a selector finds, the item itself included."""
    if selector is None:
        return None
    css, _, attribute = selector.rpartition("@")
    css, attribute = (css, attribute) if css else (selector, "")
    found = _compiled(css)(item)
    if not found:
        return None
    return found[0].get(attribute) if attribute else "".join(found[0].itertext())


@lru_cache(maxsize=10_000)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")
