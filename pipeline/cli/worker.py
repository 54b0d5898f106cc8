"""``wirewatch worker``: run the steps until Ctrl-C, with a local broker of their own if asked."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.render import console
from pipeline.cli.topics import report_lines
from pipeline.settings import Settings
from pipeline.topology import StepName

if TYPE_CHECKING:
    from pipeline.streaming.worker_events import WorkerEvent

_PROCESSES_PER_STEP = 1


@click.command()
@click.option(
    "--step", "steps", multiple=True, type=click.Choice([*StepName]), help="Only this step; may be repeated. Else all."
)
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=_PROCESSES_PER_STEP,
    show_default=True,
    help="Processes for each of the steps.",
)
@click.option(
    "--with-broker",
    is_flag=True,
    help="Start a local broker, whose data are kept, unless WIREWATCH_BOOTSTRAP_SERVERS names one.",
)
@pass_settings
def command(settings: Settings, steps: tuple[str, ...], processes: int, *, with_broker: bool) -> int:
    """Run the steps until Ctrl-C, each in a process of its own.

    The topics are created first. More workers, here or on other machines, share the work. On a terminal it says when
    all is ready; elsewhere it writes a log.
    """
    from pipeline.streaming.topics import apply_topics  # noqa: PLC0415 - loads Kafka; --help need not
    from pipeline.streaming.worker import run_worker  # noqa: PLC0415 - as above
    from pipeline.streaming.worker_events import log_event  # noqa: PLC0415 - as above
    from pipeline.streaming.worker_log import configure_log  # noqa: PLC0415 - as above

    counts = dict.fromkeys(map(StepName, dict.fromkeys(steps or StepName)), processes)
    out = console()
    configure_log(settings.log_level, "supervisor")
    with _broker(settings, out) if with_broker else contextlib.nullcontext(settings) as used:
        report = run_quietly(apply_topics(used))
        for line in report_lines(report):
            out.print(line)
        is_watched = with_broker or sys.stdout.isatty()
        screen = _Screen(out, used, counts, is_local=with_broker and not settings.bootstrap_servers)
        return run_worker(used, counts, on_event=screen.show if is_watched else log_event)


@contextlib.contextmanager
def _broker(settings: Settings, out: Console) -> Iterator[Settings]:
    """The settings with the broker in use, which runs for the block when it is our own; says which and why."""
    from pipeline.brokers import local_broker  # noqa: PLC0415 - as above

    if settings.bootstrap_servers:
        out.print(_done(f"broker {settings.bootstrap_servers} (WIREWATCH_BOOTSTRAP_SERVERS is set: none is started)"))
        yield settings
        return
    broker = local_broker(
        settings.cache_dir,
        data_directory=settings.data_dir / "kafka",
        port=settings.local_broker_port,
        on_progress=out.print,
    )
    with out.status("starting the broker …"):
        broker.start()
    try:
        out.print(_done(f"broker {broker.bootstrap_servers}: {broker.description}"))
        yield settings.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})
    finally:
        broker.stop()
        out.print(_done("broker stopped"))


class _Screen:
    """Tells a person how the worker gets on."""

    def __init__(self, out: Console, settings: Settings, counts: Mapping[StepName, int], *, is_local: bool) -> None:
        self._out = out
        self._settings = settings
        self._waiting_for = sum(counts.values())
        self._addresses: dict[str, str] = {}
        self._is_local = is_local

    def show(self, event: WorkerEvent) -> None:
        """Tell one event."""
        match event.kind:
            case "serving":
                self._addresses[event.process] = event.address
            case "ready":
                address = self._addresses.get(event.process, "")
                self._out.print(
                    _done(f"{event.process} {event.text}").append(
                        f"  http://{address}/metrics" if address else "", "dim"
                    )
                )
                if self._waiting_for:
                    self._waiting_for -= 1
                    if not self._waiting_for:
                        self._say_what_next()
            case "started":
                pass
            case "stopping" | "stopped":
                self._out.print(_done(event.text) if event.kind == "stopped" else Text(f"  {event.text} …", "dim"))
            case "gave-up":
                click.echo(f"error: {event.process}: {event.text}", err=True)
            case _:
                self._out.print(Text.assemble(("! ", "yellow"), str(event)))

    def _say_what_next(self) -> None:
        from pipeline.streaming.kafka_client import bootstrap_servers  # noqa: PLC0415 - as above

        servers = ",".join(bootstrap_servers(self._settings))
        lines = [Text("Ready. In another terminal:", "bold green")]
        if self._is_local and servers != f"127.0.0.1:{type(self._settings).model_fields['local_broker_port'].default}":
            lines.append(Text(f"  export WIREWATCH_BOOTSTRAP_SERVERS={servers}"))
        lines += [
            Text("  wirewatch rules apply rules.yaml"),
            Text("  wirewatch subscribe"),
            Text("  wirewatch publish articles.jsonl"),
        ]
        supervisor = self._addresses.get("supervisor")
        if supervisor:
            lines.append(Text(f"Metrics: http://{supervisor}/metrics and above; Ctrl-C stops all.", "dim"))
        for line in lines:
            self._out.print(line)


def _done(text: str) -> Text:
    return Text.assemble(("✓ ", "green"), text)
