"""Read a page: what it says of itself first, the text by trafilatura.

trafilatura is asked for precision: of the readers measured it leads on news, and what it keeps too much reads as news.
"""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import datetime

import lxml.html
import pycld2
import trafilatura
from lxml.etree import ParserError
from lxml.etree import _Element as Element
from lxml.html import HtmlElement

from pipeline.messages.intake import join_asides
from pipeline.sources.feeds.dates import read_date
from pipeline.sources.feeds.decoding import decode
from pipeline.sources.feeds.fragments import join_url, one_line, title_text
from pipeline.sources.pages.canonical import canonical_url
from pipeline.sources.pages.page import Page, PageError
from pipeline.sources.pages.page_kinds import kind_of
from pipeline.sources.pages.structured_data import StructuredData
from pipeline.text.asides.related_links import find_related_links
from pipeline.text.asides.side_lines import find_side_lines

# Characters; the longest articles are a tenth of this without their scripts.
_LONGEST_PAGE = 5_000_000
_LEAST_FOR_DETECTION = 200
# Control characters and references to what is no character: lxml reads them, and trafilatura then drops the whole page.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|&#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});")
_LONG_PARAGRAPH = 80
_LEAST_LINK = 3


def extract_page(data: bytes, *, url: str | None = None, content_type: str | None = None) -> Page:
    """Read the page behind an address.

    A hostile page may take long or much memory: ``ExtractionProcess`` bounds both.

    Args:
        data: The document; only its first five million characters are read.
        url: Its address, for relative links and the canonical one.
        content_type: The header of that name, for its charset.

    Raises:
        PageError: It is empty or holds no HTML.
    """
    markup = _NO_TEXT.sub(_without_control, decode(data, content_type)[:_LONGEST_PAGE])
    if not markup.strip():
        raise PageError("no page: the document is empty")
    root = _tree(markup)
    base = root.find(".//base[@href]")
    address = join_url(url, base.get("href")) if base is not None else url
    said = StructuredData(root)
    title = _title(root, said)
    canonical = [each.get("href") for each in root.iter("link") if "canonical" in (each.get("rel") or "").lower()]
    declared_language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    published = said.published_at or _time_element(root)
    if published is None:
        found = trafilatura.extract_metadata(deepcopy(root), default_url=url)
        published = read_date(found.date) if found is not None else None
    text = _text(root, said, url)
    shares = _linked_shares(text, root)
    linked = sum(len(line) * share for line, share in zip(text.split("\n"), shares, strict=True)) / max(len(text), 1)
    return Page(
        kind=kind_of(text, title, said, linked),
        text=text,
        asides=join_asides((*find_related_links(text, shares), *find_side_lines(text))),
        title=title,
        published_at=published,
        modified_at=said.modified_at,
        authors=said.authors,
        language=_language(text, declared_language or said.meta.get("og:locale")),
        canonical_url=canonical_url([*canonical, said.address], url),
        section=said.section,
        image=join_url(address, said.image),
    )


def _without_control(match: re.Match[str]) -> str:
    found = match[0]
    if found[0] != "&":
        return ""
    code = int(found[3:-1], 16) if found[2] in "xX" else int(found[2:-1])
    is_text = (
        code in {0x09, 0x0A, 0x0D} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    )
    return found if is_text else ""


def _tree(markup: str) -> HtmlElement:
    parser = lxml.html.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True
    )
    # As bytes: lxml refuses a text that declares an encoding.
    try:
        return lxml.html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except ParserError:
        raise PageError("no page: the document holds no HTML") from None


def _title(root: Element, said: StructuredData) -> str | None:
    """What machines are told and readers see; else the former; else the heading that the window names."""
    headings = [text for each in root.iter("h1") if (text := one_line("".join(each.itertext())))]
    shared = title_text(said.meta.get("og:title", ""))
    for told in (said.headline, shared):
        if told and told in headings:
            return told
    if said.headline:
        return said.headline
    window = title_text(root.findtext(".//title") or "")
    named = [each for each in headings if each in shared or each in window]
    if named or len(headings) == 1:
        return max(named, key=len, default=headings[0])
    return _without_site(shared or window, said.meta.get("og:site_name", "")) or None


def _without_site(title: str, site: str) -> str:
    """A title without the site's name behind a dash or bar at its end."""
    head = title.removesuffix(site).rstrip() if site else title
    return head.rstrip("-–—|·•:").rstrip() if head != title and head[-1:] in "-–—|·•:" else title


def _time_element(root: Element) -> datetime | None:
    moments = (read_date(each.get("datetime")) for each in root.iter("time"))
    return next((moment for moment in moments if moment is not None), None)


def _text(root: HtmlElement, said: StructuredData, url: str | None) -> str:
    """The main text, a paragraph a line; read again where the first reading misses most of what must be there."""
    precise = _extracted(root, url, precise=True)
    # Pages also hold the beginnings of other articles, so that less than all of the prose is the rule.
    if len(precise) >= max(_prose(root) / 3, len(said.body) / 2):
        return precise
    longest = max(precise, _extracted(root, url, precise=False), key=len)
    return longest if len(longest) >= len(said.body) / 2 else said.body


def _extracted(root: HtmlElement, url: str | None, *, precise: bool) -> str:
    # A copy: trafilatura takes its tree apart.
    return trafilatura.extract(deepcopy(root), url=url, favor_precision=precise, include_comments=False) or ""


def _prose(root: Element) -> int:
    """How many characters stand in long paragraphs without many links."""
    paragraphs = ((one_line("".join(each.itertext())), each) for each in root.iter("p"))
    return sum(len(text) for text, each in paragraphs if len(text) >= _LONG_PARAGRAPH and _linked(each) < len(text) / 4)


def _linked(element: Element) -> int:
    return sum(len(one_line("".join(link.itertext()))) for link in element.iter("a"))


def _linked_shares(text: str, root: Element) -> list[float]:
    """For each line of a text, which share of it is a link on the page, 0 to 1."""
    links = {one_line("".join(link.itertext())) for link in root.iter("a")} - {""}
    shares = []
    for line in text.split("\n"):
        shown = line.lstrip("-* ")
        found = [link for link in links if len(link) >= _LEAST_LINK and link in shown]
        # A link within another is the same words.
        length = sum(len(link) for link in found if not any(link != other and link in other for other in found))
        shares.append(min(length / len(shown), 1.0) if shown else 0.0)
    return shares


def _language(text: str, declared: str | None) -> str | None:
    """The language of the text; of a short or unclear one as the page declares it."""
    if len(text) >= _LEAST_FOR_DETECTION:
        printable = "".join(character for character in text if character.isprintable() or character.isspace())
        reliable, _, guesses = pycld2.detect(printable, bestEffort=True)
        if reliable:
            return str(guesses[0][1]).partition("-")[0]
    return declared.replace("_", "-").partition("-")[0].strip().lower() or None if declared else None
