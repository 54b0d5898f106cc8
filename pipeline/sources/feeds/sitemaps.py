"""Sitemaps, sitemap indexes and news sitemaps.

Sources: sitemaps.org, and Google's news and image extensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pipeline.sources.feeds.dates import read_date
from pipeline.sources.feeds.feed import Feed, FeedEntry
from pipeline.sources.feeds.fragments import join_url, title_text
from pipeline.sources.feeds.xml_tree import Element, XmlTree, elements, local_name

# As many as one sitemap may hold.
MOST_ENTRIES = 50_000
_PLACES = frozenset({"url", "sitemap"})


def is_sitemap(tree: XmlTree) -> bool:
    """Whether a document is a sitemap or an index of such."""
    return local_name(tree.root) in {"urlset", "sitemapindex"}


def read_sitemap(tree: XmlTree, base: str | None) -> Feed:
    """Each address with what the sitemap says of it; those of an index are sitemaps."""
    places = list(islice(_places(tree.root), MOST_ENTRIES + 1))
    entries = tuple(entry for entry in (_entry(place, base) for place in places[:MOST_ENTRIES]) if entry.url)
    return Feed(
        kind="sitemap-index" if local_name(tree.root) == "sitemapindex" else "sitemap",
        entries=entries,
        shortened=tree.shortened or ("entries" if len(places) > MOST_ENTRIES else None),
    )


def read_text_sitemap(text: str) -> Feed:
    """A sitemap of one address a line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Feed(
        kind="sitemap",
        entries=tuple(FeedEntry(url=line) for line in lines[:MOST_ENTRIES]),
        shortened="entries" if len(lines) > MOST_ENTRIES else None,
    )


def _places(root: Element) -> Iterator[Element]:
    return (child for child in elements(root) if _name(child) in _PLACES)


def _entry(place: Element, base: str | None) -> FeedEntry:
    found: dict[str, str] = {}
    # The names of the extensions differ from those of the sitemap, save for the picture's address.
    for element in place.iter():
        if isinstance(element.tag, str) and element.text and element.text.strip():
            is_image = "image" in element.tag.partition("}")[0]
            found.setdefault(f"image:{_name(element)}" if is_image else _name(element), element.text.strip())
    keywords = tuple(dict.fromkeys(title_text(word) for word in found.get("keywords", "").split(",") if word.strip()))
    return FeedEntry(
        url=join_url(base, found.get("loc")),
        title=title_text(found["title"]) if "title" in found else None,
        published_at=read_date(found.get("publication_date")),
        updated_at=read_date(found.get("lastmod")),
        language=found.get("language"),
        categories=keywords,
        image=join_url(base, found.get("image:loc")),
    )


def _name(element: Element) -> str:
    """The local name, also where the prefix was never declared."""
    return local_name(element).rpartition(":")[2]
