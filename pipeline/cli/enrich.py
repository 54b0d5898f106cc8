"""``wirewatch enrich``: raw articles in, identified or enriched articles out, without Kafka."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal

import click

from pipeline.cli import pass_settings
from pipeline.cli.reading.batches import batches
from pipeline.cli.reading.lines import BadLines, Line, read_lines
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
    for batch in batches(lines, settings.batch_max_articles):
        identified = [enrichment.identify(article) for article in _read(batch, bad)]
        for article in identified if step == "language" else enrichment.extract(identified):
            out.write(encode(article) + b"\n")
        out.flush()
    return bad.exit_status()


def _read(lines: Iterable[Line], bad: BadLines) -> Iterator[RawArticle]:
    """The good articles of the lines; the bad ones are reported."""
    for line in lines:
        try:
            yield line.read(now=datetime.now(UTC))
        except ArticleError as error:
            bad.report(line.place, error)
