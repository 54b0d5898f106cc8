"""``wirewatch enrich``: raw articles in, identified or enriched articles out, without Kafka."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Literal

import click

from pipeline.cli import pass_settings
from pipeline.cli.lines import BadLines, Line, read_lines
from pipeline.errors import ArticleError
from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import encode
from pipeline.settings import Settings


@click.command()
@click.argument("files", nargs=-1)
@click.option(
    "--step",
    type=click.Choice(["language", "entities"]),
    default="entities",
    show_default=True,
    help="The last step to run.",
)
@pass_settings
def command(settings: Settings, files: tuple[str, ...], step: Literal["language", "entities"]) -> int:
    """Give each article its language and its entities.

    FILES are JSON Lines, JSON or plain text; without any, JSON Lines are read from standard input. The result is
    JSON Lines on standard output, in the order of the input; a bad line is reported by number and left out.
    """
    from pipeline.assembly import Enrichment  # noqa: PLC0415 - loads models; --help need not

    bad = BadLines()
    enrichment = Enrichment.from_settings(settings)
    out = sys.stdout.buffer
    lines = read_lines(files) if files else read_lines(("-",), "jsonl")
    for batch in read_batches(lines, bad, size=settings.batch_max_articles):
        identified = [enrichment.identify(article) for article in batch]
        for article in identified if step == "language" else enrichment.extract(identified):
            out.write(encode(article) + b"\n")
        out.flush()
    return bad.exit_status()


def read_batches(lines: Iterable[Line], bad: BadLines, *, size: int) -> Iterator[list[RawArticle]]:
    """The good articles of the lines, in batches; the bad ones are reported."""
    articles = _read(lines, bad)
    while batch := list(islice(articles, size)):
        yield batch


def _read(lines: Iterable[Line], bad: BadLines) -> Iterator[RawArticle]:
    for line in lines:
        try:
            yield line.read(now=datetime.now(UTC))
        except ArticleError as error:
            bad.report(line.place, error)
