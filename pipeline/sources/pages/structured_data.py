"""What a page says of itself for machines: JSON-LD first, then meta elements.

Sources: schema.org (Article and what is derived from it), the Open Graph protocol, JSON-LD 1.1 (``@graph``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lxml.etree import _Element as Element

from pipeline.sources.feeds.dates import read_date
from pipeline.sources.feeds.fragments import is_web_address, title_text, without_hidden

_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|Review)$")
_NO_ARTICLES = frozenset({"JobPosting", "SocialMediaPosting", "AggregateReview"})
_LIST_TYPES = frozenset({"CollectionPage", "ItemList", "SearchResultsPage", "ImageGallery"})
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*.{0,40}?\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$", re.DOTALL
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_MOST_OBJECTS = 2_000

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "og:published_time", "parsely-pub-date",
    "sailthru.date", "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.created", "dcterms.issued", "dc.date",
    "dcterms.date", "pubdate", "publishdate", "publish-date", "publish_date", "article.published", "ptime",
    "date", "last_publish_date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified", "dcterms.modified",
    "last-modified", "lastmod", "article.updated",
)  # fmt: skip


class StructuredData:
    """The machine-readable part of a page.

    Attributes:
        article: The JSON-LD object of the article; empty where there is none.
        types: The types of all JSON-LD objects.
        meta: Content of meta elements by name, property or itemprop, in lower case; the first of each.
    """

    def __init__(self, root: Element) -> None:
        objects = list(_objects(root))
        self.types = frozenset(each for found in objects for each in _types(found))
        articles = [each for each in objects if any(is_article_type(kind) for kind in _types(each))]
        # Lists of related articles name articles too: the page's own says most of itself.
        self.article: dict[str, Any] = max(articles, key=_told, default={})
        self.meta: dict[str, str] = {}
        for element in root.iter("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop")
            content = (element.get("content") or "").strip()
            if name and content:
                self.meta.setdefault(name.strip().lower(), content)

    @property
    def names_an_article(self) -> bool:
        """Whether JSON-LD or Open Graph says that the page is an article."""
        return bool(self.article) or self.meta.get("og:type", "").lower() in {"article", "news"}

    @property
    def names_a_list(self) -> bool:
        """Whether JSON-LD says that the page is a list, and names no article of its own."""
        return not self.article and bool(self.types & _LIST_TYPES)

    @property
    def headline(self) -> str | None:
        """As JSON-LD gives it, on one line."""
        found = self.article.get("headline") or self.article.get("name")
        return title_text(found) or None if isinstance(found, str) else None

    @property
    def body(self) -> str:
        """The text that JSON-LD holds, a paragraph a line as far as it keeps them; empty where it holds none."""
        lines = without_hidden(_text(self.article.get("articleBody")) or "").splitlines()
        return "\n".join(line for each in lines if (line := title_text(each)))

    @property
    def published_at(self) -> datetime | None:
        """In the zone that is written, else UTC."""
        return self._time("datePublished", _PUBLISHED) or _zoned(_text(self.article.get("dateCreated")))

    @property
    def modified_at(self) -> datetime | None:
        """In the zone that is written, else UTC."""
        return self._time("dateModified", _MODIFIED)

    @property
    def authors(self) -> tuple[str, ...]:
        """Names, each once."""
        named = list(_names(self.article.get("author"))) or list(_names(self.article.get("creator")))
        if not named:
            meta = self.meta.get("author") or self.meta.get("article:author") or self.meta.get("dc.creator")
            named = [meta] if meta and not is_web_address(meta) else []
        return tuple(dict.fromkeys(name for each in named if (name := title_text(each))))

    @property
    def section(self) -> str | None:
        """The first that is named."""
        named = self.article.get("articleSection")
        found = next(iter(named), None) if isinstance(named, list) else named
        return title_text(_text(found) or self.meta.get("article:section") or "") or None

    @property
    def image(self) -> str | None:
        """Address of the lead picture, as written."""
        return next(_addresses(self.article.get("image")), None) or self.meta.get("og:image")

    @property
    def address(self) -> str | None:
        """The address that the page gives itself, where it has no canonical link."""
        entity = self.article.get("mainEntityOfPage")
        own = next(_addresses(self.article.get("url")), None) or next(_addresses(entity), None)
        return own or self.meta.get("og:url")

    @property
    def is_free(self) -> bool | None:
        """Whether the whole text is free to read; None where nothing is said."""
        said = self.article.get("isAccessibleForFree")
        return None if said is None else str(said).strip().lower() not in {"false", "no", "0"}

    def _time(self, field: str, names: tuple[str, ...]) -> datetime | None:
        said = (_text(self.article.get(field)), *(self.meta.get(name) for name in names))
        return next((found for each in said if (found := _zoned(each))), None)


def is_article_type(name: str) -> bool:
    """Whether a schema.org type is one of articles."""
    return name not in _NO_ARTICLES and _ARTICLE_TYPE.search(name) is not None


def _zoned(text: str | None) -> datetime | None:
    """A time in the zone that it names, since the day of publication is that of the publisher."""
    moment = read_date(text)
    if moment is None or text is None:
        return None
    try:
        written = datetime.fromisoformat(text.strip())
    except ValueError:
        return moment
    return written if written.tzinfo else written.replace(tzinfo=UTC)


def _objects(root: Element) -> Iterator[dict[str, Any]]:
    count = 0
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        waiting = [_parsed(script.text or "")]
        while waiting and count < _MOST_OBJECTS:
            value = waiting.pop()
            if isinstance(value, dict):
                count += 1
                yield value
                waiting.extend(each for each in value.values() if isinstance(each, dict | list))
            elif isinstance(value, list):
                waiting.extend(value)


def _parsed(text: str) -> object:
    """A script's JSON, also with a comment around it or a comma too many; None for what is none."""
    text = _WRAPPING.sub("", text)
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _types(found: dict[str, Any]) -> list[str]:
    named = found.get("@type")
    listed = named if isinstance(named, list) else [named]
    return [each.rpartition("/")[2] for each in listed if isinstance(each, str)]


def _told(article: dict[str, Any]) -> int:
    weights = {"headline": 2, "datePublished": 4, "articleBody": 4, "author": 2, "mainEntityOfPage": 2, "image": 1}
    return sum(weight for field, weight in weights.items() if article.get(field))


def _names(said: object) -> Iterator[str]:
    if isinstance(said, list):
        for each in said:
            yield from _names(each)
    elif isinstance(said, dict):
        yield from _names(said.get("name"))
    elif isinstance(said, str) and not is_web_address(said):
        yield said


def _addresses(said: object) -> Iterator[str]:
    if isinstance(said, list):
        for each in said:
            yield from _addresses(each)
    elif isinstance(said, dict):
        yield from _addresses(said.get("url") or said.get("contentUrl") or said.get("@id"))
    elif isinstance(said, str) and said.strip():
        yield said.strip()


def _text(said: object) -> str | None:
    return said if isinstance(said, str) and said.strip() else None
