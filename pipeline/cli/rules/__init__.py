"""``wirewatch rules``: check, apply and look at watch rules."""

from __future__ import annotations

import click

from pipeline.cli.rules import apply, backtest, check, explain, formatting, stored


@click.group()
def command() -> None:
    """Check, test, apply and look at watch rules.

    Rules live in a topic; a change is live in every worker within seconds.
    """


for _verb in (
    check.check,
    check.test,
    backtest.command,
    formatting.command,
    apply.command,
    stored.list_,
    stored.show,
    stored.export,
    stored.delete,
    explain.command,
    stored.mute,
    stored.unmute,
):
    command.add_command(_verb)
