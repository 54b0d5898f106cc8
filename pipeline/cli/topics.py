"""``wirewatch topics``: create the topics, and show how they stand."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.render import console, print_table
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.streaming.kafka.topic_setup import ListedTopic, TopicReport

_log = logging.getLogger(__name__)


@click.group()
def command() -> None:
    """Create and check the topics, all named after WIREWATCH_TOPIC_PREFIX."""


@command.command()
@click.option("--channel", "channels", multiple=True, metavar="NAME", help="Also this alert channel; may be repeated.")
@pass_settings
def apply(settings: Settings, channels: tuple[str, ...]) -> int:
    """Create the topics that are missing, and raise limits that are too low.

    What only a person can decide, such as another number of partitions, is reported and left. The exit status is 1
    then. Applying again changes nothing.
    """
    from pipeline.streaming.kafka.topic_setup import apply_topics  # noqa: PLC0415 - loads Kafka; --help need not

    report = run_quietly(apply_topics(settings, channels=channels))
    out = console()
    for line in report_lines(report):
        out.print(line)
    if report.is_checked and not report.created and not report.changed and not report.differences:
        out.print(f"all topics of {settings.topic_prefix} are there and as they should be")
    return 1 if report.differences else 0


@command.command(name="list")
@pass_settings
def list_(settings: Settings) -> int:
    """Show every topic: its partitions, how much it holds, how long it keeps it.

    The exit status is 1 when one is missing.
    """
    from pipeline.streaming.kafka.topic_setup import list_topics  # noqa: PLC0415 - loads Kafka; --help need not

    topics = run_quietly(list_topics(settings))
    print_table(console(), _table(topics))
    missing = sum(topic.state is None for topic in topics)
    if missing:
        click.echo(f"{missing} missing: create them (wirewatch topics apply)", err=True)
    return 1 if missing else 0


def log_report(report: TopicReport) -> None:
    """Log the same, where a log is all that is read."""
    for name in report.created:
        _log.info("created %s", name)
    for change in report.changed:
        _log.info("raised %s: %s to %s", change.topic, change.setting, change.expected)
    for difference in report.differences:
        _log.warning("%s: left as it is", difference)


def report_lines(report: TopicReport) -> Iterable[Text]:
    """What was done to the topics, and what is left to a person, a line each."""
    if not report.is_checked:
        yield Text("this broker creates topics when they are used: nothing to create or to check", "yellow")
    for name in report.created:
        yield Text.assemble(("✓ ", "green"), f"created {name}")
    for change in report.changed:
        yield Text.assemble(("✓ ", "green"), f"raised {change.topic}: {change.setting} to {change.expected}")
    for difference in report.differences:
        yield Text.assemble(("! ", "yellow"), f"{difference}: left as it is")


def _table(topics: Collection[ListedTopic]) -> Table:
    table = Table("topic", box=None, pad_edge=False)
    for title in ("partitions", "messages", "kept", "largest message"):
        table.add_column(title, justify="right")
    for listed in topics:
        topic = listed.topic
        kept = "last of each key" if topic.retention_seconds is None else f"{topic.retention_seconds // 86_400} d"
        largest = f"{topic.max_message_bytes // 1024 // 1024} MiB"
        if listed.state is None:
            table.add_row(Text(listed.name, "red"), Text("missing", "red"), "", kept, largest)
        else:
            table.add_row(listed.name, str(len(listed.state.partitions)), f"{listed.messages:,}", kept, largest)
    return table
