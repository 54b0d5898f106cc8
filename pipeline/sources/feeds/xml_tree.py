"""Text of an XML document to a tree, however broken or hostile it is, in bounded time.

Nothing outside the document is loaded. The document type is cut off before parsing, so that no entity can grow: only
entities that stand for plain text are replaced. What was read before a hostile or broken part is kept.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator, Mapping
from html.entities import html5
from typing import NamedTuple

from lxml import etree

from pipeline.sources.feeds.feed import FeedError, Shortened

LONGEST_SECONDS = 0.4
"""Of processor time, for parsing and for reading each; a feed of 1 MB takes some 0.02."""

_CHUNK = 32_768
_LONGEST_TEXT = 10_000_000
_LONGEST_PROLOG = 200_000
_MOST_ENTITIES = 1_000
_LONGEST_ENTITY = 1_000

# What XML 1.0 does not allow.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ENTITY_DECLARATION = re.compile(r"""<!ENTITY\s+([A-Za-z][\w.-]*)\s+(?:"([^"<]*)"|'([^'<]*)')\s*>""")
_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9._-]{1,40});")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)")
_NUMBER = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|(\d{1,9}));")
# Beyond these the parser's own recovery has to do.
_MOST_MENDED = 200_000
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CDATA = re.compile(r"<!\[CDATA\[")


Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type of its elements


class XmlTree(NamedTuple):
    """A tree, and why a part is missing."""

    root: Element
    shortened: Shortened | None


def parse_xml(text: str) -> XmlTree:
    """Parse what can be read of a document.

    Raises:
        FeedError: There is no element at all.
    """
    shortened: Shortened | None = None
    if len(text) > _LONGEST_TEXT:
        text, shortened = text[:_LONGEST_TEXT], "text"
    body = _mended(text)
    # Of what does not fit into memory well, libxml2 keeps its own limits: 256 levels, 10 MB of one text.
    parser = etree.XMLPullParser(
        events=("start",),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_pis=True,
        remove_comments=True,
    )
    data = body.encode("utf-8", "replace")
    deadline = time.thread_time() + LONGEST_SECONDS
    root: Element | None = None
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
            if root is None:
                root = next((element for _, element in parser.read_events()), None)
            if time.thread_time() > deadline:
                shortened = "time"
                break
        else:
            parser.close()
    except etree.XMLSyntaxError:
        # Recovery gave up: what came before stands in the tree.
        shortened = shortened or "text"
    if root is None:
        root = next((element for _, element in parser.read_events()), None)
    if root is None:
        raise FeedError(f"no feed: it begins with {text.strip()[:40]!r}, which is no XML and no JSON")
    return XmlTree(root, shortened)


def _mended(text: str) -> str:
    """The document without its prolog and without what no parser takes."""
    start, entities = _after_prolog(text)
    body = text[start:]
    if _FORBIDDEN.search(body):
        body = _FORBIDDEN.sub("", body)
    if "&" in body:
        body = _outside_cdata(body, entities)
    return body


def _after_prolog(text: str) -> tuple[int, Mapping[str, str]]:
    """Where the first element starts, and the entities of plain text that the document type declares."""
    place, end = 0, min(len(text), _LONGEST_PROLOG)
    entities: dict[str, str] = {}
    while True:
        place = text.find("<", place, end)
        if place < 0:
            return 0, entities
        if text.startswith("<!--", place):
            close = text.find("-->", place + 4)
            if close < 0:
                return place + 4, entities
            place = close + 3
        elif text.startswith("<?", place):
            close = text.find("?>", place, place + _LONGEST_PROLOG)
            if close < 0:
                close = text.find(">", place, place + _LONGEST_PROLOG)
            if close < 0:
                return place + 2, entities
            place = close + 1
        elif text[place : place + 9].upper() == "<!DOCTYPE":
            close = _end_of_doctype(text, place)
            entities = _declared(text[place:close])
            place = close
        elif text.startswith("<!", place):
            place += 2
        else:
            return place, entities


def _end_of_doctype(text: str, start: int) -> int:
    """Behind the document type: its internal subset ends at ``]>``, if there is one before the first ``>``."""
    bracket, close = text.find("[", start), text.find(">", start)
    if 0 <= bracket < close:
        end = text.find("]", bracket)
        # A "]" within a declaration's quotes is not the end.
        while end >= 0 and not text[end + 1 : end + 100].lstrip().startswith(">"):
            end = text.find("]", end + 1)
        close = text.find(">", end) if end >= 0 else -1
    return len(text) if close < 0 else close + 1


def _declared(doctype: str) -> dict[str, str]:
    """Entities that stand for a short text without other entities: no value grows."""
    found: dict[str, str] = {}
    for match in _ENTITY_DECLARATION.finditer(doctype[:_LONGEST_PROLOG]):
        if len(found) == _MOST_ENTITIES:
            break
        value = html.unescape(match[2] if match[2] is not None else match[3])
        if len(value) <= _LONGEST_ENTITY and "&" not in value and "<" not in value:
            found.setdefault(match[1], value)
    return found


def _outside_cdata(body: str, entities: Mapping[str, str]) -> str:
    """Replace the references that XML does not know, except in CDATA, where they are text."""
    if "<![CDATA[" not in body:
        return _referenced(body, entities)
    parts: list[str] = []
    place = 0
    for match in _CDATA.finditer(body):
        if match.start() < place:
            continue
        end = body.find("]]>", match.end())
        parts.append(_referenced(body[place : match.start()], entities))
        place = len(body) if end < 0 else end + 3
        parts.append(body[match.start() : place])
    parts.append(_referenced(body[place:], entities))
    return "".join(parts)


def _referenced(text: str, entities: Mapping[str, str]) -> str:
    if "&" not in text:
        return text
    grown = 0

    def value(match: re.Match[str]) -> str:
        nonlocal grown
        name = match[1]
        if name in _XML_ENTITIES:
            return match[0]
        known = entities.get(name)
        if known is None:
            known = html5.get(name + ";")
        if known is None:
            return f"&amp;{name};"
        grown += len(known)
        return html.escape(known, quote=False) if grown < _LONGEST_TEXT else ""

    mended = _BARE_AMPERSAND.sub("&amp;", _REFERENCE.sub(value, text, _MOST_MENDED), _MOST_MENDED)
    return _NUMBER.sub(_numbered, mended, _MOST_MENDED)


def _numbered(match: re.Match[str]) -> str:
    """A character reference: what HTML makes of it where XML forbids it, else as it is."""
    code = int(match[1], 16) if match[1] else int(match[2])
    if code in {0x9, 0xA, 0xD} or 0x20 <= code < 0x80:
        return match[0]
    character = html.unescape(match[0])
    return "" if _FORBIDDEN.search(character) else character


def local_name(element: Element) -> str:
    """The name of an element without namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()


def namespace_of(element: Element) -> str:
    """The namespace of an element; empty for none."""
    tag = str(element.tag)
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def elements(parent: Element) -> Iterator[Element]:
    """The children that are elements: no comments, no references."""
    return (child for child in parent if isinstance(child.tag, str))
