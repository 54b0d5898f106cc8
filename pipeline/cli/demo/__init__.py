"""``wirewatch demo``: the whole way in a minute, with a broker and a worker of its own."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from pipeline.cli import EXIT_DONE, EXIT_FAILED, pass_settings
from pipeline.cli.event_loop import run_quietly
from pipeline.cli.local_broker import broker_in_use
from pipeline.cli.render import console, done, printable
from pipeline.errors import WirewatchError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.messages.rules import WatchRule
    from pipeline.streaming.supervision.running_worker import Worker
    from pipeline.streaming.supervision.worker_events import WorkerEvent

_READY_SECONDS = 120.0
_LOG_TAIL_LINES = 20


@click.command()
@click.option("--keep", is_flag=True, help="At the end leave all running until Ctrl-C, to look around.")
@pass_settings
def command(settings: Settings, *, keep: bool) -> int:
    """See the whole way: articles in many languages in, alerts with their proof out.

    Starts a broker of its own (a real Kafka where Java and Maven are there, else one in memory; the cluster of
    WIREWATCH_BOOTSTRAP_SERVERS where that is set) and a worker, applies example rules, publishes sample articles and
    shows every alert as it fires. Its topics have a prefix of their own; at the end all is stopped and removed. The
    exit status is 1 when not every article came through.
    """
    started = time.monotonic()
    out = console()
    with ThreadPoolExecutor(1) as beside:
        # The broker takes seconds of waiting to start; the rules take as long to load.
        rules = beside.submit(_rules)
        with (
            tempfile.TemporaryDirectory(prefix="wirewatch-demo-") as folder,
            broker_in_use(settings, out) as at_broker,
            _topics_removed(_demo_settings(at_broker, Path(folder))) as used,
            (Path(folder) / "worker.log").open("w+b") as log,
        ):
            return _run(used, rules, out, log, started, keep=keep)


def _demo_settings(settings: Settings, folder: Path) -> Settings:
    """Settings that make two runs alike and keep the demo out of the way of a worker beside it."""
    return settings.model_copy(
        update={
            "topic_prefix": f"demo-{secrets.token_hex(4)}",
            "metrics_port": 0,
            "metrics_targets_file": folder / "targets.json",
            "spacy_models": {},
            "spacy_fallback": Settings.model_fields["spacy_fallback"].default,
        }
    )


@contextlib.contextmanager
def _topics_removed(settings: Settings) -> Iterator[Settings]:
    from pipeline.streaming.kafka.topic_setup import delete_topics  # noqa: PLC0415 - loads Kafka; --help need not

    try:
        yield settings
    finally:
        run_quietly(delete_topics(settings))


def _run(
    settings: Settings,
    loading: Future[Sequence[WatchRule]],
    out: Console,
    log: IO[bytes],
    started: float,
    *,
    keep: bool,
) -> int:
    from pipeline import demo  # noqa: PLC0415 - as above
    from pipeline.cli.demo.demo_run import ARTICLES_PER_SECOND, run_articles  # noqa: PLC0415 - as above
    from pipeline.cli.demo.demo_screen import DemoScreen, heading, show_summary, show_what_next  # noqa: PLC0415 - as above
    from pipeline.streaming.supervision.running_worker import Worker  # noqa: PLC0415 - as above

    articles = demo.articles()
    watch = _Watch()
    with out.status("creating topics …"):
        rules = loading.result()
        _apply(settings, rules)
    out.print(done(f"topics {settings.topic_prefix}.*, with {len(rules)} watch rules, the first of them:"))
    out.print(Text.assemble("  ", (rules[0].when, "bold cyan")))
    try:
        with Worker(settings, on_event=watch.hear, output=log.fileno()) as worker:
            _wait_ready(worker, out)
            heading(out, f"{len(articles)} articles, {ARTICLES_PER_SECOND} a second, and the alerts that they raise")
            with DemoScreen(out, len(articles)) as screen:
                result = run_quietly(run_articles(settings, articles, screen, watch.reason))
            show_summary(out, result, rules, time.monotonic() - started)
            if keep:
                _keep(settings, out)
    except WirewatchError:
        _show_tail(log)
        raise
    show_what_next(out)
    if not result.is_complete:
        click.echo(
            f"error: {result.published} articles were published, {len(result.through)} went the whole way, "
            f"{result.dead_letters} are dead letters",
            err=True,
        )
        _show_tail(log)
    return EXIT_DONE if result.is_complete else EXIT_FAILED


def _rules() -> Sequence[WatchRule]:
    from pipeline import demo  # noqa: PLC0415 - as above
    from pipeline.rules import read_rules  # noqa: PLC0415 - as above

    return read_rules(demo.rules_text(), "demo rules")


def _apply(settings: Settings, rules: Sequence[WatchRule]) -> None:
    from pipeline.streaming.stores.rule_store import RuleStore, compare_rules  # noqa: PLC0415 - as above

    run_quietly(RuleStore(settings).apply(compare_rules({}, rules, "demo")))


class _Watch:
    """Hears what the worker tells from its own thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reason = ""

    def hear(self, event: WorkerEvent) -> None:
        """Take note of one event."""
        with self._lock:
            if event.kind == "gave-up":
                self._reason = event.text

    def reason(self) -> str:
        """Why the worker gave up; empty while it runs."""
        with self._lock:
            return self._reason


def _wait_ready(worker: Worker, out: Console) -> None:
    began = time.monotonic()
    with out.status("starting the worker: language, entities, rules, alerts …"):
        worker.wait_ready(_READY_SECONDS)
    out.print(done(f"worker: language ─► entities ─► rules ─► alerts, ready after {time.monotonic() - began:.1f} s"))


def _keep(settings: Settings, out: Console) -> None:
    out.print()
    out.print(Text("All is left running until Ctrl-C. In another terminal:", "bold green"))
    out.print(f"  export WIREWATCH_BOOTSTRAP_SERVERS={settings.bootstrap_servers}")
    out.print(f"  export WIREWATCH_TOPIC_PREFIX={settings.topic_prefix}")
    out.print("  wirewatch subscribe --since 1h")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def _show_tail(log: IO[bytes]) -> None:
    """The end of the worker's log, on standard error."""
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").splitlines()
    if lines:
        click.echo(f"the last lines of the worker's log, of {len(lines):,}:", err=True)
    for line in lines[-_LOG_TAIL_LINES:]:
        click.echo(f"  {printable(line)}", err=True)
