"""``wirewatch rules check``: everything that is wrong with rule files, and what their rules mean."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.render import console
from pipeline.cli.rules.examples import say_failures, try_files
from pipeline.settings import Settings


@click.command(name="check")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE..."
)
@pass_settings
def command(settings: Settings, files: tuple[Path, ...]) -> int:
    """Say everything that is wrong or doubtful in rule files, in one go, and what each good rule means.

    The examples that rules carry are run, without a statistical model. Needs no Kafka.
    """
    out = console()
    tried = try_files(files, settings)
    say_failures(tried)
    for file in tried:
        for checked in file.good:
            out.print(Text.assemble(("✓ ", "green"), (checked.rule.id, "bold"), "  ", (checked.canonical, "cyan")))
    good = sum(len(file.good) for file in tried)
    examples = sum(file.example_count for file in tried)
    errors = sum(file.error_count for file in tried)
    warnings = sum(file.doubtful for file in tried)
    summary = Text(f"{counted(good, 'good rule')}, {counted(examples, 'example')} run, ", "red" if errors else "green")
    summary.append(counted(errors, "error"))
    if warnings:
        summary.append(f", {counted(warnings, 'warning')}", "yellow")
    out.print(summary)
    return 1 if errors else 0


def counted(number: int, thing: str) -> str:
    """``1 rule``, ``2 rules``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
