"""``wirewatch rules test``: run the examples that rules carry, and show what each rule makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.render import console, print_table, printable
from pipeline.cli.rules.check import counted
from pipeline.cli.rules.examples import TriedFile, try_files
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.rules import ExampleResult

_SHOWN_CODE_POINTS = 60


@click.command(name="test")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE..."
)
@click.option("--failed", "only_failed", is_flag=True, help="Show only the examples that fail.")
@pass_settings
def command(settings: Settings, files: tuple[Path, ...], *, only_failed: bool) -> int:
    """Run the examples that rules carry, and show for each what the rule does and why.

    The examples run without a statistical model, as they do before a rule goes live, and need no Kafka. A rule that is
    off or in shadow is run too. The exit status is 1 when an example fails or a rule cannot be used.
    """
    tried = try_files(files, settings)
    table = Table("", "rule", "example", "line", "text", "because", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for file in tried:
        for rule in file.rules:
            for result in rule.results:
                if not (only_failed and result.passed):
                    _add_row(table, result)
    out = console()
    if table.row_count:
        print_table(out, table)
    out.print(_summary(tried))
    return 1 if any(file.error_count for file in tried) else 0


def _add_row(table: Table, result: ExampleResult) -> None:
    words = " ".join(result.text.split())
    shown = words if len(words) <= _SHOWN_CODE_POINTS else words[: _SHOWN_CODE_POINTS - 1] + "…"
    done = {True: "fires", False: "is silent", None: "a step fails"}[result.fired]
    because = printable(result.detail) if result.passed else f"{done}: {printable(result.detail)}"
    table.add_row(
        Text("✓", "green") if result.passed else Text("✗", "bold red"),
        Text(printable(result.rule_id), "bold"),
        f"{result.kind} {result.number}",
        "" if result.position is None else str(result.position.line),
        Text(printable(shown)),
        Text(because, "" if result.passed else "red"),
    )


def _summary(tried: Sequence[TriedFile]) -> Text:
    rules = [rule for file in tried for rule in file.rules]
    examples = sum(file.example_count for file in tried)
    failed = sum(len(file.failures) for file in tried)
    refused = sum(file.refused for file in tried)
    bare = [rule.checked.rule.id for rule in rules if not rule.results]
    text = Text(f"{counted(len(rules), 'rule')}, {counted(examples, 'example')}: ")
    text.append(f"{examples - failed:,} passed, {failed:,} failed", "red" if failed else "green")
    if refused:
        text.append(f"; {counted(refused, 'error')} in the files", "red")
    if bare:
        listed = ", ".join(bare[:5]) + (", …" if len(bare) > 5 else "")
        text.append(f"; without an example: {listed}", "yellow")
    return text
