"""``wirewatch rules explain``: what a rule means, and every name that it answers to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.cli import pass_settings, say_warning
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.render import console, print_table, printable
from pipeline.cli.rule_source import checked
from pipeline.errors import BrokerUnreachableError, RuleError, TopicMissingError
from pipeline.messages.rules import RuleId, WatchRule
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.rules import ClauseExplanation, RuleExplanation


@click.command(name="explain")
@click.argument("rule", metavar="CONDITION|ID|FILE")
@click.option("--language", "languages", multiple=True, metavar="TAG", help="Only names in it; may be repeated.")
@pass_settings
def command(settings: Settings, rule: str, languages: tuple[str, ...]) -> None:
    """Show what a rule means: canonical form, and the names of each concept by language.

    It takes a condition, such as 'NATO + North Korea'; the id of a rule in the rules topic; or a rule file.
    """
    from pipeline.assembly import build_limits, load_knowledge_base  # noqa: PLC0415 - as above
    from pipeline.rules import explain_rule  # noqa: PLC0415 - as above

    out = console()
    for number, one in enumerate(_meant(settings, rule)):
        if number:
            out.print()
        _show(out, explain_rule(one, load_knowledge_base(settings), build_limits(settings)), frozenset(languages))


def _meant(settings: Settings, rule: str) -> Sequence[WatchRule]:
    path = Path(rule)
    if path.is_file():
        return [one.rule for one in checked(path, settings).rules]
    if _is_id(rule):
        stored = _stored(settings, rule)
        if stored is not None:
            return [stored]
    return [WatchRule(id="condition", when=rule)]


def _is_id(text: str) -> bool:
    try:
        msgspec.convert(text, RuleId)
    except msgspec.ValidationError:
        return False
    return True


def _stored(settings: Settings, rule_id: str) -> WatchRule | None:
    """The rule of that id, or None when it can only be a condition; which of the two is said."""
    from pipeline.streaming.rule_store import RuleStore  # noqa: PLC0415 - loads Kafka; --help need not

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
    for warning in explanation.warnings:
        say_warning(warning)
    if explanation.rule_id != "condition":
        out.print(Text(explanation.rule_id, "bold"))
    out.print(Text.assemble(("means     ", "dim"), (printable(explanation.canonical), "bold cyan")))
    out.print(Text.assemble(("filed by  ", "dim"), printable(" or ".join(explanation.pivot))))
    for clause in explanation.clauses:
        out.print()
        out.print(_head(clause))
        if clause.names:
            print_table(out, _names(clause, languages))


def _head(clause: ClauseExplanation) -> Text:
    head = Text.assemble((printable(clause.clause), "cyan"), f"  {clause.kind}")
    if clause.concept is not None:
        head.append(f" {clause.concept.id} ({clause.concept.name})")
    if clause.blocks:
        head.append("  blocks the rule", "red")
    return head


def _names(clause: ClauseExplanation, languages: frozenset[str]) -> Table:
    table = Table("language", "via", "names", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for names in clause.names:
        if not languages or names.language in languages or names.language == "mul":
            language = "any" if names.language == "mul" else names.language
            table.add_row(Text(language, "magenta"), names.via, Text(printable(", ".join(names.texts))))
    return table
