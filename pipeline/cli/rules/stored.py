"""``wirewatch rules list, show, export, delete, mute, unmute``: the rules that the topic holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
import msgspec
import yaml
from rich.table import Table
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.reading.durations import DURATION
from pipeline.cli.render import SEVERITY_STYLES, console, print_table, printable
from pipeline.cli.rules.check import counted
from pipeline.errors import RuleError, WirewatchError
from pipeline.messages.rules import LATEST_READING, WatchRule
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.streaming.stores.rule_records import StoredRule
    from pipeline.streaming.stores.rule_store import StoredRules


@click.command(name="list")
@click.option("--set", "rule_set", metavar="NAME", help="Only the rules of this set.")
@pass_settings
def list_(settings: Settings, rule_set: str | None) -> int:
    """Show the rules that the topic holds; the exit status is 1 when one of them cannot be used."""
    stored = _of_set(_read(settings), rule_set)
    if not stored:
        click.echo("no rules: apply some (wirewatch rules apply FILE)", err=True)
        return 0
    now = datetime.now(UTC)
    table = Table("rule", "set", "severity", "channel", "state", "version", "when", box=None, pad_edge=False)
    unusable = 0
    for one in stored:
        problem = _problem(settings, one)
        unusable += bool(problem)
        rule = one.rule
        table.add_row(
            Text(printable(one.id), "bold"),
            Text(printable(one.rule_set)),
            Text(rule.severity, SEVERITY_STYLES[rule.severity]) if rule else "",
            (rule.channel or "") if rule else "",
            Text("unusable", "red") if problem else _state(one, now),
            one.version,
            Text(printable(problem or " ".join(rule.when.split() if rule else ()))),
        )
    print_table(console(), table)
    return 1 if unusable else 0


@click.command()
@click.argument("rule_id", metavar="ID")
@pass_settings
def show(settings: Settings, rule_id: str) -> int:
    """Show one rule: its document, its set, its version and whether it is mute."""
    from pipeline.assembly import build_limits, load_knowledge_base  # noqa: PLC0415 - as above
    from pipeline.rules import check_rule  # noqa: PLC0415 - as above

    stored = _read(settings).get(rule_id)
    if stored is None:
        raise RuleError("there is no such rule: see `wirewatch rules list`", rule_id=rule_id, source="rules topic")
    out = console()
    rows = {"set": stored.rule_set or "none", "version": stored.version, "state": _state(stored, datetime.now(UTC))}
    if stored.rule is not None:
        rows["means"] = check_rule(stored.rule, load_knowledge_base(settings), build_limits(settings)).canonical
    for name, text in rows.items():
        out.print(Text.assemble((f"{name:<9}", "dim"), printable(text)))
    out.print()
    if stored.rule is None:
        out.print(Text(f"cannot be read: {printable(stored.problem)}", "red"))
        out.print(Text(printable((stored.value or b"").decode("utf-8", "backslashreplace"))))
        return 1
    out.print(Text(as_rule_file([stored.rule])), end="")
    return 0


@click.command()
@click.option("--set", "rule_set", metavar="NAME", help="Only the rules of this set.")
@pass_settings
def export(settings: Settings, rule_set: str | None) -> int:
    """Write the rules as a rule file, on standard output; applying it again changes nothing.

    A rule that cannot be read is named on standard error and left out; the exit status is 1 then.
    """
    stored = _of_set(_read(settings), rule_set)
    click.echo(as_rule_file(one.rule for one in stored if one.rule is not None), nl=False)
    unreadable = [one for one in stored if one.rule is None]
    for one in unreadable:
        click.echo(f"rule {printable(one.id)} is left out: {printable(one.problem)}", err=True)
    return 1 if unreadable else 0


@click.command()
@click.argument("rule_ids", nargs=-1, required=True, metavar="ID...")
@pass_settings
def delete(settings: Settings, rule_ids: tuple[str, ...]) -> None:
    """Remove rules; when one of them does not exist, none is removed."""
    from pipeline.streaming.stores.rule_store import RuleStore  # noqa: PLC0415 - loads Kafka; --help need not

    ids = tuple(dict.fromkeys(rule_ids))
    run_quietly(RuleStore(settings).delete(ids))
    click.echo(f"{counted(len(ids), 'rule')} removed")


@click.command()
@click.argument("rule_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--for", "length", type=DURATION, required=True, help="How long, such as 2h.")
@pass_settings
def mute(settings: Settings, rule_ids: tuple[str, ...], length: timedelta) -> None:
    """Let rules raise no alerts for a while; their documents stay as they are, and `apply` keeps the mute."""
    until = datetime.now(UTC) + length
    _mute(settings, rule_ids, until)
    click.echo(f"{counted(len(set(rule_ids)), 'rule')} mute until {until:%Y-%m-%d %H:%M:%SZ}")


@click.command()
@click.argument("rule_ids", nargs=-1, required=True, metavar="ID...")
@pass_settings
def unmute(settings: Settings, rule_ids: tuple[str, ...]) -> None:
    """Let muted rules raise alerts again."""
    _mute(settings, rule_ids, None)
    click.echo(f"{counted(len(set(rule_ids)), 'rule')} no longer mute")


def as_rule_file(rules: Iterable[WatchRule]) -> str:
    """Rules as the YAML of a rule file, which reads back as the same rules."""
    documents: list[Any] = [_as_written(rule) for rule in rules]
    return yaml.safe_dump({"rules": documents}, sort_keys=False, allow_unicode=True, width=110)


def _as_written(rule: WatchRule) -> dict[str, Any]:
    """A rule as its file would have it: there the latest reading goes without saying."""
    document: dict[str, Any] = msgspec.to_builtins(rule)
    document.pop("reading", None)
    return document if rule.reading == LATEST_READING else {**document, "reading": rule.reading}


def _read(settings: Settings) -> StoredRules:
    from pipeline.streaming.stores.rule_store import RuleStore  # noqa: PLC0415 - loads Kafka; --help need not

    return run_quietly(RuleStore(settings).read())


def _mute(settings: Settings, rule_ids: Iterable[str], until: datetime | None) -> None:
    from pipeline.streaming.stores.rule_store import RuleStore  # noqa: PLC0415 - loads Kafka; --help need not

    run_quietly(RuleStore(settings).mute(tuple(dict.fromkeys(rule_ids)), until))


def _of_set(stored: StoredRules, rule_set: str | None) -> list[StoredRule]:
    return [one for one in stored.values() if rule_set is None or one.rule_set == rule_set]


def _problem(settings: Settings, stored: StoredRule) -> str:
    """Why workers cannot use it; empty when they can."""
    from pipeline.assembly import build_limits, load_knowledge_base  # noqa: PLC0415 - as above
    from pipeline.rules import check_rule  # noqa: PLC0415 - as above

    if stored.rule is None:
        return stored.problem
    try:
        check_rule(stored.rule, load_knowledge_base(settings), build_limits(settings))
    except WirewatchError as error:
        return str(error)
    return ""


def _state(stored: StoredRule, now: datetime) -> str:
    if stored.muted_until is not None and stored.is_muted(now):
        return f"mute until {stored.muted_until.astimezone(UTC):%Y-%m-%d %H:%MZ}"
    return stored.rule.mode if stored.rule is not None else "unusable"
