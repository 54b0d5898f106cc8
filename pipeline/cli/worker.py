"""``wirewatch worker``: run the steps until Ctrl-C, with a local broker of their own if asked."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console
from rich.text import Text

from pipeline.cli import exit_status, pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.local_broker import broker_in_use
from pipeline.cli.render import console, done
from pipeline.cli.topics import log_report, report_lines
from pipeline.errors import SettingError, WirewatchError
from pipeline.settings import Settings
from pipeline.topology import SERVICES, WORKER_SERVICES

if TYPE_CHECKING:
    from pipeline.streaming.supervision.process_template import ProcessTemplate
    from pipeline.streaming.supervision.worker_events import WorkerEvent

_log = logging.getLogger(__name__)


@click.command()
@click.option(
    "--step",
    "--service",
    "services",
    multiple=True,
    type=click.Choice(list(SERVICES)),
    help="Only this step or other service; may be repeated. Else every step.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes for each of them.",
)
@click.option(
    "--with-broker",
    is_flag=True,
    help="Start a local broker, whose data are kept, unless WIREWATCH_BOOTSTRAP_SERVERS names one.",
)
@pass_settings
def command(settings: Settings, services: tuple[str, ...], processes: int, *, with_broker: bool) -> int:
    """Run the steps until Ctrl-C, each in a process of its own.

    The topics are created first. More workers, here or on other machines, share the work. On a terminal it says when
    all is ready; elsewhere it writes a log.
    """
    from pipeline.streaming.supervision.process_template import ProcessTemplate  # noqa: PLC0415 - not for --help

    # Loads what the processes need while the broker starts.
    with ProcessTemplate() as template:
        if settings.concepts_overlay is not None:
            from pipeline.assembly import load_knowledge_base  # noqa: PLC0415 - as above

            # Compiled once, before each of the processes that are about to start would do it.
            load_knowledge_base(settings)
        counts = dict.fromkeys(services or WORKER_SERVICES, processes)
        return _work(settings, counts, template, with_broker=with_broker)


def _work(settings: Settings, counts: Mapping[str, int], template: ProcessTemplate, *, with_broker: bool) -> int:
    from pipeline.streaming.kafka.topic_setup import apply_topics  # noqa: PLC0415 - as above
    from pipeline.streaming.observability.worker_log import configure_log  # noqa: PLC0415 - as above
    from pipeline.streaming.supervision.running_worker import run_worker  # noqa: PLC0415 - as above
    from pipeline.streaming.supervision.worker_events import log_event  # noqa: PLC0415 - as above

    out = console()
    configure_log(settings.log_level, "supervisor", log_format=settings.log_format)
    if not with_broker and not sys.stdout.isatty():
        try:
            log_report(run_quietly(apply_topics(settings)))
            return run_worker(settings, counts, template=template)
        except WirewatchError as error:
            # In a log this is a line like the others.
            _log.critical("%s", error)
            return exit_status(error)
    broker = _broker(settings, out) if with_broker else contextlib.nullcontext(settings)
    is_ours = with_broker and not settings.bootstrap_servers
    with broker as used, _log_file(settings) if is_ours else contextlib.nullcontext() as log:
        for line in report_lines(run_quietly(apply_topics(used))):
            out.print(line)
        screen = WorkerScreen(out, used, counts, log)

        def tell(event: WorkerEvent) -> None:
            if log is not None:
                log_event(event)
            screen.show(event)

        output = log.fileno() if log else None
        return run_worker(used, counts, on_event=tell, output=output, template=template)


def _broker(settings: Settings, out: Console) -> contextlib.AbstractContextManager[Settings]:
    return broker_in_use(settings, out, data_directory=settings.data_dir / "kafka", port=settings.local_broker_port)


@contextlib.contextmanager
def _log_file(settings: Settings) -> Iterator[TextIO]:
    """The file that takes the log of all processes, the supervisor's too, where a broker is started beside them.

    While our broker holds the data folder, no other worker writes there.
    """
    from pipeline.streaming.observability.worker_log import configure_log  # noqa: PLC0415 - as above

    path = settings.data_dir / "worker.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        log = path.open("w", buffering=1, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SettingError("WIREWATCH_DATA_DIR", f"{path} cannot be written: {error.strerror}") from error
    with log:
        configure_log(settings.log_level, "supervisor", log_format=settings.log_format, stream=log)
        try:
            yield log
        finally:
            configure_log(settings.log_level, "supervisor", log_format=settings.log_format)


class WorkerScreen:
    """Tells a person how the worker gets on.

    Args:
        out: Where.
        settings: Those that the worker runs with.
        counts: How many processes each service has.
        log: The file that takes their log; None where standard error does.
    """

    def __init__(self, out: Console, settings: Settings, counts: Mapping[str, int], log: TextIO | None) -> None:
        self._out = out
        self._settings = settings
        self._waiting_for = sum(counts.values())
        self._addresses: dict[str, str] = {}
        self._log = log

    def show(self, event: WorkerEvent) -> None:
        """Tell one event."""
        match event.kind:
            case "serving":
                self._addresses[event.process] = event.address
            case "ready":
                address = self._addresses.get(event.process, "")
                self._out.print(
                    done(f"{event.process} {event.text}").append(
                        f"  http://{address}/metrics" if address else "", "dim"
                    )
                )
                if self._waiting_for:
                    self._waiting_for -= 1
                    if not self._waiting_for:
                        self._say_what_next()
            case "started":
                pass
            case "resumed":
                self._out.print(done(event.text))
            case "stopping" | "stopped":
                self._out.print(done(event.text) if event.kind == "stopped" else Text(f"  {event.text} …", "dim"))
            case "gave-up":
                click.echo(f"error: {event.process}: {event.text}", err=True)
            case _:
                self._out.print(Text.assemble(("! ", "yellow"), str(event)))

    def _say_what_next(self) -> None:
        from pipeline.streaming.kafka.client import bootstrap_servers  # noqa: PLC0415 - as above

        servers = ",".join(bootstrap_servers(self._settings))
        lines = [Text("Ready. In another terminal:", "bold green")]
        if servers != f"127.0.0.1:{Settings.model_fields['local_broker_port'].default}":
            # Where a shell without any setting does not look.
            lines.append(Text(f"  export WIREWATCH_BOOTSTRAP_SERVERS={servers}"))
        lines += [
            Text("  wirewatch rules apply rules.yaml"),
            Text("  wirewatch subscribe"),
            Text("  wirewatch publish articles.jsonl"),
        ]
        if self._log is not None:
            lines.append(Text(f"Log: {self._log.name}", "dim"))
        supervisor = self._addresses.get("supervisor")
        if supervisor:
            lines.append(Text(f"Metrics: http://{supervisor}/metrics and above; Ctrl-C stops all.", "dim"))
        for line in lines:
            self._out.print(line)
