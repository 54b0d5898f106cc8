"""RSS 0.9x to 2.0, RSS 1.0 and 1.1 (RDF), Atom 0.3 and 1.0, and CDF: from a tree to a feed.

One reader for all, since feeds mix them: it goes by local names, and by namespaces only to tell modules from the core.
Sources: RSS 2.0 (rssboard.org), RFC 4287, RSS 1.0, Media RSS, the modules dc, dcterms, content, itunes and sy.
"""

from __future__ import annotations

import base64
import binascii
import html
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from pipeline.sources.feeds.dates import read_date
from pipeline.sources.feeds.decoding import without_c1
from pipeline.sources.feeds.feed import Feed, FeedEntry, FeedKind
from pipeline.sources.feeds.fragments import (
    escaped,
    is_web_address,
    join_url,
    looks_like_html,
    one_line,
    title_text,
    with_absolute_links,
    without_hidden,
)
from pipeline.sources.feeds.xml_tree import LONGEST_SECONDS, Element, XmlTree, elements, local_name, namespace_of

MOST_ENTRIES = 10_000

_XML = "{http://www.w3.org/XML/1998/namespace}"
_XHTML = "http://www.w3.org/1999/xhtml"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

# Modules by the end of their namespace, which feeds write in several ways; and by the prefix where none is declared.
_MODULES = {
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/rss/1.0/modules/dc": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "purl.org/rss/1.0/modules/syndication": "sy",
    "search.yahoo.com/mrss": "media",
    "search.yahoo.com/rss": "media",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "www.w3.org/1999/xhtml": "xhtml",
    "www.w3.org/2005/atom": "atom",
    "purl.org/atom/ns": "atom",
    "purl.org/rss/1.0/modules/link": "l",
    "www.google.com/schemas/sitemap-news/0.9": "news",
    "www.google.com/schemas/sitemap-image/1.1": "image",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
}
_PREFIXES = frozenset(_MODULES.values())
_ROOTS: Mapping[str, FeedKind] = {"rss": "rss", "rdf": "rdf", "feed": "atom", "entry": "atom", "channel": "cdf"}
_ENTRIES = frozenset({"item", "entry"})
# Parts of a feed that have titles and links of their own.
_HOLDERS = frozenset({"channel", "items", "feed", "rss", "rdf"})
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_LONGEST_INTERVAL = 31_536_000
_LABELS = (
    "category",
    "itunes:keywords",
    "dc:subject",
    "atom:category",
    "media:category",
    "media:keywords",
    "itunes:category",
)
_MOST_NAMES = 100
# Elements of HTML that have no end.
_VOID = frozenset(["area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr"])

Children = Mapping[str, list[Element]]
"""Children of an element by name: ``title``, or ``dc:title`` for one of a module."""


def read_xml_feed(tree: XmlTree, base: str | None, language: str | None) -> Feed:
    """Read a feed.

    Args:
        tree: Of any XML document.
        base: The address of the document, for relative links.
        language: What its header said, for a feed that says nothing.
    """
    root = _feed_root(tree.root)
    core = namespace_of(root)
    kind = _kind(root)
    top = _Part(root, core, join_base(root, base), language)
    channel = top
    if local_name(root) in {"rss", "rdf"}:
        found = next((child for child in elements(root) if local_name(child) == "channel"), None)
        if found is not None:
            channel = _Part(found, core, join_base(found, top.base), top.language)
    shortened = tree.shortened
    entries: list[FeedEntry] = []
    author = channel.author()
    deadline = time.thread_time() + LONGEST_SECONDS
    for element in _entries(root):
        if len(entries) == MOST_ENTRIES or time.thread_time() > deadline:
            shortened = shortened or ("entries" if len(entries) == MOST_ENTRIES else "time")
            break
        entries.append(_entry(element, core, channel, author))
    return Feed(
        kind=kind,
        title=channel.title(),
        link=channel.page(),
        language=channel.own_language() or channel.language,
        entries=tuple(entries),
        hub=channel.link_with("hub"),
        self_url=channel.link_with("self"),
        interval_seconds=channel.interval(),
        shortened=shortened,
    )


def _entry(element: Element, core: str, channel: _Part, channel_author: str | None) -> FeedEntry:
    part = _Part(element, core, join_base(element, channel.base), channel.language)
    content, summary = part.texts()
    published = part.date(
        "pubdate", "published", "issued", "dcterms:issued", "dc:date", "dcterms:created", "created", "dcterms:date"
    )
    updated = part.date("updated", "atom:updated", "modified", "dcterms:modified", "dc:modified", "lastmod")
    if published is None:
        published = part.date("atom:published", "atom:issued", "date", "lastbuilddate") or updated
    guid = part.text("id", "guid", "atom:id") or element.get(f"{{{_RDF}}}about") or part.text("dc:identifier")
    language = part.own_language()
    return FeedEntry(
        id=guid,
        url=part.page() or part.permalink(),
        title=part.title(),
        content=content,
        summary=summary,
        author=part.author() or channel_author,
        published_at=published,
        updated_at=updated,
        categories=part.categories(),
        language=language if language != channel.language else None,
        image=part.image(),
    )


class _Markup(NamedTuple):
    """The text of an element: HTML, or plain."""

    text: str
    is_html: bool

    def as_html(self) -> str:
        return self.text if self.is_html else escaped(self.text)


class _Part:
    """A feed or an entry."""

    def __init__(self, element: Element, core: str, base: str | None, language: str | None) -> None:
        self._element = element
        self._children = _children(element, core)
        self.base = base
        self.language = element.get(f"{_XML}lang") or language

    def title(self) -> str | None:
        for name in ("title", "dc:title", "atom:title", "media:title", "itunes:title"):
            for child in self._children.get(name, ()):
                markup = self._markup(child)
                text = (
                    title_text(markup.text) if markup.is_html or looks_like_html(markup.text) else one_line(markup.text)
                )
                if text:
                    return text
        return None

    def text(self, *names: str) -> str | None:
        """The first of these elements that has a text, as plain text on one line."""
        for name in names:
            for child in self._children.get(name, ()):
                text = one_line(_plain(child))
                if text:
                    return text
        return None

    def date(self, *names: str) -> datetime | None:
        for name in names:
            for child in self._children.get(name, ()):
                found = read_date(_plain(child))
                if found is not None:
                    return found
        return None

    def texts(self) -> tuple[str | None, str | None]:
        """Content and summary, as HTML: one stands for both where there is no other."""
        content = self._html(
            "content:encoded", "content", "atom:content", "xhtml:body", "xhtml:div", "body", "fullitem"
        )
        summary = self._html("description", "summary", "atom:summary", "dc:description", "abstract", "tagline")
        if summary is None:
            summary = self._html("itunes:summary", "media:description", "itunes:subtitle", "subtitle")
        return content, content if summary is None else summary

    def _html(self, *names: str) -> str | None:
        for name in names:
            for child in self._children.get(name, ()):
                markup = self._markup(child)
                if markup.text.strip():
                    return with_absolute_links(without_hidden(markup.as_html()), join_base(child, self.base)).strip()
        return None

    def _markup(self, element: Element) -> _Markup:
        declared = (element.get("type") or "").lower()
        mode = (element.get("mode") or "").lower()
        if mode == "base64" or (declared and _is_binary(declared)):
            return _decoded(_plain(element), declared)
        if len(element) and mode != "escaped":
            return _Markup(_inner(element), is_html=True)
        text = without_c1(_plain(element))
        if declared in {"html", "text/html", "xhtml", "application/xhtml+xml"}:
            return _Markup(text, is_html=True)
        is_atom = _module(namespace_of(element)) == "atom" or declared in {"text", "text/plain"}
        return _Markup(text, is_html=not is_atom or looks_like_html(text))

    def page(self) -> str | None:
        """The address of the page, by the kinds of link that formats have."""
        best: str | None = None
        for name in ("link", "atom:link", "l:link"):
            for child in self._children.get(name, ()):
                address = child.get("href") or child.get(f"{{{_RDF}}}resource")
                if address is not None:
                    if (child.get("rel") or "alternate").lower() != "alternate":
                        continue
                    kind = (child.get("type") or "text/html").lower()
                    whole = join_url(join_base(child, self.base), address)
                    if "html" in kind:
                        return whole
                    best = best or whole
        for child in self._children.get("link", ()):
            address = _plain(child)
            if address.strip():
                return join_url(join_base(child, self.base), title_text(address) if "&" in address else address)
        for attribute in ("href", "HREF"):
            if self._element.get(attribute):
                return join_url(self.base, self._element.get(attribute))
        return best or join_url(self.base, self.text("url", "uri"))

    def permalink(self) -> str | None:
        """A guid or identifier that is an address."""
        for child in self._children.get("guid", ()):
            guid = _plain(child).strip()
            is_link = (child.get("isPermaLink") or child.get("ispermalink") or "true").lower() != "false"
            # Many feeds leave the attribute out and give a number.
            if is_link and (is_web_address(guid) or guid.startswith("/")):
                return join_url(self.base, guid)
        for address in (self.text("id"), self.text("comments"), self._element.get(f"{{{_RDF}}}about")):
            if address is not None and is_web_address(address):
                return address
        for child in self._children.get("enclosure", ()):
            return join_url(self.base, child.get("url"))
        for child in self._children.get("link", ()):
            if (child.get("rel") or "").lower() == "enclosure":
                return join_url(self.base, child.get("href"))
        return None

    def link_with(self, relation: str) -> str | None:
        for name in ("link", "atom:link"):
            for child in self._children.get(name, ()):
                if (child.get("rel") or "").lower() == relation and child.get("href"):
                    return join_url(join_base(child, self.base), child.get("href"))
        return None

    def author(self) -> str | None:
        for name in (
            "author",
            "atom:author",
            "dc:creator",
            "creator",
            "itunes:author",
            "managingeditor",
            "dc:author",
            "media:credit",
        ):
            names = dict.fromkeys(filter(None, map(_person, self._children.get(name, ())[:_MOST_NAMES])))
            if names:
                return ", ".join(names)
        return None

    def categories(self) -> tuple[str, ...]:
        return tuple(islice(dict.fromkeys(self._labels()), _MOST_NAMES))

    def _labels(self) -> Iterator[str]:
        for name in _LABELS:
            for child in self._children.get(name, ())[:_MOST_NAMES]:
                # Those of iTunes hold others.
                for each in islice(child.iter(str(child.tag)), _MOST_NAMES):
                    text = each.get("label") or each.get("term") or each.get("text") or each.text or ""
                    for word in text.split(",", _MOST_NAMES) if name.endswith("keywords") else [text]:
                        label = title_text(word)
                        if label:
                            yield label

    def own_language(self) -> str | None:
        return self._element.get(f"{_XML}lang") or self.text("language", "dc:language")

    def image(self) -> str | None:
        for name in ("media:content", "media:thumbnail", "enclosure", "itunes:image"):
            for child in self._children.get(name, ()):
                kind = child.get("medium") or (child.get("type") or "").partition("/")[0]
                address = child.get("url") or child.get("href")
                if address and (kind == "image" or name in {"media:thumbnail", "itunes:image"}):
                    return join_url(self.base, address)
        return None

    def interval(self) -> int | None:
        ttl = self.text("ttl") or ""
        if ttl.isascii() and ttl.isdigit() and 0 < int(ttl[:9]) * 60 <= _LONGEST_INTERVAL:
            return int(ttl) * 60
        period = _PERIODS.get((self.text("sy:updateperiod") or "").lower())
        if period is None:
            return None
        frequency = self.text("sy:updatefrequency") or "1"
        times = int(frequency[:6]) if frequency.isascii() and frequency.isdigit() else 1
        return max(1, period // max(1, times))


def join_base(element: Element, base: str | None) -> str | None:
    """The base of an element: its ``xml:base``, relative to that of its parent."""
    own = element.get(f"{_XML}base")
    return base if own is None else join_url(base, own) or base


def _feed_root(root: Element) -> Element:
    """The element that is the feed; some come wrapped, or behind what recovery has put before them."""
    if local_name(root) in _ROOTS:
        return root
    for element in islice(root.iter("{*}*"), 200):
        if local_name(element) in {"rss", "rdf", "feed", "channel"}:
            return element
    return root


def _kind(root: Element) -> FeedKind:
    name = local_name(root)
    kind = _ROOTS.get(name, "other")
    if kind == "cdf" and ("rss" in namespace_of(root) or any(local_name(child) == "items" for child in elements(root))):
        return "rdf"
    return kind


def _entries(root: Element) -> Iterator[Element]:
    """Items in the document's order, not those within items."""
    if local_name(root) in _ENTRIES:
        yield root
        return
    for child in elements(root):
        name = local_name(child)
        if name in _ENTRIES:
            yield child
        elif name in _HOLDERS:
            yield from _entries(child)


@lru_cache(maxsize=1_000)
def _module(namespace: str) -> str | None:
    """The module of a namespace; None for one that is no module known here."""
    plain = namespace.strip().lower().partition("://")[2].rstrip("/#")
    # Atom's drafts put a number or a mark behind the address.
    return _MODULES.get(plain) or ("atom" if plain.startswith(("www.w3.org/2005/atom", "purl.org/atom/")) else None)


def _children(element: Element, core: str) -> Children:
    found: dict[str, list[Element]] = {}
    for child in elements(element):
        name = local_name(child)
        key = _prefixed(name, namespace_of(child), core)
        if ":" in name:
            # The prefix was never declared: it is read as what it usually means.
            prefix, _, rest = name.partition(":")
            key = name if prefix in _PREFIXES else rest
        found.setdefault(key, []).append(child)
        if key == "media:group":
            for nested in elements(child):
                found.setdefault(f"media:{local_name(nested)}", []).append(nested)
    return found


def _prefixed(name: str, namespace: str, core: str) -> str:
    """A name by its module; ``?:`` before that of a module that is not known, which may mean anything."""
    if namespace in {core, ""}:
        return name
    module = _module(namespace)
    if module is not None:
        return f"{module}:{name}"
    lower = namespace.lower()
    return name if "rss" in lower or "atom" in lower or "netscape" in lower else f"?:{name}"


def _plain(element: Element) -> str:
    return "".join(element.itertext())


def _inner(element: Element) -> str:
    """The markup inside an element, without the namespaces of XML; an XHTML ``div`` around all is no part of it."""
    inside = list(elements(element))
    if (
        len(inside) == 1
        and local_name(inside[0]) == "div"
        and not (element.text or "").strip()
        and not (inside[0].tail or "").strip()
    ):
        return _serialised(inside[0]) if inside[0].attrib else _inner(inside[0])
    return html.escape(element.text or "", quote=False) + "".join(
        _serialised(child) + html.escape(child.tail or "", quote=False) for child in element
    )


def _serialised(element: Element) -> str:
    if not isinstance(element.tag, str):
        return ""
    name = _without_namespace(element.tag)
    attributes = "".join(
        f' {_without_namespace(key)}="{html.escape(value)}"'
        for key, value in element.attrib.items()
        if isinstance(key, str)
    )
    inside = html.escape(element.text or "", quote=False) + "".join(
        _serialised(child) + html.escape(child.tail or "", quote=False) for child in element
    )
    if not inside and name.lower() in _VOID:
        return f"<{name}{attributes} />"
    return f"<{name}{attributes}>{inside}</{name}>"


def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2]


def _is_binary(declared: str) -> bool:
    return "/" in declared and not declared.startswith("text/") and not declared.endswith(("xml", "/html"))


def _decoded(text: str, declared: str) -> _Markup:
    """Base64, which Atom uses for all that is neither text nor XML; as it is where it is none."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return _Markup(text, is_html=looks_like_html(text))
    return _Markup(data, is_html=declared != "text/plain")


def _person(element: Element) -> str | None:
    """A name, from the person of Atom or the address of RSS: ``name``, ``email (name)``, ``name <email>``."""
    name = email = None
    for child in elements(element):
        if local_name(child) == "name":
            name = title_text(_plain(child))
        elif local_name(child) == "email":
            email = one_line(_plain(child))
    if name and email:
        return f"{name} ({email})"
    if name or email:
        return name or email
    return None if len(element) else title_text(_plain(element)) or None
