"""Titles and texts of feeds, which may be plain, HTML, or HTML escaped twice."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin, urlsplit

# Each expression reads every character at most a few times, whatever the text.
_TAG = re.compile(
    r"</?(?:a|abbr|acronym|address|article|aside|b|big|blockquote|br|center|cite|code|del|dd|div|dl|dt|em|embed|figure|"
    r"figcaption|font|form|h[1-6]|hr|i|iframe|img|input|ins|kbd|li|link|mark|meta|object|ol|p|picture|pre|q|s|script|"
    r"section|small|source|span|strike|strong|style|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|var|video|wbr)"
    r"(?:\s[^<>]*|/)?>",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]*>|<!--", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINK = re.compile(
    r"""(\b(?:href|src|poster|cite|action|longdesc|data)\s*=\s*)(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE
)
_INLINE = re.compile(
    r"</?(?:a|abbr|acronym|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u|var)\b",
    re.IGNORECASE,
)
_MOST_LINKS = 5_000
_WEB_SCHEMES = frozenset({"http", "https"})


def looks_like_html(text: str) -> bool:
    """Whether a text that is said to be plain has a tag or an entity of HTML."""
    return ("<" in text and _TAG.search(text) is not None) or ("&" in text and _ENTITY.search(text) is not None)


def escaped(text: str) -> str:
    """Plain text as HTML."""
    return html.escape(text, quote=False)


def one_line(text: str) -> str:
    """Blanks and line ends as one space each, none at the ends."""
    return " ".join(text.split())


def title_text(markup: str) -> str:
    """A title as plain text on one line: known tags and entities of HTML are read, all else stays."""
    text = markup
    if "<" in text:
        text = _TAG.sub(_space_of, without_hidden(text))
    if "&" in text:
        text = html.unescape(text)
        # A title that was escaped twice; plain text would not have both.
        if "<" in text and _TAG.search(text):
            text = _TAG.sub(_space_of, text)
        if _ENTITY.search(text):
            text = html.unescape(text)
    return one_line(text)


def with_absolute_links(markup: str, base: str | None) -> str:
    """HTML whose addresses are relative to nothing."""
    if not base or "=" not in markup:
        return markup

    def absolute(match: re.Match[str]) -> str:
        address = match[2] if match[2] is not None else match[3]
        whole = join_url(base, html.unescape(address))
        return match[0] if whole is None else f'{match[1]}"{html.escape(whole)}"'

    return _LINK.sub(absolute, markup, _MOST_LINKS)


def join_url(base: str | None, address: str | None) -> str | None:
    """An address relative to ``base``; as it is where it cannot be joined, None for an empty one."""
    if address is None:
        return None
    address = "".join(address.split())
    if not address:
        return None
    try:
        return urljoin(base, address) if base else address
    except ValueError:
        return address


def is_web_address(address: str | None) -> bool:
    """Whether an address is one of a page: http or https, with a host."""
    if not address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in _WEB_SCHEMES and bool(parts.netloc)


def _space_of(tag: re.Match[str]) -> str:
    return "" if _INLINE.match(tag[0]) else " "


def without_hidden(markup: str) -> str:
    """HTML without scripts, styles and comments; one that does not end hides the rest."""
    parts: list[str] = []
    place = 0
    lower = markup.lower()
    for match in _HIDDEN.finditer(markup):
        if match.start() < place:
            continue
        parts.append(markup[place : match.start()])
        end = lower.find(f"</{match[1].lower()}" if match[1] else "-->", match.end())
        close = markup.find(">", end) if end >= 0 else -1
        place = len(markup) if close < 0 else close + 1
        if close < 0:
            break
    parts.append(markup[place:])
    return "".join(parts)
