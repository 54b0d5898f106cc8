"""``wirewatch sources``: where news comes in from, one module per subcommand."""

from __future__ import annotations

import click

from pipeline.cli.sources.extract import extract
from pipeline.cli.sources.read import read


@click.group()
def command() -> None:
    """Look at what feeds and pages say."""


command.add_command(extract)
command.add_command(read)
