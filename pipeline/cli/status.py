"""``wirewatch status``: what every part does, how far behind it is, since when, and what it waits for."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
import msgspec
from rich.table import Table
from rich.text import Text

from pipeline.cli import EXIT_DONE, EXIT_FAILED, pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.reading.durations import DURATION
from pipeline.cli.render import console, print_table, printable
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.streaming.observability.pipeline_status import PipelineStatus, ServiceStatus

_MINUTE = 60
_HOUR = 60 * _MINUTE


@click.command()
@click.option(
    "--late",
    type=DURATION,
    default="1m",
    show_default=True,
    help="A step is behind when a message has waited for longer than this.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for machines.")
@pass_settings
def command(settings: Settings, late: timedelta, *, as_json: bool) -> int:
    """Show what every part does, how far behind it is, since when, and what it waits for.

    Kafka tells of every step wherever its processes run; processes on this machine also say themselves how they stand.
    The exit status is 1 when something is wrong.
    """
    from pipeline.streaming.observability.pipeline_status import read_status  # noqa: PLC0415 - loads Kafka; --help need not

    status = run_quietly(read_status(settings, late=late))
    if as_json:
        sys.stdout.write(msgspec.json.encode(status).decode() + "\n")
    else:
        _show(status)
    return EXIT_DONE if status.is_well else EXIT_FAILED


def _show(status: PipelineStatus) -> None:
    out = console()
    broker = status.broker
    if broker.brokers:
        out.print(Text.assemble(("✓ ", "green"), f"broker {broker.servers}: {_count(broker.brokers, 'broker')}"))
    else:
        out.print(Text.assemble(("✗ ", "red"), f"broker {broker.problem}"))
    now = datetime.now(UTC)
    table = Table("", "service", "", box=None, pad_edge=False)
    for title in ("processes", "behind", "oldest waits", "since"):
        table.add_column(title, justify="right")
    table.add_column("")
    for service in status.services:
        table.add_row(*_row(service, now))
    print_table(out, table)


def _row(service: ServiceStatus, now: datetime) -> tuple[Text | str, ...]:
    mark = Text("✓", "green") if service.activity == "works" else Text("·", "dim")
    if not service.is_well:
        mark = Text("✗", "red")
    processes = len(service.processes) if service.members is None else service.members
    return (
        mark,
        service.service,
        service.activity,
        str(processes),
        "" if service.behind_messages is None else f"{service.behind_messages:,}",
        "" if service.oldest_waiting is None else _length(now - service.oldest_waiting),
        "" if service.since is None else f"{service.since.astimezone():%Y-%m-%d %H:%M:%S}",
        Text(printable(service.problem)),
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _length(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
