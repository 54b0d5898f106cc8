"""``wirewatch rules explain``: what a rule means, every name that it answers to, and what it just misses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.cli import EXIT_DONE, pass_settings, say_warning
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.reading.durations import DURATION
from pipeline.cli.reading.rule_source import checked
from pipeline.cli.render import console, print_table, printable
from pipeline.cli.rules.backtest import build_backtest, run_backtest
from pipeline.errors import BrokerUnreachableError, RuleError, TopicMissingError, UsageError
from pipeline.messages.rules import LATEST_READING, RuleId, WatchRule
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.backtest import BacktestReport
    from pipeline.rules import ClauseExplanation, NamesByLanguage, RuleExplanation

_CONDITION = "condition"
# Who writes a name that ends so means a file, not the word.
_RULE_FILES = frozenset({".yaml", ".yml"})
_SAMPLES = 5


@click.command(name="explain")
@click.argument("rule", metavar="CONDITION|ID|FILE")
@click.option("--language", "languages", multiple=True, metavar="TAG", help="Only names in it; may be repeated.")
@click.option("--since", type=DURATION, help="Also try the rule on the articles of the enriched topic, so far back.")
@click.option(
    "--articles",
    "article_files",
    multiple=True,
    metavar="FILE",
    help="Also try the rule on articles as JSON Lines, raw or enriched; - is standard input.",
)
@pass_settings
def command(
    settings: Settings,
    rule: str,
    languages: tuple[str, ...],
    *,
    since: timedelta | None,
    article_files: tuple[str, ...],
) -> int:
    """Show what a rule means: canonical form, pivot, expected rate, every name of each concept by language and kind.

    It takes a condition, such as 'NATO + North Korea'; the id of a rule in the rules topic; or a rule file. In a pipe
    the names of each language and kind are a line, to be searched; a terminal shows them together. With
    --since or --articles it says how often the rule fires, and what articles miss by one clause.
    """
    if article_files and since is not None:
        raise UsageError("--since is about the topic: leave it out with --articles")
    from pipeline.assembly import build_limits, load_knowledge_base  # noqa: PLC0415 - loads the knowledge base; --help need not
    from pipeline.rules import Origin, explain_rule  # noqa: PLC0415 - as above

    out = console()
    file = _file(rule)
    rules = _meant(settings, rule) if file is None else [one.rule for one in checked(file, settings).rules]
    for number, one in enumerate(rules):
        if number:
            out.print()
        origin = Origin(text=one.when, source=_CONDITION) if one.id == _CONDITION else None
        explanation = explain_rule(one, load_knowledge_base(settings), build_limits(settings), origin)
        # Those of a file have been said, with their places in it.
        for warning in explanation.warnings if file is None else ():
            say_warning(warning)
        _show(out, explanation, frozenset(languages))
    if since is None and not article_files:
        return EXIT_DONE
    backtest = build_backtest(settings, rules, samples=_SAMPLES, near_misses=True)
    report, source, status = run_backtest(settings, backtest, since, article_files)
    out.print()
    _show_tried(out, report, source)
    return status


def _show_tried(out: Console, report: BacktestReport, source: str) -> None:
    from pipeline.cli.rules.backtest_screen import forecast_text, show_near_misses  # noqa: PLC0415 - --help need not

    out.print(Text(f"tried on {report.articles:,} articles of {source}", "bold"))
    for rule in report.rules:
        name = "" if rule.rule_id == _CONDITION else f"{rule.rule_id}: "
        out.print(f"  {name}fires on {rule.fired:,}; {forecast_text(report.forecast(rule))}")
        show_near_misses(out, rule)


def _file(rule: str) -> Path | None:
    path = Path(rule)
    try:
        return path if path.is_file() else None
    except (OSError, ValueError):
        # Too long for the name of a file, or with a character that none has.
        return None


def _meant(settings: Settings, rule: str) -> Sequence[WatchRule]:
    if Path(rule).suffix in _RULE_FILES:
        raise UsageError(f"{rule}: there is no such file")
    if _is_id(rule):
        stored = _stored(settings, rule)
        if stored is not None:
            return [stored]
    return [WatchRule(id=_CONDITION, when=rule, reading=LATEST_READING)]


def _is_id(text: str) -> bool:
    try:
        msgspec.convert(text, RuleId)
    except msgspec.ValidationError:
        return False
    return True


def _stored(settings: Settings, rule_id: str) -> WatchRule | None:
    """The stored rule with that id; None when the text can only be a condition, which a note says."""
    from pipeline.streaming.stores.rule_store import RuleStore  # noqa: PLC0415 - loads Kafka; --help need not

    try:
        found = run_quietly(RuleStore(settings).read()).get(rule_id)
    except (BrokerUnreachableError, TopicMissingError) as error:
        click.echo(f"note: read as a condition, since no rules can be looked up: {error}", err=True)
        return None
    if found is None:
        click.echo(f"note: read as a condition: there is no rule {rule_id}", err=True)
        return None
    if found.rule is None:
        raise RuleError(f"cannot be read: {found.problem}", rule_id=rule_id, source="rules topic")
    return found.rule


def _show(out: Console, explanation: RuleExplanation, languages: frozenset[str]) -> None:
    if explanation.rule_id != _CONDITION:
        out.print(Text(explanation.rule_id, "bold"))
    out.print(Text.assemble(("means     ", "dim"), (printable(explanation.canonical), "bold cyan")))
    out.print(Text.assemble(("pivot     ", "dim"), printable(" or ".join(explanation.pivot))))
    out.print(Text.assemble(("expected  ", "dim"), _rate(explanation.expected_share)))
    for clause in explanation.clauses:
        out.print()
        out.print(_head(clause))
        names = [each for each in clause.names if _is_asked(each.language, languages)]
        if languages and clause.names and not names:
            out.print(Text(f"no name in {' or '.join(sorted(languages))}", "dim"))
        if names:
            print_table(out, _by_kind(names) if out.is_terminal else _by_language(names))
        if clause.spellings:
            print_table(out, _spellings(clause))


def _is_asked(language: str, asked: frozenset[str]) -> bool:
    """Whether names of a language are to be shown: ``zh`` covers zh-Hans and zh-Hant, ``zh-Hans`` itself alone."""
    return not asked or language in {*asked, "mul"} or language.partition("-")[0] in asked


def _rate(share: float) -> str:
    """``about 1 in 2,200 articles``: an estimate has no more than two digits that count."""
    one_in = 1 / max(share, 1e-9)
    if one_in < 2:
        return "on nearly every article in a language where its words are frequent (an estimate)"
    digits = len(f"{one_in:.0f}")
    return f"about 1 in {round(one_in, min(0, 2 - digits)):,.0f} articles (an estimate: --since 24h counts)"


def _head(clause: ClauseExplanation) -> Text:
    head = Text.assemble((printable(clause.clause), "cyan"), f"  {clause.kind}")
    if clause.concept is not None:
        head.append(f" {clause.concept.id} ({clause.concept.name})")
    if clause.blocks:
        head.append("  blocks the rule", "red")
    return head


def _by_language(names: Sequence[NamesByLanguage]) -> Table:
    """A row for each language and kind: to be searched."""
    table = Table("language", "via", "names", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for each in names:
        table.add_row(_language(each), each.via, printable(", ".join(each.texts)))
    return table


def _by_kind(names: Sequence[NamesByLanguage]) -> Table:
    """All of a kind together, languages that have the same in one: two hundred rows are too many to be looked at."""
    from pipeline.concepts import VIA_ORDER  # noqa: PLC0415 - loads the concepts; --help need not

    table = Table("via", "names by language", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for via in VIA_ORDER:
        languages: dict[tuple[str, ...], list[str]] = {}
        for each in names:
            if each.via == via:
                languages.setdefault(each.texts, []).append(_language(each))
        written = [
            Text.assemble((" ".join(spoken), "magenta"), " ", printable(", ".join(texts)))
            for texts, spoken in languages.items()
        ]
        if written:
            table.add_row(via, Text("; ").join(written))
    return table


def _language(names: NamesByLanguage) -> str:
    return "any" if names.language == "mul" else names.language


def _spellings(clause: ClauseExplanation) -> Table:
    table = Table("script", "spellings, the likeliest first", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for spellings in clause.spellings:
        table.add_row(Text(spellings.script, "magenta"), Text(printable(", ".join(spellings.texts))))
    return table
