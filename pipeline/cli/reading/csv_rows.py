"""Articles in tables: rows of CSV under a line that names the columns, as spreadsheets write them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from pipeline.errors import ArticleError, SchemaError, TooLargeError, UndecodableError
from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import BYTE_ORDER_MARK

SEPARATORS = ",;\t"
"""What may stand between cells: spreadsheets write commas, semicolons or tabulators, by their language."""

_FIELDS = frozenset(RawArticle.__struct_fields__)
_TAGS = re.compile(r"[,;|]")


class Row(NamedTuple):
    """One article of a table.

    Attributes:
        number: Of the line on which it begins, from 1.
        payload: JSON of the article, unchecked.
        size: How many bytes of the table it took.
        error: Why there is no payload, or None.
    """

    number: int
    payload: bytes
    size: int
    error: ArticleError | None = None


def is_heading(line: bytes) -> bool:
    """Whether a line names the columns of a table of articles."""
    columns = _columns(line.decode("utf-8", "replace"))
    return len(columns) > 1 and not {"title", "body"}.isdisjoint(columns)


def csv_rows(lines: Iterable[bytes], number: int, most_bytes: int) -> Iterator[Row]:
    """The articles of a table.

    Args:
        lines: The lines of its file from the one that names the columns on. Columns are named as the fields of a raw
            article; those of other names go into ``attributes``. Tags stand in one cell, between commas, semicolons or
            bars. An empty cell is a field that is absent.
        number: Of the first of these lines.
        most_bytes: How long a row may be.

    Yields:
        One row for each article; one with an error, and no other, where the columns cannot be understood.
    """
    source = _Lines(lines, number)
    first = next(source, "")
    columns = _columns(first)
    if problem := _problem_of(columns):
        yield Row(number, b"", source.take_size(), SchemaError(f"{problem}: {first.strip()[:200]}"))
        return
    # An article may be longer than what the reader takes for a cell by itself.
    csv.field_size_limit(most_bytes)
    reader = csv.reader(source, delimiter=_separator(first), strict=True)
    while True:
        begins_at = source.number + 1
        error: ArticleError | None = None
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as unreadable:
            error = _unreadable(unreadable, most_bytes)
        undecodable = source.take_undecodable()
        if error is None and undecodable:
            error = UndecodableError(f"line {undecodable} is not text in UTF-8: convert the file first")
        if error is None and cells and len(cells) != len(columns):
            error = SchemaError(
                f"the row has {len(cells)} cells and the first line {len(columns)}: quote what holds the separator"
            )
        if error is not None:
            yield Row(begins_at, b"", source.take_size(), error)
        elif any(cell.strip() for cell in cells):
            yield Row(begins_at, _article(columns, cells), source.take_size())


class _Lines:
    """The lines as text; knows how far they have been read, and which of them were no UTF-8."""

    def __init__(self, lines: Iterable[bytes], number: int) -> None:
        self._lines = iter(lines)
        self._size = 0
        self._undecodable = 0
        self.number = number - 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self._size += len(line)
        try:
            return line.removeprefix(BYTE_ORDER_MARK).decode()
        except UnicodeDecodeError:
            self._undecodable = self._undecodable or self.number
            return line.decode("utf-8", "replace")

    def take_size(self) -> int:
        """How many bytes have been read since it was asked last."""
        size, self._size = self._size, 0
        return size

    def take_undecodable(self) -> int:
        """The number of the first line since it was asked last that was no UTF-8, or 0."""
        number, self._undecodable = self._undecodable, 0
        return number


def _separator(heading: str) -> str:
    return max(SEPARATORS, key=heading.count)


def _columns(heading: str) -> list[str]:
    try:
        cells = next(csv.reader([heading.removeprefix("\ufeff")], delimiter=_separator(heading)), [])
    except csv.Error:
        return []
    names = [cell.strip() for cell in cells]
    return [name.lower() if name.lower() in _FIELDS else name for name in names]


def _problem_of(columns: Sequence[str]) -> str:
    if {"title", "body"}.isdisjoint(columns):
        return "the first line must name the columns, title or body among them, and reads"
    repeated = [name for name, count in Counter(columns).items() if count > 1]
    if repeated:
        return f"the first line names column {repeated[0] or '(blank)'} twice"
    if "attributes" in columns:
        return "there can be no column attributes: a column of any other name becomes an attribute"
    return ""


def _unreadable(problem: csv.Error, most_bytes: int) -> ArticleError:
    if "field larger" in str(problem):
        return TooLargeError(f"a cell has over {most_bytes:,} bytes: is a quote not closed?")
    return UndecodableError(f"no row of CSV ({problem}): close each quote, and double those inside quotes")


def _article(columns: Sequence[str], cells: Sequence[str]) -> bytes:
    article: dict[str, object] = {}
    attributes: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=True):
        if not cell.strip():
            continue
        if name == "tags":
            article[name] = [tag.strip() for tag in _TAGS.split(cell) if tag.strip()]
        elif name in _FIELDS:
            article[name] = cell
        elif name:
            attributes[name] = cell
    if attributes:
        article["attributes"] = attributes
    return msgspec.json.encode(article)
