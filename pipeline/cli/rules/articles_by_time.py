"""Articles of JSON Lines files in the order of their times, whatever order the files have, with little in memory."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import msgspec

from pipeline.cli.reading.articles import Placed, enriched, read_line
from pipeline.cli.reading.lines import MAX_LINE_BYTES, BadLines, Line
from pipeline.errors import ArticleError, TooLargeError, UsageError
from pipeline.messages.articles import EnrichedArticle, Instant, RawArticle, Times
from pipeline.messages.codec import decode, replace_lone_surrogates

if TYPE_CHECKING:
    from pipeline.assembly import Enrichment

_CHUNK_BYTES = 1024 * 1024
_AT_ONCE = timedelta(seconds=1)


class _Dated(msgspec.Struct):
    """What tells when an article came; a field that is no time is left to the reader of the article."""

    times: Times = Times()
    revised_at: Instant | None = None
    published_at: Instant | None = None

    @property
    def came_at(self) -> datetime | None:
        """When its source revised or published it, else when it was ingested."""
        revised, ingested = self.revised_at, self.times.ingested_at
        if revised is not None and ingested is not None and abs(ingested - revised) < _AT_ONCE:
            # A source that gives no time of revision is given the time of reading.
            revised = None
        return revised or self.published_at or ingested or self.revised_at


class DatedArticle(NamedTuple):
    """An article with its time, in UTC, and its place, ``file:line``."""

    article: EnrichedArticle
    at: datetime
    place: str


class ArticlesByTime:
    """The articles of files, sorted by time: read once for the times, and once more in their order.

    An article came when its source revised or published it, else when it was ingested; one that says none of it came
    with the line before it.

    Attributes:
        count: How many lines there are, blank ones left out.
        undated: How many of them say no time.
    """

    def __init__(self, streams: Sequence[tuple[str, IO[bytes]]]) -> None:
        self._streams = streams
        self._stream_of = array("H")
        self._offsets = array("q")
        self._line_numbers = array("q")
        self._seconds = array("d")
        self.undated = 0
        for number, (_, stream) in enumerate(streams):
            self._scan(number, stream)
        self.count = len(self._offsets)
        known = next((seconds for seconds in self._seconds if seconds >= 0), datetime.now(UTC).timestamp())
        for place, seconds in enumerate(self._seconds):
            known = self._seconds[place] = seconds if seconds >= 0 else known

    def articles(
        self, enrichment: Enrichment, bad: BadLines, *, batch: int, on_read: Callable[[int], None]
    ) -> Iterator[DatedArticle]:
        """Yield every good article, enriched. Bad ones, and those on which a step fails, are reported.

        Args:
            enrichment: Does what they lack.
            bad: Where they are reported.
            batch: How many to enrich at once.
            on_read: Told how many lines have been read since it was told last.
        """
        order = iter(sorted(range(self.count), key=self._seconds.__getitem__))
        while places := list(islice(order, batch)):
            read: list[Placed[RawArticle]] = []
            times: dict[str, datetime] = {}
            for place in places:
                line = self._line(place)
                times[line.place] = datetime.fromtimestamp(self._seconds[place], UTC)
                try:
                    read.append(Placed(line.place, read_line(line)))
                except ArticleError as error:
                    bad.report(line.place, error)
            for done in enriched(read, enrichment, bad):
                yield DatedArticle(done.article, times[done.place], done.place)
            on_read(len(places))

    def _scan(self, number: int, stream: IO[bytes]) -> None:
        offset = line_number = 0
        while line := stream.readline(MAX_LINE_BYTES + 1):
            start = offset
            offset += len(line)
            line_number += 1
            is_long = len(line) > MAX_LINE_BYTES
            while is_long and line and not line.endswith(b"\n"):
                line = stream.readline(_CHUNK_BYTES)
                offset += len(line)
            if is_long or line.strip():
                self._stream_of.append(number)
                self._offsets.append(start)
                self._line_numbers.append(line_number)
                self._seconds.append(-1.0 if is_long else self._time(line))

    def _time(self, line: bytes) -> float:
        try:
            dated = decode(replace_lone_surrogates(line)[0], _Dated)
        except ArticleError:
            # Said when the article is read.
            return -1.0
        at = dated.came_at
        self.undated += at is None
        return -1.0 if at is None else max(0.0, at.timestamp())

    def _line(self, place: int) -> Line:
        name, stream = self._streams[self._stream_of[place]]
        stream.seek(self._offsets[place])
        payload = stream.readline(MAX_LINE_BYTES + 1)
        where = f"{name}:{self._line_numbers[place]}"
        if len(payload) > MAX_LINE_BYTES:
            return Line(where, b"", len(payload), TooLargeError(f"the line has over {MAX_LINE_BYTES:,} bytes"))
        return Line(where, payload.strip(), len(payload))


@contextlib.contextmanager
def opened_by_time(files: Sequence[str]) -> Iterator[ArticlesByTime]:
    """The articles of JSON Lines files, or of standard input (``-``), which is kept in a temporary file meanwhile.

    Raises:
        UsageError: A file cannot be read.
    """
    with contextlib.ExitStack() as stack:
        streams: list[tuple[str, IO[bytes]]] = []
        for file in files:
            if file == "-":
                spooled = stack.enter_context(tempfile.TemporaryFile())
                with open(sys.stdin.fileno(), "rb", closefd=False) as stream:
                    while chunk := stream.read(_CHUNK_BYTES):
                        spooled.write(chunk)
                spooled.seek(0)
                streams.append(("<stdin>", spooled))
                continue
            try:
                streams.append((file, stack.enter_context(Path(file).open("rb"))))
            except OSError as error:
                raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
        yield ArticlesByTime(streams)
