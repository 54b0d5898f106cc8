"""``wirewatch dead-letters``: look at what no step could use, and send it again."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click
from rich.table import Table
from rich.text import Text

from pipeline.cli import EXIT_DONE, EXIT_FAILED, pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.reading.durations import DURATION
from pipeline.cli.render import console, print_table, printable
from pipeline.errors import ArticleError, DeadLetterReason, UsageError
from pipeline.messages.intake import read_article
from pipeline.settings import Settings
from pipeline.topology import RAW, STEPS

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
@click.option("--replayed", is_flag=True, help="Also those that have been sent again.")
@pass_settings
def list_(
    settings: Settings, *, reason: str | None, step: str | None, since: timedelta | None, latest: int, replayed: bool
) -> None:
    """Show the newest dead letters that have not been sent again, oldest first."""
    letters = run_quietly(
        _selected(settings, latest=latest, reason=reason, step=step, since=since, with_replayed=replayed)
    )
    if not letters:
        click.echo("no dead letters" if replayed else "no dead letters but what was sent again (--replayed shows it)")
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
            Text("sent again; " if letter.is_replayed else "", "green").append(printable(letter.error), "none"),
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
    out.print()
    again = f"wirewatch dead-letters replay {_place(letter.position)}"
    out.print(Text.assemble(("to mend it and send it  ", "dim"), f"{again} --edit"))
    out.print(Text.assemble(("to send it as it is     ", "dim"), again))


@command.command()
@click.argument("places", nargs=-1, type=PLACE)
@click.option("--all", "every", is_flag=True, help="All that the options select and that have not been sent again.")
@click.option("--edit", is_flag=True, help="Open the bytes of each in $VISUAL or $EDITOR, and send what is saved.")
@_filters
@pass_settings
def replay(
    settings: Settings,
    places: tuple[tuple[int, int], ...],
    *,
    every: bool,
    edit: bool,
    reason: str | None,
    step: str | None,
    since: timedelta | None,
) -> int:
    """Send dead letters again: the original bytes and key, to the topic that they came from.

    PLACES are PARTITION:OFFSET as `list` shows them; or --all with --reason, --step and --since. The dead letters
    themselves stay where they are and are marked: `list` and --all leave them out from then on. What cannot be used
    this time either is a new dead letter.
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
    if edit:
        return _replay_edited(settings, letters)
    count = run_quietly(_replay(settings, letters))
    click.echo(f"{count:,} sent again")
    return EXIT_DONE


def _replay_edited(settings: Settings, letters: Sequence[DeadLetter]) -> int:
    """Send each as soon as it is mended, so that an editor which fails on the next loses nothing; gives the status."""
    count = unusable = 0
    for letter in letters:
        mended = _edited(letter)
        if mended is None:
            continue
        if _is_usable(settings, mended):
            count += run_quietly(_replay(settings, [mended]))
        else:
            unusable += 1
    click.echo(f"{count:,} sent again")
    return EXIT_FAILED if unusable else EXIT_DONE


def _edited(letter: DeadLetter) -> DeadLetter | None:
    """The dead letter with the bytes that an editor has saved; None where they are as they were."""
    original = letter.value or b""
    with tempfile.TemporaryDirectory(prefix="wirewatch-") as folder:
        path = Path(folder) / "dead-letter.json"
        path.write_bytes(original)
        click.edit(filename=str(path))
        saved = path.read_bytes()
    if saved == original:
        click.echo(f"{_place(letter.position)} is as it was and not sent", err=True)
        return None
    return replace(letter, value=saved)


def _is_usable(settings: Settings, mended: DeadLetter) -> bool:
    """Whether a mended dead letter can be used now; one that cannot is told, and kept in a file."""
    if mended.topic != RAW.full_name(settings.topic_prefix):
        return True
    try:
        read_article(mended.value or b"", read_at=datetime.now(UTC))
    except ArticleError as error:
        with tempfile.NamedTemporaryFile(prefix="dead-letter-", suffix=".json", delete=False) as file:
            file.write(mended.value or b"")
        place = _place(mended.position)
        click.echo(f"{place} is not sent: {error.reason}: {error}; what you saved is in {file.name}", err=True)
        return False
    return True


async def _selected(
    settings: Settings,
    *,
    latest: int,
    reason: str | None,
    step: str | None,
    since: timedelta | None,
    with_replayed: bool = False,
) -> Sequence[DeadLetter]:
    from pipeline.streaming.steps.dead_letter_queue import list_dead_letters  # noqa: PLC0415 - loads Kafka; --help need not

    moment = None if since is None else datetime.now(UTC) - since
    return await list_dead_letters(
        settings, latest=latest, reason=reason, step=step, since=moment, with_replayed=with_replayed
    )


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
