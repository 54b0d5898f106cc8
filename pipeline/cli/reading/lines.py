"""Articles as people have them: JSON Lines, JSON, plain text, standard input; bad ones reported by number."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

import click

from pipeline.errors import ArticleError, TooLargeError, UndecodableError, UsageError
from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import encode
from pipeline.messages.intake import read_article

Format = Literal["auto", "jsonl", "json", "text"]

# Far above the largest article that is accepted; a line beyond it is no article, and is not held in memory whole.
MAX_LINE_BYTES = 8 * 1024 * 1024

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FORMAT_BY_SUFFIX: dict[str, Format] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json"}


@dataclass(frozen=True, slots=True)
class Line:
    """One article as it stands in its source.

    Attributes:
        place: ``file:line`` for messages.
        payload: JSON of one article, unchecked.
        size: How many bytes of the source it took, for progress.
        error: Why there is no payload, or None.
    """

    place: str
    payload: bytes
    size: int
    error: ArticleError | None = None

    def read(self, *, now: datetime) -> RawArticle:
        """Read and check the article.

        Raises:
            ArticleError: It cannot be used; says why.
        """
        if self.error is not None:
            raise self.error
        return read_article(self.payload, read_at=now).article


class BadLines:
    """Counts what could not be used, and says each on standard error."""

    def __init__(self) -> None:
        self.count = 0

    def report(self, place: str, error: ArticleError) -> None:
        """Say where, which reason and what is wrong."""
        self.count += 1
        click.echo(f"{place}: {error.reason}: {error}", err=True)

    def exit_status(self) -> int:
        """1 with the count on standard error when any line was bad, else 0."""
        if self.count:
            click.echo(f"{self.count:,} bad {'line' if self.count == 1 else 'lines'}", err=True)
        return 1 if self.count else 0


def read_lines(sources: Iterable[str], form: Format = "auto") -> Iterator[Line]:
    """The articles of files and of standard input (``-``).

    Args:
        sources: Paths, or ``-``.
        form: ``auto`` goes by the file's ending (``.jsonl``, ``.ndjson``, ``.json``; all else is plain text) and, on
            standard input, by the first character: ``{`` is JSON Lines.

    Raises:
        UsageError: A file cannot be read.
    """
    for source in sources:
        if source == "-":
            # A reader of its own: a thread that waits in sys.stdin's would keep an interrupted Python from ending.
            with open(sys.stdin.fileno(), "rb", closefd=False) as stream:
                yield from _read_stream(stream, "<stdin>", form, "")
            continue
        path = Path(source)
        try:
            with path.open("rb") as stream:
                yield from _read_stream(stream, source, form, path.suffix.lower())
        except OSError as error:
            raise UsageError(f"{source}: cannot be read: {error.strerror}") from error


def source_size_bytes(sources: Iterable[str]) -> int | None:
    """How many bytes the sources hold; None when standard input is among them."""
    total = 0
    for source in sources:
        if source == "-":
            return None
        path = Path(source)
        if not path.is_file():
            raise UsageError(f"{source}: no such file")
        total += path.stat().st_size
    return total


def _read_stream(stream: IO[bytes], name: str, form: Format, suffix: str) -> Iterator[Line]:
    if form == "auto" and name != "<stdin>":
        form = _FORMAT_BY_SUFFIX.get(suffix, "text")
    blank: list[bytes] = []
    first = b""
    if form == "auto":
        while (first := stream.readline(MAX_LINE_BYTES + 1)) and not first.strip():
            blank.append(first)
        form = "jsonl" if first.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"{") else "text"
    if form == "jsonl":
        yield from _json_lines(stream, name, first, number=len(blank))
    elif form == "json":
        yield from _json_document(stream.read(), name)
    else:
        yield _text_document(b"".join((*blank, first, stream.read())), name)


def _json_lines(stream: IO[bytes], name: str, first: bytes, *, number: int) -> Iterator[Line]:
    """The lines from ``first`` on, which is number ``number + 1`` of the stream."""
    line = first or stream.readline(MAX_LINE_BYTES + 1)
    while line:
        number += 1
        size = len(line)
        payload = line.strip().removeprefix(_BYTE_ORDER_MARK)
        error = None
        if size > MAX_LINE_BYTES:
            payload = b""
            error = TooLargeError(f"the line has over {MAX_LINE_BYTES:,} bytes: cut or split the article")
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE_BYTES)
                size += len(line)
        if payload or error:
            yield Line(f"{name}:{number}", payload, size, error)
        line = stream.readline(MAX_LINE_BYTES + 1)


def _text_document(data: bytes, name: str) -> Line:
    try:
        text = data.removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as problem:
        error = UndecodableError(f"not text in UTF-8 (byte {problem.start}): convert it first")
        return Line(name, b"", len(data), error)
    return Line(name, encode(RawArticle(body=text)), len(data))


def _json_document(data: bytes, name: str) -> Iterator[Line]:
    """One article or an array of them. Text that is no JSON is passed on, and the reader of articles reports it."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        yield Line(name, data, len(data))
        return
    articles = document if isinstance(document, list) else [document]
    for number, article in enumerate(articles, start=1):
        place = f"{name}[{number}]" if isinstance(document, list) else name
        yield Line(place, json.dumps(article).encode(), len(data) // max(len(articles), 1))
