"""``wirewatch rules backtest``: how often rules would have fired on past articles."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from pipeline.cli import pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.reading.articles import Placed, tried
from pipeline.cli.reading.durations import DURATION
from pipeline.cli.reading.lines import BadLines
from pipeline.cli.reading.rule_source import checked
from pipeline.cli.render import console, printable
from pipeline.errors import RuleError, UsageError
from pipeline.messages.identity import rule_version
from pipeline.messages.rules import WatchRule
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.backtest import Backtest, BacktestReport
    from pipeline.cli.rules.articles_by_time import DatedArticle
    from pipeline.rules import RuleIndex

DEFAULT_SINCE = timedelta(hours=24)


@click.command(name="backtest")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", type=DURATION, help="How far back to read the enriched topic.  [default: 24h]")
@click.option(
    "--articles",
    "article_files",
    multiple=True,
    metavar="FILE",
    help="Articles as JSON Lines instead of the topic, raw or enriched, in any order; - is standard input.",
)
@click.option("--compare", is_flag=True, help="Compare with the versions of the rules that are live.")
@click.option(
    "--compare-with",
    "other_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Compare with the versions in another rule file.",
)
@click.option("--rule", "rule_ids", multiple=True, metavar="ID", help="Only this rule; may be repeated.")
@click.option(
    "--samples", type=click.IntRange(0, 100), default=3, show_default=True, help="Articles to show of each kind."
)
@click.option(
    "--near-misses/--no-near-misses",
    default=True,
    show_default=True,
    help="Count the articles that miss a rule by one clause, which takes longer than the matches.",
)
@click.option("--json", "as_json", is_flag=True, help="The report as JSON, on standard output.")
@pass_settings
def command(
    settings: Settings,
    file: Path,
    since: timedelta | None,
    article_files: tuple[str, ...],
    *,
    compare: bool,
    other_file: Path | None,
    rule_ids: tuple[str, ...],
    samples: int,
    near_misses: bool,
    as_json: bool,
) -> int:
    """Say how often the rules of FILE would have fired on past articles, with a forecast and samples.

    The enriched topic is read once more, in the order of time; nothing is written. Alerts are counted as the alerts
    step would raise them: each article once, revisions that are news, without what `suppress` and `limit` hold back.
    Rules that are off or in shadow are tried as if they were live.
    """
    if article_files and since is not None:
        raise UsageError("--since is about the topic: leave it out with --articles")
    if compare and other_file is not None:
        raise UsageError("--compare and --compare-with: which of the two? leave one out")
    rules = _chosen([one.rule for one in checked(file, settings).rules], rule_ids, file)
    before: Mapping[str, WatchRule] | None = None
    if other_file is not None:
        before = {one.rule.id: one.rule for one in checked(other_file, settings).rules}
    elif compare:
        before = _live(settings)
    backtest = build_backtest(settings, rules, before, samples=samples, near_misses=near_misses)
    report, source, status = run_backtest(settings, backtest, since, article_files)
    if as_json:
        click.echo(_json(report))
        return status
    from pipeline.cli.rules.backtest_screen import show_backtest  # noqa: PLC0415 - --help need not

    show_backtest(console(), report, source, before="live" if compare else "other")
    return status


def build_backtest(
    settings: Settings,
    rules: Iterable[WatchRule],
    before: Mapping[str, WatchRule] | None = None,
    *,
    samples: int,
    near_misses: bool,
) -> Backtest:
    """A back-test of rules, compared with those of the same ids."""
    from pipeline.backtest import Backtest  # noqa: PLC0415 - loads the rule engine; --help need not

    tried = {rule.id: msgspec.structs.replace(rule, mode="live") for rule in rules}
    versions = {rule.id: rule_version(rule) for rule in rules}
    known = None if before is None else {rule_id: before[rule_id] for rule_id in tried if rule_id in before}
    return Backtest(
        _index(settings, tried.values()),
        versions,
        before=None if known is None else _index(settings, known.values()),
        versions_before={} if known is None else {rule.id: rule_version(rule) for rule in known.values()},
        alert_memory_seconds=settings.alert_memory_seconds,
        samples=samples,
        near_misses=near_misses,
    )


def run_backtest(
    settings: Settings, backtest: Backtest, since: timedelta | None, article_files: tuple[str, ...]
) -> tuple[BacktestReport, str, int]:
    """Run a back-test on articles of files or of the topic; return the report, what was read, and the exit status."""
    if article_files:
        return _from_files(settings, backtest, article_files)
    return run_quietly(_from_topic(settings, backtest, datetime.now(UTC) - (since or DEFAULT_SINCE)))


def _index(settings: Settings, rules: Iterable[WatchRule]) -> RuleIndex:
    from pipeline.assembly import build_rule_index  # noqa: PLC0415 - as above

    index = build_rule_index(settings)
    for rule in rules:
        index.add(rule)
    return index


def _chosen(rules: list[WatchRule], rule_ids: tuple[str, ...], file: Path) -> list[WatchRule]:
    known = {rule.id for rule in rules}
    for rule_id in rule_ids:
        if rule_id not in known:
            raise UsageError(f"--rule {rule_id}: {file} has no such rule")
    return [rule for rule in rules if not rule_ids or rule.id in rule_ids]


def _live(settings: Settings) -> dict[str, WatchRule]:
    """The rules of the topic that workers can use; the others are reported."""
    from pipeline.assembly import build_limits, load_knowledge_base  # noqa: PLC0415 - as above
    from pipeline.rules import check_rule  # noqa: PLC0415 - as above
    from pipeline.streaming.stores.rule_store import RuleStore  # noqa: PLC0415 - loads Kafka; --help need not

    found = {}
    for stored in run_quietly(RuleStore(settings).read()).values():
        try:
            if stored.rule is None:
                raise RuleError(f"cannot be read: {stored.problem}", rule_id=stored.id, source="rules topic")
            check_rule(stored.rule, load_knowledge_base(settings), build_limits(settings))
        except RuleError as error:
            click.echo(f"note: set aside by the workers, so compared with nothing: {printable(str(error))}", err=True)
        else:
            found[stored.id] = stored.rule
    return found


def _from_files(settings: Settings, backtest: Backtest, files: tuple[str, ...]) -> tuple[BacktestReport, str, int]:
    from pipeline.assembly import Enrichment  # noqa: PLC0415 - loads models; --help need not
    from pipeline.cli.rules.articles_by_time import opened_by_time  # noqa: PLC0415 - as above

    bad = BadLines()
    with opened_by_time(files) as by_time, _progress(by_time.count) as advance:
        if by_time.undated:
            undated = "1 article says" if by_time.undated == 1 else f"{by_time.undated:,} articles say"
            click.echo(f"note: {undated} no time: each counts as of the one before it", err=True)
        enrichment = Enrichment.from_settings(settings)
        articles = by_time.articles(enrichment, bad, batch=settings.batch_max_articles, on_read=advance)
        add_all(backtest, articles, bad)
    return backtest.report(), ", ".join(files), bad.exit_status()


def add_all(backtest: Backtest, articles: Iterable[DatedArticle], bad: BadLines) -> None:
    """Add articles to a back-test; one on which a rule fails is reported and does not count."""

    def add(batch: Sequence[DatedArticle]) -> Sequence[DatedArticle]:
        for article in batch:
            backtest.add(article.article, article.at)
        return batch

    for article in articles:
        tried([Placed(article.place, article)], add, bad)


async def _from_topic(settings: Settings, backtest: Backtest, since: datetime) -> tuple[BacktestReport, str, int]:
    from pipeline.cli.rules.articles_by_time import DatedArticle  # noqa: PLC0415 - loads the steps; --help need not
    from pipeline.streaming.kafka.past_articles import replaying  # noqa: PLC0415 - loads Kafka; --help need not
    from pipeline.topology import ENRICHED  # noqa: PLC0415 - as above

    end, bad = datetime.now(UTC), BadLines()
    async with replaying(settings, since) as replay:
        with _progress(replay.records) as advance:
            async for article, at in replay.articles():
                if article is not None:
                    add_all(backtest, [DatedArticle(article, at, f"article {article.id}")], bad)
                advance(1)
        if replay.unreadable:
            count = replay.unreadable
            what = "1 record was no enriched article" if count == 1 else f"{count:,} records were no enriched articles"
            click.echo(f"note: {what}", err=True)
        report = backtest.report(start=replay.start, end=end)
    return report, f"topic {ENRICHED.full_name(settings.topic_prefix)}", bad.exit_status()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where that is a terminal; takes how many more are done."""
    columns = (SpinnerColumn(), TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("articles", total=total)
        yield lambda count: progress.advance(task, count)


def _json(report: BacktestReport) -> str:
    document = msgspec.to_builtins(report, str_keys=True)
    for rule, fields in zip(report.rules, document["rules"], strict=True):
        found = report.forecast(rule)
        fields["forecast"] = None if found is None else found._asdict()
    return msgspec.json.encode(document).decode()
