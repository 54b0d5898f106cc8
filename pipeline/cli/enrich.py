"""``wirewatch enrich``: raw articles in, identified or enriched articles out, without Kafka."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import click

from pipeline.cli import pass_settings
from pipeline.cli.reading.articles import Placed, good_articles, tried
from pipeline.cli.reading.batches import batches
from pipeline.cli.reading.lines import BadLines, Line, read_lines
from pipeline.messages.articles import IdentifiedArticle
from pipeline.messages.codec import encode
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.assembly import Enrichment

LastStep = Literal["language", "entities"]


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
def command(settings: Settings, files: tuple[str, ...], step: LastStep) -> int:
    """Give each article its language and its entities.

    FILES are JSON Lines, JSON, CSV or plain text; without any, JSON Lines are read from standard input. The result is
    JSON Lines on standard output, in the order of the input; a bad line, and one on which a
    step fails, is reported by number and left out.
    """
    from pipeline.assembly import Enrichment  # noqa: PLC0415 - loads models; --help need not

    bad = BadLines()
    enrichment = Enrichment.from_settings(settings)
    out = sys.stdout.buffer
    lines = read_lines(files) if files else read_lines(("-",), "jsonl")
    for batch in batches(lines, settings.batch_max_articles):
        for done in enriched_to(batch, enrichment, bad, step=step):
            out.write(encode(done.article) + b"\n")
        out.flush()
    return bad.exit_status()


def enriched_to(
    lines: Iterable[Line], enrichment: Enrichment, bad: BadLines, *, step: LastStep
) -> list[Placed[IdentifiedArticle]]:
    """The articles of lines up to a step, in their order; bad lines and those on which a step fails are reported."""
    raw = list(good_articles(lines, bad, lambda line: line.read(now=datetime.now(UTC))))
    identified = tried(raw, lambda batch: [enrichment.identify(article) for article in batch], bad)
    if step == "language":
        return identified
    return [Placed[IdentifiedArticle](*done) for done in tried(identified, enrichment.extract, bad)]
