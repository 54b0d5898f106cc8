"""A whole installation: a worker and a canary on a real Kafka, a Prometheus that scrapes them, and news."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.demo import rules_text
from pipeline.messages.rules import WatchRule
from pipeline.rules.files.rule_file import read_rules
from pipeline.settings import Settings, load_settings, settings_environment
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.stores.rule_store import RuleStore, compare_rules
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.streaming.supervision.worker_events import WorkerEvent
from tests.integration.deadly_pipeline import install
from tests.integration.news_traffic import NewsTraffic
from tests.integration.prometheus_server import PrometheusServer, prometheus_server
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
READY_SECONDS = 300.0
# Beside the demo's: one that never fires, one that many articles nearly satisfy, one that fires more than it may.
MORE_RULES = (
    WatchRule(id="never", when="Zyzzyxian + Quorblatt", severity="low"),
    WatchRule(id="nearly", when="European Union + Zyzzyxian"),
    WatchRule(
        id="loud", when="lang:en OR lang:de OR lang:fr OR lang:es", severity="info", channel="loud", limit="20/m"
    ),
)


@dataclass
class WatchedPipeline:
    """The running pipeline, and ways to disturb it.

    Attributes:
        pids: Of the worker's processes, by name.
    """

    settings: Settings
    prometheus: PrometheusServer
    traffic: NewsTraffic
    canary: subprocess.Popen[bytes]
    python_path: str
    log: Path
    pids: dict[str, int] = field(default_factory=dict)

    @contextlib.contextmanager
    def other_worker(self, step: str, **settings: object) -> Iterator[subprocess.Popen[bytes]]:
        """Another worker beside, with other settings perhaps."""
        other = self.settings.model_copy(update=settings)
        environment = {**settings_environment(other), "PYTHONPATH": self.python_path}
        process = _start(["worker", "--step", step], environment, self.log)
        try:
            yield process
        finally:
            _stop(process)

    def kill_once_more(self, process: str) -> None:
        """Kill the process that fills this place now, and wait until there is another."""
        pid = self.pids[process]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.pids[process] != pid, f"{process} is started again")

    async def apply_rules(self, *rules: WatchRule, rule_set: str) -> None:
        """Make these the rules of a set, and no others."""
        store = RuleStore(self.settings)
        await store.apply(compare_rules(await store.read(), rules, rule_set), prune=True)


@contextlib.contextmanager
def watched_pipeline(
    servers: str, prefix: str, directory: Path, *, rate: float, canary_seconds: float = 1.0
) -> Iterator[WatchedPipeline]:
    """Run it all; everything is ready and articles are coming when the block begins."""
    (directory / "deadly").mkdir()
    deadly, site = install(directory / "deadly")
    python_path = os.pathsep.join([str(site), str(ROOT)])
    settings = load_settings(
        bootstrap_servers=servers,
        topic_prefix=prefix,
        data_dir=directory,
        metrics_port=0,
        metrics_targets_file=directory / "targets.json",
        broker_session_timeout_seconds=6.0,
        retry_first_seconds=0.1,
        crash_attempts=1,
        # The language of the failing articles is not told by so few words.
        spacy_fallback=str(deadly),
        canary_interval_seconds=canary_seconds,
        canary_timeout_seconds=20.0,
        canary_lag_interval_seconds=1.0,
    )
    asyncio.run(apply_topics(settings))
    asyncio.run(_apply_demo_rules(settings))
    log = directory / "pipeline.log"
    pids: dict[str, int] = {}

    def hear(event: WorkerEvent) -> None:
        print(event, file=told, flush=True)
        if event.kind == "started":
            pids[event.process] = event.pid

    with contextlib.ExitStack() as stack:
        before = os.environ.get("PYTHONPATH")
        stack.callback(_restore, "PYTHONPATH", before)
        os.environ["PYTHONPATH"] = python_path
        output = stack.enter_context(log.open("ab"))
        told = stack.enter_context((directory / "events.log").open("w"))
        worker = stack.enter_context(Worker(settings, on_event=hear, output=output.fileno()))
        worker.wait_ready(READY_SECONDS)
        environment = {**settings_environment(settings), "PYTHONPATH": python_path}
        canary = _start(["canary"], environment, log)
        stack.callback(_stop, canary)
        server = stack.enter_context(prometheus_server(directory / "targets.json", directory / "prometheus"))
        traffic = stack.enter_context(NewsTraffic(settings, rate=rate))
        yield WatchedPipeline(settings, server, traffic, canary, python_path, log, pids)


async def _apply_demo_rules(settings: Settings) -> None:
    store = RuleStore(settings)
    rules = [*read_rules(rules_text(), "the demo"), *MORE_RULES]
    await store.apply(compare_rules({}, rules, "watched"))


def _start(arguments: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        program = "import sys; from pipeline.cli import main; sys.argv[0] = 'wirewatch'; main()"
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.Popen(command, env=environment, stdout=output, stderr=output)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(30)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
