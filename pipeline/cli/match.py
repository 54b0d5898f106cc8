"""``wirewatch match``: articles in, the alerts of a rule file out, without Kafka."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from pipeline.cli import pass_settings
from pipeline.cli.lines import BadLines, Line, read_lines
from pipeline.cli.rule_source import index_of
from pipeline.errors import ArticleError
from pipeline.messages.alerts import Alert
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, RawArticle
from pipeline.messages.codec import decode, encode, replace_lone_surrogates
from pipeline.messages.intake import read_enriched
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.assembly import Enrichment
    from pipeline.rules import RuleIndex


class _Stage(msgspec.Struct):
    """The fields that tell how far an article has come; a raw one may have one of them for its own use."""

    language: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    revision: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    mentions: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET

    @property
    def is_identified(self) -> bool:
        return self.language is not msgspec.UNSET and self.revision is not msgspec.UNSET


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

    FILES are JSON Lines, JSON or plain text; without any, JSON Lines are read from standard input. Articles may be raw,
    identified or enriched: what they lack is done on the way. Alerts are JSON Lines on standard output: those that the
    alerts step would raise from an empty memory. A bad line is reported by number and left out.
    """
    from pipeline.assembly import Enrichment  # noqa: PLC0415 - loads models; --help need not

    index = index_of(rules_file, settings)
    enrichment = Enrichment.from_settings(settings)
    bad = BadLines()
    out = sys.stdout.buffer
    lines = read_lines(files) if files else read_lines(("-",), "jsonl")
    for alert in alerts_of(_enriched(lines, enrichment, bad, settings.batch_max_articles), index):
        out.write(encode(alert) + b"\n")
        out.flush()
    return bad.exit_status()


def alerts_of(articles: Iterable[EnrichedArticle], index: RuleIndex) -> Iterator[Alert]:
    """The alerts that articles raise, one after the other, from an empty memory."""
    from pipeline.alerts import AlertMemory  # noqa: PLC0415 - as above

    memory = AlertMemory(float("inf"))
    memory.load(0)
    for article in articles:
        now = datetime.now(UTC)
        draft = memory.draft(now)
        for match in index.match(article, now=now):
            raised = draft.decide(0, match)
            if raised is not None:
                yield raised.alert
                memory.remember(0, raised.past)


def _enriched(lines: Iterable[Line], enrichment: Enrichment, bad: BadLines, size: int) -> Iterator[EnrichedArticle]:
    """Articles with all their steps done, in the order of their lines."""
    articles = _read(lines, bad)
    while batch := list(islice(articles, size)):
        identified = [
            article if isinstance(article, IdentifiedArticle) else enrichment.identify(article) for article in batch
        ]
        waiting = [article for article in identified if not isinstance(article, EnrichedArticle)]
        extracted = iter(enrichment.extract(waiting))
        for article in identified:
            yield article if isinstance(article, EnrichedArticle) else next(extracted)


def _read(lines: Iterable[Line], bad: BadLines) -> Iterator[RawArticle]:
    for line in lines:
        try:
            article = line.read(now=datetime.now(UTC))
            payload, _ = replace_lone_surrogates(line.payload)
            stage = decode(payload, _Stage)
            if stage.is_identified:
                article = decode(payload, IdentifiedArticle)
                # An enriched article that names nothing is written without its empty list.
                if stage.mentions is not msgspec.UNSET or article.times.enriched_at:
                    article = read_enriched(payload)
            yield article
        except ArticleError as error:
            bad.report(line.place, error)
