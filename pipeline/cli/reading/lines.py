"""Articles as people have them: JSON Lines, JSON, CSV, plain text, agencies' files; bad ones reported by number."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Literal

import click
import msgspec

from pipeline.cli.reading.csv_rows import csv_rows, is_heading
from pipeline.cli.reading.delivered_files import DeliveredFormat, delivered_articles
from pipeline.errors import ArticleError, TooLargeError, UndecodableError, UsageError
from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import BYTE_ORDER_MARK, encode
from pipeline.messages.intake import read_article

Format = Literal["auto", "jsonl", "json", "csv", "text", DeliveredFormat]

# Far above the largest article that is accepted; a line beyond it is no article, and is not held in memory whole.
MAX_LINE_BYTES = 8 * 1024 * 1024

_FORMAT_BY_SUFFIX: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".eml": "eml",
    ".xml": "newsml",
    ".nitf": "newsml",
    ".warc": "warc",
    ".warc.gz": "warc",
    ".warc.zst": "warc",
}
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(rb"<[!?/a-zA-Z]")
_LIST_OF_OBJECTS = re.compile(rb"\[\s*(\{|\]?\s*$)")


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
        form: ``auto`` goes by the file's ending (``.jsonl``, ``.ndjson``, ``.json``, ``.csv``, ``.tsv``, ``.eml``,
            ``.xml``, ``.nitf``, ``.warc``, ``.warc.gz``). A file of any other, and standard input, goes by its first
            line that is not blank: JSON, the names of a table's columns, or else plain text. What is neither, such as
            HTML, is refused.

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
                yield from _read_stream(stream, source, form, _suffix(path))
        except OSError as error:
            raise UsageError(f"{source}: cannot be read: {error.strerror}") from error


def _suffix(path: Path) -> str:
    """The ending of a file's name; that of what was compressed belongs to it."""
    return "".join(path.suffixes[-2:] if path.suffix in {".gz", ".zst"} else path.suffixes[-1:]).lower()


def source_size_bytes(sources: Iterable[str]) -> int | None:
    """How many bytes the sources hold; None when standard input is among them."""
    total = 0
    for source in sources:
        if source == "-":
            return None
        path = Path(source)
        if not path.is_file():
            raise UsageError(f"{source}: {'a folder, not a file' if path.is_dir() else 'no such file'}")
        total += path.stat().st_size
    return total


def _read_stream(stream: IO[bytes], name: str, form: Format, suffix: str) -> Iterator[Line]:
    is_told = form != "auto"
    if not is_told:
        form = _FORMAT_BY_SUFFIX.get(suffix, "auto")
    match form:
        case "eml" | "newsml" | "warc":
            yield from _delivered_lines(stream, name, form)
            return
    blank: list[bytes] = []
    while (first := stream.readline(MAX_LINE_BYTES + 1)) and not first.strip():
        blank.append(first)
    if not is_told:
        form = _form_of(first, form)
    match form:
        case "jsonl":
            yield from _json_lines(stream, name, first, number=len(blank))
        case "json":
            yield from _json_document(first + stream.read(), name)
        case "csv":
            yield from _csv_lines(stream, name, first, number=len(blank) + 1)
        case _:
            yield _text_document(b"".join((*blank, first, stream.read())), name, is_told=is_told)


def _delivered_lines(stream: IO[bytes], name: str, form: DeliveredFormat) -> Iterator[Line]:
    for place, article, size in delivered_articles(stream, name, form):
        if isinstance(article, ArticleError):
            yield Line(f"{name}{place}", b"", size, article)
        else:
            yield Line(f"{name}{place}", encode(article), size)


def _form_of(first: bytes, expected: Format) -> Format:
    """The form of a source by its first line that is not blank: a file's ending may mix up JSON and JSON Lines."""
    start = first.removeprefix(BYTE_ORDER_MARK).strip()
    is_list = _LIST_OF_OBJECTS.match(start) is not None
    match expected:
        case "jsonl":
            return "json" if is_list and start != b"[]" else "jsonl"
        case "json":
            return "jsonl" if start.startswith(b"{") and _is_json(start) else "json"
        case "auto" if start.startswith(b"{"):
            return "json" if start == b"{" else "jsonl"
        case "auto" if is_list:
            return "json"
        case "auto":
            return "csv" if is_heading(start) else "text"
    return expected


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _json_lines(stream: IO[bytes], name: str, first: bytes, *, number: int) -> Iterator[Line]:
    """The lines from ``first`` on, which is number ``number + 1`` of the stream."""
    line = first or stream.readline(MAX_LINE_BYTES + 1)
    while line:
        number += 1
        size = len(line)
        payload = line.strip().removeprefix(BYTE_ORDER_MARK)
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


def _csv_lines(stream: IO[bytes], name: str, first: bytes, *, number: int) -> Iterator[Line]:
    # A line that is over the limit comes in parts, of which the row is refused for what its cells are.
    lines = chain([first] if first else [], iter(partial(stream.readline, MAX_LINE_BYTES), b""))
    for row in csv_rows(lines, number, MAX_LINE_BYTES):
        yield Line(f"{name}:{row.number}", row.payload, row.size, row.error)


def _text_document(data: bytes, name: str, *, is_told: bool) -> Line:
    """A whole source as one article; unless it was told to be text, only what people read as text."""
    other = "" if is_told else _other_than_text(data)
    if other:
        mend = "give the text, JSON Lines, JSON or CSV, or say --format text"
        return Line(name, b"", len(data), UndecodableError(f"{other}, not the text of one article: {mend}"))
    try:
        text = data.removeprefix(BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as problem:
        error = UndecodableError(f"not text in UTF-8 (byte {problem.start}): convert it first")
        return Line(name, b"", len(data), error)
    return Line(name, encode(RawArticle(body=text)), len(data))


def _other_than_text(data: bytes) -> str:
    """What a source is that nobody would read as an article; empty for text."""
    if data.startswith(_UTF_16_MARKS):
        return "UTF-16"
    if b"\0" in data:
        return "binary data"
    return "markup" if _MARKUP.match(data.removeprefix(BYTE_ORDER_MARK).lstrip()) else ""


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
