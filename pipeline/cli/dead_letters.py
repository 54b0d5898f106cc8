"""``wirewatch dead-letters``: look at what no step could use, and send it again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click
from rich.table import Table
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.reading.durations import DURATION
from pipeline.cli.render import console, print_table, printable
from pipeline.errors import DeadLetterReason, UsageError
from pipeline.settings import Settings
from pipeline.topology import STEPS

if TYPE_CHECKING:
    from pipeline.streaming.records import RecordPosition
    from pipeline.streaming.steps.dead_letter_queue import DeadLetter

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


class _Place(click.ParamType):
    """``PARTITION:OFFSET`` in the dead-letters topic, as ``list`` shows it."""

    name = "PARTITION:OFFSET"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        partition, colon, offset = str(value).partition(":")
        if not (colon and partition.isdecimal() and offset.isdecimal()):
            self.fail(f"{value!r} is no place: expected PARTITION:OFFSET, such as 3:17, as `list` shows it", param, ctx)
        return int(partition), int(offset)


PLACE = _Place()


def _filters(function: CommandT) -> CommandT:
    for option in (
        click.option("--since", type=DURATION, help="Only what was set aside within this time, such as 24h."),
        click.option("--step", type=click.Choice(list(STEPS)), help="Only what this step set aside."),
        click.option("--reason", type=click.Choice(get_args(DeadLetterReason)), help="Only what is filed under it."),
    ):
        function = option(function)
    return function


@click.group()
def command() -> None:
    """Look at dead letters: what no step could use, with its original bytes and the reason."""


@command.command(name="list")
@_filters
@click.option("--latest", type=click.IntRange(1, 100_000), default=20, show_default=True, help="At most so many.")
@pass_settings
def list_(settings: Settings, reason: str | None, step: str | None, since: timedelta | None, latest: int) -> None:
    """Show the newest dead letters, oldest first."""
    letters = run_quietly(_selected(settings, latest=latest, reason=reason, step=step, since=since))
    if not letters:
        click.echo("no dead letters")
        return
    table = Table("place", "time", "step", "reason", "came from", "bytes", "what was wrong", box=None, pad_edge=False)
    for letter in letters:
        table.add_row(
            _place(letter.position),
            f"{letter.time.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}",
            letter.step,
            Text(letter.reason, "red"),
            _source(letter),
            f"{len(letter.value or b''):,}",
            Text(printable(letter.error)),
        )
    print_table(console(), table)


@command.command()
@click.argument("place", type=PLACE)
@click.option("--raw", is_flag=True, help="Nothing but the original bytes, on standard output.")
@pass_settings
def show(settings: Settings, place: tuple[int, int], *, raw: bool) -> None:
    """Show one dead letter: why it was set aside, and its original bytes."""
    (letter,) = run_quietly(_found(settings, [place]))
    if raw:
        sys.stdout.buffer.write(letter.value or b"")
        sys.stdout.buffer.flush()
        return
    out = console()
    for name, text in (
        ("place", _place(letter.position)),
        ("time", letter.time.isoformat()),
        ("reason", letter.reason),
        ("step", letter.step),
        ("came from", _source(letter)),
        ("error", letter.error),
        ("key", "none" if letter.key is None else _readable(letter.key)),
        ("bytes", f"{len(letter.value or b''):,}"),
    ):
        out.print(Text.assemble((f"{name:<10}", "dim"), printable(text)))
    out.print()
    out.print(Text("no value: a tombstone" if letter.value is None else _readable(letter.value)))


@command.command()
@click.argument("places", nargs=-1, type=PLACE)
@click.option("--all", "every", is_flag=True, help="All that the options select, or all there are.")
@_filters
@pass_settings
def replay(
    settings: Settings,
    places: tuple[tuple[int, int], ...],
    *,
    every: bool,
    reason: str | None,
    step: str | None,
    since: timedelta | None,
) -> int:
    """Send dead letters again: the original bytes and key, to the topic that they came from.

    PLACES are PARTITION:OFFSET as `list` shows them; or --all with --reason, --step and --since. The dead letters
    themselves stay where they are.
    """
    if bool(places) == every:
        raise UsageError("name the dead letters to send again, or say --all: one of the two")
    if places and (reason or step or since):
        raise UsageError("--reason, --step and --since select among --all, not among named places")
    letters = run_quietly(
        _selected(settings, latest=sys.maxsize, reason=reason, step=step, since=since)
        if every
        else _found(settings, places)
    )
    count = run_quietly(_replay(settings, letters))
    click.echo(f"{count:,} sent again")
    return 0


async def _selected(
    settings: Settings, *, latest: int, reason: str | None, step: str | None, since: timedelta | None
) -> Sequence[DeadLetter]:
    from pipeline.streaming.steps.dead_letter_queue import list_dead_letters  # noqa: PLC0415 - loads Kafka; --help need not

    moment = None if since is None else datetime.now(UTC) - since
    return await list_dead_letters(settings, latest=latest, reason=reason, step=step, since=moment)


async def _found(settings: Settings, places: Collection[tuple[int, int]]) -> Sequence[DeadLetter]:
    from pipeline.streaming.records import RecordPosition  # noqa: PLC0415 - as above
    from pipeline.streaming.steps.dead_letter_queue import find_dead_letter  # noqa: PLC0415 - loads Kafka; --help need not

    return [await find_dead_letter(settings, RecordPosition(*place)) for place in dict.fromkeys(places)]


async def _replay(settings: Settings, letters: Sequence[DeadLetter]) -> int:
    from pipeline.streaming.steps.dead_letter_queue import replay_dead_letters  # noqa: PLC0415 - loads Kafka; --help need not

    count = 0
    async for replayed in replay_dead_letters(settings, letters):
        count += 1
        click.echo(f"{_place(replayed.letter.position)} → {replayed.topic} {_place(replayed.position)}")
    return count


def _place(position: RecordPosition) -> str:
    return f"{position.partition}:{position.offset}"


def _source(letter: DeadLetter) -> str:
    return f"{printable(letter.topic)} {_place(letter.source)}" if letter.source else printable(letter.topic)


def _readable(data: bytes) -> str:
    """Text as it is; bytes that are no UTF-8 in hex."""
    return printable(data.decode("utf-8", "backslashreplace"))
