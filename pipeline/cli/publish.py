"""``wirewatch publish``: send articles to the pipeline."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from pipeline.cli import EXIT_DONE, EXIT_FAILED, pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.reading.lines import BadLines, Format, read_lines, source_size_bytes
from pipeline.cli.reading.pace import Pace
from pipeline.errors import ArticleError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.streaming.kafka.publishing import ArticlePayload


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(get_args(Format)),
    default="auto",
    show_default=True,
    help="What the files are; auto goes by their endings, else by the first line.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    help="Replay: keep the gaps between the articles' times of publication, so many times shorter.",
)
@pass_settings
def command(settings: Settings, files: tuple[str, ...], form: Format, speed: float | None) -> int:
    """Send articles to the pipeline, each acknowledged by the broker.

    FILES are JSON Lines (.jsonl, .ndjson), JSON (.json: one article or a list), CSV (.csv, .tsv: the first line names
    the columns as the fields of an article, a column of another name becomes an attribute), items of NewsML-G2 or NITF
    (.xml, .nitf), mails (.eml), archives of the web (.warc, .warc.gz) or plain text (the whole file is one body); `-`
    is standard input, which may be a pipe that never ends. A bad line is reported by number and sent nowhere; the exit
    status is 1 then.
    """
    from pipeline.streaming.kafka.publishing import publish_articles  # noqa: PLC0415 - loads Kafka; --help need not

    size_bytes = source_size_bytes(files)
    with _progress(size_bytes) as progress:
        sending = _Sending(files, form, progress, Pace(speed) if speed else None)
        counts = run_quietly(
            publish_articles(settings, sending.payloads(), on_published=sending.published, on_refused=sending.refused)
        )
    click.echo(f"{counts.published:,} published, {sending.bad.count:,} bad", err=True)
    return EXIT_FAILED if sending.bad.count else EXIT_DONE


class _Sending:
    """The articles on their way; the bad ones are reported, and the progress is shown."""

    def __init__(self, files: tuple[str, ...], form: Format, progress: Progress, pace: Pace | None) -> None:
        self.bad = BadLines()
        self._files = files
        self._form = form
        self._progress = progress
        self._pace = pace
        self._task = progress.add_task("publishing", total=source_size_bytes(files), articles=0)
        # The places of those sent and not yet answered, by their number; filled by the thread that reads.
        self._places: dict[int, str] = {}
        self._answered = self._refused = 0
        self._lock = threading.Lock()

    def payloads(self) -> Iterator[ArticlePayload]:
        """The good articles, as they were given."""
        from pipeline.streaming.kafka.publishing import ArticlePayload  # noqa: PLC0415 - as above

        number = 0
        for line in read_lines(self._files, self._form):
            self._progress.advance(self._task, line.size)
            try:
                article = line.read(now=datetime.now(UTC))
            except ArticleError as error:
                self._report(line.place, error)
                continue
            if self._pace is not None:
                self._pace.keep(article.published_at)
            self._places[number] = line.place
            number += 1
            yield ArticlePayload(article.id, line.payload)

    def published(self, count: int) -> None:
        """Show how many the broker has acknowledged; articles are answered in their order."""
        answered = count + self._refused
        for number in range(self._answered, answered):
            self._places.pop(number, None)
        self._answered = answered
        self._progress.update(self._task, articles=count)

    def refused(self, number: int, error: ArticleError) -> None:
        """Report an article that the broker will not take."""
        self._refused += 1
        self._report(self._places.pop(number), error)

    def _report(self, place: str, error: ArticleError) -> None:
        with self._lock:
            self.bad.report(place, error)


def _progress(size_bytes: int | None) -> Progress:
    """A bar over bytes where their number is known, else a count; nothing where standard error is no terminal."""
    columns: list[ProgressColumn] = [SpinnerColumn(), TextColumn("{task.description}")]
    if size_bytes is not None:
        columns += [BarColumn(), DownloadColumn()]
    columns += [TextColumn("{task.fields[articles]:,} articles"), TimeElapsedColumn()]
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
