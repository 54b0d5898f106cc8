"""``wirewatch subscribe``: follow the alerts as they are raised."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Awaitable, Iterable
from datetime import timedelta

import click
from rich.text import Text

from pipeline.cli import drop_output, pass_settings
from pipeline.cli.event_loop import run_quietly, while_read
from pipeline.cli.reading.durations import DURATION
from pipeline.cli.render import alert_block, console, indented, origin_of
from pipeline.errors import BrokerError
from pipeline.messages.canary_rule import CANARY_RULE
from pipeline.settings import Settings

log = logging.getLogger(__name__)

_STANDARD_OUTPUT = 1


@click.command()
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only the alerts of this rule; may be repeated.")
@click.option(
    "--channel",
    metavar="NAME",
    help="The alerts copied to this channel; held: those held back, shadow: those of rules on trial.",
)
@click.option(
    "--since", type=DURATION, help="Begin with what was raised this long ago, such as 24h; else with the next."
)
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: each alert as it was published.")
@click.option("--count", type=click.IntRange(1), metavar="N", help="End after so many alerts.")
@pass_settings
def command(
    settings: Settings,
    rules: tuple[str, ...],
    channel: str | None,
    since: timedelta | None,
    *,
    as_json: bool,
    count: int | None,
) -> int:
    """Follow the alerts until Ctrl-C, each with what matched and why."""
    following = _follow(settings, frozenset(rules), channel, since, as_json=as_json, count=count)
    # Ctrl-C is the way it is meant to end.
    with contextlib.suppress(KeyboardInterrupt):
        if not run_quietly(while_read(following, _STANDARD_OUTPUT)):
            drop_output()
    return 0


async def _follow(
    settings: Settings,
    rules: frozenset[str],
    channel: str | None,
    since: timedelta | None,
    *,
    as_json: bool,
    count: int | None,
) -> None:
    from pipeline.streaming.kafka.client import bootstrap_servers  # noqa: PLC0415 - loads Kafka; --help need not
    from pipeline.streaming.kafka.subscription import subscribed  # noqa: PLC0415 - as above

    out = console()
    async with subscribed(settings, channel=channel, since=since, rule_ids=rules) as alerts:
        if sys.stderr.isatty():
            click.echo(f"following the alerts at {', '.join(bootstrap_servers(settings))}; Ctrl-C ends", err=True)
        # The place to read alerts from is settled: what is raised meanwhile is shown after the note.
        await tell_missing(_missing(settings, rules))
        seen = 0
        async for received in alerts:
            if as_json:
                sys.stdout.buffer.write(received.payload + b"\n")
                sys.stdout.buffer.flush()
            else:
                out.print(alert_block(received.alert, colour=out.is_terminal))
                out.print(indented(origin_of(received.alert), colour=out.is_terminal))
                out.print(Text())
                sys.stdout.flush()
            seen += 1
            if seen == count:
                return


async def tell_missing(missing: Awaitable[list[str]]) -> None:
    """Say which rules there are not; where the broker does not let it be known, nothing is said."""
    try:
        for rule_id in await missing:
            click.echo(f"note: there is no rule {rule_id} now; its alerts are waited for all the same", err=True)
    except BrokerError as error:
        log.debug("whether there are such rules is not known: %s", error)


async def _missing(settings: Settings, rules: Iterable[str]) -> list[str]:
    """Rules that are asked for and not in the rules topic."""
    from pipeline.streaming.stores.rule_store import RuleStore  # noqa: PLC0415 - as above

    asked = [rule_id for rule_id in rules if rule_id != CANARY_RULE.id]
    return await RuleStore(settings).missing(asked) if asked else []
