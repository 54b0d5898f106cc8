"""``wirewatch rules fmt``: write the conditions of rule files in one style."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.reading.rule_source import RULE_FILE, read_text
from pipeline.cli.rules.check import counted


@click.command(name="fmt")
@click.argument("files", nargs=-1, required=True, type=RULE_FILE, metavar="FILE...")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit with 1 when a file would change.")
def command(files: tuple[Path, ...], *, only_check: bool) -> int:
    """Write the conditions of rule files in one style; words, comments and all other fields stay as they are."""
    from pipeline.rules import format_rules  # noqa: PLC0415 - loads the rule language; --help need not

    changed = 0
    state = "would change" if only_check else "formatted"
    for file in files:
        text = read_text(file)
        formatted = format_rules(text, str(file))
        if formatted != text:
            changed += 1
            click.echo(f"{file}: {state}")
            if not only_check:
                file.write_text(formatted, encoding="utf-8")
    if not changed:
        click.echo(f"{counted(len(files), 'file')}: nothing to change")
    return 1 if only_check and changed else 0
