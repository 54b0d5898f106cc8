"""Read an e-mail as an article: a newsletter, a press release, an agency's mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import MIMEPart
from email.utils import parseaddr

from pipeline.errors import UndecodableError
from pipeline.messages.articles import RawArticle
from pipeline.sources.feeds.dates import read_date
from pipeline.sources.feeds.decoding import decode
from pipeline.sources.feeds.fragments import is_web_address, one_line
from pipeline.sources.feeds.plain_text import plain_text
from pipeline.text.tokens import is_unsegmented

# Mail programs break lines at 65 to 78 characters; a line that is shorter ends where its writer ended it.
_SHORTEST_WRAPPED = 55
_LIST_MARK = re.compile(r"(?:[-*•·>]|\d{1,3}[.)])\s")
_MOST_TAGS = 50


def read_mail(data: bytes) -> RawArticle:
    """Read a message of RFC 5322 with MIME parts, as files that end in ``.eml`` hold it.

    Args:
        data: The whole message.

    Returns:
        The subject as title and the text as body, a paragraph a line: of several renderings the plain one. The id is
        the message's own, the source whoever sent it, the address that of RFC 5064 (``Archived-At``), where given.
        Attachments are left out.

    Raises:
        UndecodableError: It is no message.
    """
    message = message_from_bytes(data, policy=policy.default)
    if message["from"] is None and message["subject"] is None:
        raise UndecodableError("no mail: it has neither a From nor a Subject header")
    name, address = parseaddr(_header(message, "from"))
    url = _header(message, "archived-at").strip("<>")
    part = message.get_body(("plain", "html"))
    return RawArticle(
        id=_header(message, "message-id").strip("<>"),
        url=url if is_web_address(url) else "",
        title=_header(message, "subject"),
        body="" if part is None else _text(part),
        source=name or address,
        published_at=read_date(_header(message, "date")),
        # Of the text where there are attachments too, else of the whole.
        declared_language=_header(message if part is None else part, "content-language").partition(",")[0].strip(),
        tags=tuple(dict.fromkeys(tag for each in _header(message, "keywords").split(",") if (tag := each.strip())))[
            :_MOST_TAGS
        ],
    )


def _header(message: MIMEPart, name: str) -> str:
    """A header as text on one line; empty where there is none."""
    value = message[name]
    return "" if value is None else one_line(str(value))


def _text(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    text = decode(payload if isinstance(payload, bytes) else b"", _header(part, "content-type"))
    if part.get_content_type() == "text/html":
        return plain_text(text)
    return "\n".join(_paragraphs(text, is_flowed="format=flowed" in _header(part, "content-type").lower()))


def _paragraphs(text: str, *, is_flowed: bool) -> Iterator[str]:
    """The paragraphs of a text whose lines were broken for the reader's window.

    Source: RFC 3676 for flowed text, whose lines end in a blank where they go on.
    """
    paragraph = ""
    for line in [*text.splitlines(), ""]:
        stripped = line.strip()
        if paragraph and (not stripped or _LIST_MARK.match(stripped)):
            yield paragraph
            paragraph = ""
        gap = "" if paragraph and is_unsegmented(paragraph[-1]) else " "
        paragraph = f"{paragraph}{gap}{stripped}" if paragraph else stripped
        goes_on = line.endswith(" ") if is_flowed else len(line.rstrip()) >= _SHORTEST_WRAPPED
        if paragraph and not goes_on:
            yield paragraph
            paragraph = ""
