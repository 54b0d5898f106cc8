"""``wirewatch rules apply``: make the rules topic hold what a rule file says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.render import console, printable
from pipeline.cli.rules.check import counted, say_failures, try_files
from pipeline.cli.topics import report_lines
from pipeline.errors import TopicMissingError, UsageError
from pipeline.messages.rules import WatchRule
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.rules import CheckedRule
    from pipeline.streaming.kafka.topic_setup import TopicReport
    from pipeline.streaming.stores.rule_store import ChangedRule, RuleDifference, RuleStore, StoredRules


@click.command(name="apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--set", "rule_set", metavar="NAME", help="The set's name; else the file's name without its ending.")
@click.option(
    "--prune", is_flag=True, help="Remove what was applied with this set before and is no longer in the file."
)
@click.option("--dry-run", is_flag=True, help="Show the difference, and change nothing.")
@pass_settings
def command(settings: Settings, file: Path, rule_set: str | None, *, prune: bool, dry_run: bool) -> int:
    """Make the rules topic hold what FILE says, and show the difference.

    A rule that is wrong, or that fails its own examples, is refused, and then nothing of the file is applied. The
    topics of alert channels are created. A mute stays.
    """
    name = file.stem if rule_set is None else rule_set
    if not name.strip() or not name.isprintable():
        raise UsageError(f"--set {name!r}: expected a name that can be printed")
    (tried,) = try_files([file], settings)
    say_failures([tried])
    if tried.error_count:
        click.echo(f"{counted(tried.error_count, 'error')}: nothing was applied", err=True)
        return 1
    difference, report = run_quietly(
        _apply(settings, name, [checked.rule for checked in tried.good], prune=prune, dry_run=dry_run)
    )
    out = console()
    show_difference(out, difference, {checked.rule.id: checked for checked in tried.good}, prune=prune)
    if report is not None:
        for line in report_lines(report):
            out.print(line)
    writes = len(difference.added) + len(difference.changed) + (len(difference.surplus) if prune else 0)
    if dry_run:
        out.print(f"{counted(writes, 'rule')} would be written; this was a dry run")
    elif writes:
        out.print(f"set {printable(name)}: {counted(writes, 'rule')} written; live in every worker within 5 seconds")
    else:
        out.print(f"set {printable(name)}: nothing to change")
    return 0


async def _apply(
    settings: Settings, rule_set: str, rules: list[WatchRule], *, prune: bool, dry_run: bool
) -> tuple[RuleDifference, TopicReport | None]:
    from pipeline.streaming.stores.rule_store import RuleStore, compare_rules  # noqa: PLC0415 - loads Kafka; --help need not

    store = RuleStore(settings)
    difference = compare_rules(await _stored(store), rules, rule_set)
    return difference, None if dry_run else await store.apply(difference, prune=prune)


async def _stored(store: RuleStore) -> StoredRules:
    try:
        return await store.read()
    except TopicMissingError:
        # Applying creates it.
        return {}


def show_difference(
    out: Console, difference: RuleDifference, checked: Mapping[str, CheckedRule], *, prune: bool
) -> None:
    """What applying changes: a line for each rule that is added, changed or no longer in the set."""
    for rule in difference.added:
        out.print(Text.assemble(("+ ", "green"), (rule.id, "bold"), "  ", (checked[rule.id].canonical, "cyan")))
    for change in difference.changed:
        rule = change.rule
        out.print(
            Text.assemble(
                ("~ ", "yellow"),
                (rule.id, "bold"),
                "  ",
                (checked[rule.id].canonical, "cyan"),
                f"  ({what_changed(change, difference.rule_set, checked[rule.id].names)})",
            )
        )
    for stored in difference.surplus:
        mark, what = ("- ", "removed") if prune else ("? ", "no longer in the set; --prune removes it")
        out.print(Text.assemble((mark, "red"), (stored.id, "bold"), f"  {what}"))
    moved = [change for change in difference.changed if change.before.rule_set not in {"", difference.rule_set}]
    if moved:
        left = ", ".join(sorted({printable(change.before.rule_set) for change in moved}))
        click.echo(
            f"note: {counted(len(moved), 'rule')} moved here from set {left}: a rule is in one set, whose --prune may "
            f"remove it; with --set {left} it stays there",
            err=True,
        )
    if difference.unchanged:
        out.print(Text(f"= {len(difference.unchanged):,} unchanged", "dim"))


def what_changed(change: ChangedRule, rule_set: str, names: Sequence[str] = ()) -> str:
    """The changes of a rule that existed before, in a few words.

    Args:
        change: What it was and what it is to be.
        rule_set: With which set it is applied.
        names: What of it is read as an unlisted name.
    """
    before = change.before
    if before.rule is None:
        return f"was unreadable: {printable(before.problem)}"
    parts = [
        field for field in WatchRule.__struct_fields__ if getattr(before.rule, field) != getattr(change.rule, field)
    ]
    if "reading" in parts:
        read = f"names read as such: {', '.join(names)}" if names else "which changes nothing that it finds"
        parts[parts.index("reading")] = f"reading {before.rule.reading} to {change.rule.reading}, {read}"
    if before.rule_set != rule_set:
        parts.append(f"from set {printable(before.rule_set)}" if before.rule_set else "had no set")
    return ", ".join(parts)
