"""Articles in the files of agencies, mail programs and web archives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Literal, NamedTuple

import click

from pipeline.errors import ArticleError, TooLargeError
from pipeline.messages.articles import RawArticle

DeliveredFormat = Literal["eml", "newsml", "warc"]
"""``newsml`` is NewsML-G2 or NITF."""

_MOST_BYTES = 64 * 1024 * 1024


class DeliveredArticle(NamedTuple):
    """One article of a file.

    Attributes:
        place: Where in the file, to stand behind its name; empty for the whole of it.
        article: The article, or why there is none.
        size: How many bytes of the file it took, for progress.
    """

    place: str
    article: RawArticle | ArticleError
    size: int


def delivered_articles(stream: IO[bytes], name: str, form: DeliveredFormat) -> Iterator[DeliveredArticle]:
    """The articles of a file; what cannot be read is an error in its place, and the rest goes on.

    Args:
        stream: The file's bytes. Of an archive no more than a page is held in memory.
        name: The file's, for what is said of an archive as a whole: how many of its pages are no articles.
        form: What it holds.
    """
    if form == "warc":
        yield from _archived(stream, name)
        return
    data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        yield DeliveredArticle("", TooLargeError(f"the file has over {_MOST_BYTES:,} bytes: split it"), len(data))
        return
    try:
        articles = [_mail(data)] if form == "eml" else _news_items(data)
    except ArticleError as error:
        articles = [error]
    for number, article in enumerate(articles, start=1):
        yield DeliveredArticle(f"[{number}]" if len(articles) > 1 else "", article, len(data) // len(articles))


def _mail(data: bytes) -> RawArticle | ArticleError:
    from pipeline.sources.exchange_formats.mail import read_mail  # noqa: PLC0415 - nobody else needs the reader

    return read_mail(data)


def _news_items(data: bytes) -> list[RawArticle | ArticleError]:
    from pipeline.sources.exchange_formats.news_items import read_news_items  # noqa: PLC0415 - as above

    return list(read_news_items(data))


def _archived(stream: IO[bytes], name: str) -> Iterator[DeliveredArticle]:
    from pipeline.sources.exchange_formats.web_archives import read_web_archive  # noqa: PLC0415 - as above
    from pipeline.sources.pages import ExtractionProcess  # noqa: PLC0415 - as above

    pages = others = read_bytes = 0
    with ExtractionProcess() as process:
        try:
            for page in read_web_archive(stream, process.extract):
                pages += 1
                size, read_bytes = page.read_bytes - read_bytes, page.read_bytes
                if page.article is None:
                    others += 1
                else:
                    yield DeliveredArticle(f"[{pages}]", page.article, size)
        except ArticleError as error:
            yield DeliveredArticle("", error, 0)
    if others:
        click.echo(f"{name}: {others:,} of {pages:,} pages are no articles and were left out", err=True)
