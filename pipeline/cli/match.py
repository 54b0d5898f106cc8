"""``wirewatch match``: articles in, the alerts of a rule file out, without Kafka."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import pass_settings
from pipeline.cli.reading.articles import Placed, enriched, good_articles, tried
from pipeline.cli.reading.batches import batches
from pipeline.cli.reading.lines import BadLines, read_lines
from pipeline.cli.reading.rule_source import index_of
from pipeline.messages.alerts import Alert, EvaluatedArticle, Match
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.codec import encode
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.rules import RuleIndex


@click.command()
@click.argument("files", nargs=-1)
@click.option(
    "--rules",
    "rules_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The rule file.",
)
@pass_settings
def command(settings: Settings, files: tuple[str, ...], rules_file: Path) -> int:
    """Match articles against a rule file.

    FILES are JSON Lines, JSON, CSV or plain text; without any, JSON Lines are read from standard input. Articles may be
    raw, identified or enriched: what they lack is done on the way. Alerts are JSON Lines on standard output: those that
    the alerts step would raise from an empty memory, with what `suppress` and `limit` hold back left out and what a
    rule with `mode: shadow` would raise left in. A bad line, and one on which a step fails, is reported by number and
    left out.
    """
    from pipeline.assembly import Enrichment  # noqa: PLC0415 - loads models; --help need not

    index = index_of(rules_file, settings)
    enrichment = Enrichment.from_settings(settings)
    bad = BadLines()
    out = sys.stdout.buffer
    lines = read_lines(files) if files else read_lines(("-",), "jsonl")
    articles = (
        article
        for batch in batches(lines, settings.batch_max_articles)
        for article in enriched(list(good_articles(batch, bad)), enrichment, bad)
    )
    has_fired = False
    for alert in alerts_of(articles, index, bad):
        out.write(encode(alert) + b"\n")
        out.flush()
        has_fired = True
    if not has_fired and sys.stderr.isatty():
        click.echo("no rule fires on these articles", err=True)
    return bad.exit_status()


def alerts_of(articles: Iterable[Placed[EnrichedArticle]], index: RuleIndex, bad: BadLines) -> Iterator[Alert]:
    """The alerts that articles raise, one after the other, from an empty memory; those of rules on trial as well.

    Args:
        articles: In the order of time.
        index: The rules.
        bad: Where articles are reported on which a step fails; they raise no alert.
    """
    from pipeline.alerts import Replay  # noqa: PLC0415 - as above

    replay = Replay()

    def raised(article: EnrichedArticle) -> list[Alert]:
        told: list[Match | EvaluatedArticle | EnrichedArticle] = [article]
        if article.status != "withdrawn":
            matches = index.match(article, now=datetime.now(UTC))
            told = [*matches, EvaluatedArticle.of(article, matches, now=datetime.now(UTC))]
        decisions = [decision for one in told for decision in replay.decide(one)]
        return [decision.alert for decision in decisions if decision.alert.held_by is None]

    for article in articles:
        for done in tried([article], lambda batch: [raised(one) for one in batch], bad):
            yield from done.article
