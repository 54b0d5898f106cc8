"""The text of an entry, which is HTML, as an article's body: a paragraph a line."""

from __future__ import annotations

import html
import re

from pipeline.sources.feeds.fragments import one_line, without_hidden

_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|br|caption|center|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|"
    r"li|ol|p|pre|section|table|tbody|td|th|thead|tr|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def plain_text(markup: str) -> str:
    """HTML of a feed as plain text, a paragraph a line, none of them blank."""
    lines = _BLOCK.split(without_hidden(markup).replace("\n", " "))
    return "\n".join(line for part in lines if (line := one_line(html.unescape(_TAG.sub("", part)))))
