"""Read the pages of a web archive (WARC) as articles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, NamedTuple, Protocol
from urllib.parse import urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.errors import ArticleError, TooLargeError, UndecodableError
from pipeline.messages.articles import RawArticle
from pipeline.sources.pages.page import Page, PageError

_MOST_PAGE_BYTES = 20 * 1024 * 1024
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_FOUND = 200


class PageReader(Protocol):
    """Reads a page; ``ExtractionProcess.extract`` is one."""

    def __call__(self, data: bytes, *, url: str | None = None, content_type: str | None = None) -> Page:
        """Read it.

        Raises:
            PageError: It cannot be read; says why.
        """
        ...


class ArchivedPage(NamedTuple):
    """A page of an archive.

    Attributes:
        url: Where it was.
        article: What it says; None where it is no article; an error where it cannot be read.
        read_bytes: How far the archive has been read behind it.
    """

    url: str
    article: RawArticle | ArticleError | None
    read_bytes: int


def read_web_archive(stream: IO[bytes], read_page: PageReader) -> Iterator[ArchivedPage]:
    """Read the pages of HTML that an archive holds as found (status 200); all other records are passed over.

    Args:
        stream: WARC 1.0 or 1.1, plain or compressed by gzip, zstd or lz4.
        read_page: Reads one page.

    Raises:
        UndecodableError: It is no such archive, or cannot be read further; what came before it has been given.
    """
    is_empty = True
    try:
        for record in ArchiveIterator(stream, auto_decode="all"):
            is_empty = False
            content_type = _html_type(record)
            if content_type is None:
                continue
            url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
            data = record.reader.read(_MOST_PAGE_BYTES + 1)
            article: RawArticle | ArticleError | None
            if len(data) > _MOST_PAGE_BYTES:
                article = TooLargeError(f"{url}: the page has over {_MOST_PAGE_BYTES:,} bytes")
            elif len(data) < record.content_length and not _is_encoded(record):
                article = UndecodableError(f"{url}: the archive breaks off within the page")
            else:
                article = _article(data, url, content_type, read_page)
            yield ArchivedPage(url, article, stream.tell())
    except ArticleError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises its own kinds for each way of being broken
        problem = "no web archive (WARC)" if is_empty else "the web archive cannot be read further"
        raise UndecodableError(f"{problem}: {error}") from None
    if is_empty:
        raise UndecodableError("no web archive (WARC), or an empty one")


def _html_type(record: WarcRecord) -> str | None:
    """The content type of a page that was found; None for all other records."""
    if record.record_type == WarcRecordType.response:
        headers = record.http_headers
        if headers is None or headers.status_code != _FOUND:
            return None
        content_type = headers.get("Content-Type", "") or ""
    elif record.record_type == WarcRecordType.resource:
        content_type = record.headers.get("Content-Type", "") or ""
    else:
        return None
    return content_type if content_type.partition(";")[0].strip().lower() in _HTML else None


def _is_encoded(record: WarcRecord) -> bool:
    """Whether a page was compressed or cut into chunks, so that its record's length says nothing of its own."""
    headers = record.http_headers if record.is_http else None
    return headers is not None and any(headers.get(name) for name in ("Content-Encoding", "Transfer-Encoding"))


def _article(data: bytes, url: str, content_type: str, read_page: PageReader) -> RawArticle | ArticleError | None:
    try:
        page = read_page(data, url=url, content_type=content_type)
    except PageError as error:
        return UndecodableError(f"{url}: {error}")
    if not page.is_article:
        return None
    attributes = {"author": ", ".join(page.authors), "section": page.section or ""}
    return RawArticle(
        url=page.canonical_url or url,
        title=page.title or "",
        body=page.text,
        asides=page.asides,
        source=(urlsplit(url).hostname or "").removeprefix("www."),
        published_at=page.published_at,
        revised_at=page.modified_at,
        declared_language=page.language or "",
        attributes={name: value for name, value in attributes.items() if value},
    )
