"""The walks of docs/architecture.md: a step and a service are added by the lines that it shows, and run.

They are added to a copy of the project. What is written by hand is counted; everything else is generated.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.messages.rules import WatchRule
from pipeline.settings import Settings, settings_environment
from pipeline.streaming.kafka.subscription import subscribed
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.stores.rule_store import RuleStore, compare_rules
from pipeline.topology import RAW
from tests.integration.topics_on_kafka import send
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 120.0
RULE = WatchRule(id="nato", when="NATO")

STEP = '''"""Group the articles of one event."""

import contextlib

from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.intake import read_enriched
from pipeline.streaming.clock import utc_now
from pipeline.streaming.loading import LoadedStep
from pipeline.streaming.records import Outcome
from pipeline.streaming.steps.article_records import ArticleFacts, StatelessHandler, output, read
from pipeline.topology import STORIES_STEP


class StoriesHandler(StatelessHandler):
    def __init__(self, sink):
        super().__init__(STORIES_STEP.name, utc_now)
        self._sink = sink

    def process(self, records):
        return [self._group(record) for record in records]

    def _group(self, record):
        article = read(record, read_enriched)
        if not isinstance(article, EnrichedArticle):
            return Outcome(record, error=article)
        facts = ArticleFacts(language=article.language.tag, ingested_at=article.times.ingested_at)
        return Outcome(record, (output(record, self._sink, article.id, article),), facts=facts)


@contextlib.asynccontextmanager
async def load(settings):
    yield LoadedStep(StoriesHandler(STORIES_STEP.sink.full_name(settings.topic_prefix)))
'''
STEP_IN_TOPOLOGY = """
STORIES_STEP = Step(
    name="stories",
    purpose="group articles by event",
    reads=(ENRICHED,),
    writes=(GROUPED, DEAD_LETTERS),
    module="pipeline.streaming.steps.stories_step",
)
"""
SERVICE = '''"""Write down that it works."""

import asyncio
import contextlib

from pipeline.streaming.loading import LoadedService


@contextlib.asynccontextmanager
async def load(settings):
    async def work(standing):
        (settings.data_dir / "tally").write_text("works")
        standing.ready()
        await asyncio.Event().wait()

    yield LoadedService(work)
'''
SERVICE_IN_TOPOLOGY = """
TALLY = Service(
    name="tally", purpose="count alerts", reads=(ALERTS,), writes=(), module="pipeline.streaming.tally"
)
"""
GENERATORS = (
    ["deploy.services"],
    ["deploy.helm"],
    ["deploy.grafana"],
    ["pipeline.cli.generated.reference", "docs/reference"],
    ["pipeline.cli.generated.schemas", "schemas"],
)


class Copy:
    """A copy of the project that is changed by hand and by its generators."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.by_hand: set[str] = set()
        for folder in ("pipeline", "deploy", "docs", "schemas"):
            shutil.copytree(ROOT / folder, root / folder, symlinks=True, ignore=_left_out)
        shutil.copy(ROOT / "docker-compose.yml", root)
        built = Path("pipeline/concepts/data/concepts.kb")
        (root / built).symlink_to(ROOT / built)

    def write(self, path: str, text: str) -> None:
        assert not (self.root / path).exists()
        (self.root / path).write_text(text, encoding="utf-8")
        self.by_hand.add(path)

    def insert(self, path: str, before: str, text: str) -> None:
        self.replace(path, before, text + before)

    def replace(self, path: str, old: str, new: str) -> None:
        before = (self.root / path).read_text(encoding="utf-8")
        assert before.count(old) == 1, f"{path}: {old}"
        (self.root / path).write_text(before.replace(old, new), encoding="utf-8")
        self.by_hand.add(path)

    def run(self, *arguments: str, **environment: str) -> str:
        result = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def generate(self) -> None:
        for arguments in GENERATORS:
            self.run(*arguments)

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")


def _left_out(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "__pycache__" or name.startswith("concepts.kb")}


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "project")


@pytest.fixture
def applied(settings: Settings) -> Settings:
    async def apply() -> None:
        await apply_topics(settings)
        store = RuleStore(settings)
        await store.apply(compare_rules(await store.read(), [RULE], rule_set="walk"))

    asyncio.run(apply())
    return settings


@contextlib.contextmanager
def running_worker(copy: Copy, settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The copy's worker, whose log is shown when the test fails."""
    program = "from pipeline.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "worker", *arguments],
        cwd=copy.root,
        env={**settings_environment(settings), "PYTHONPATH": str(copy.root)},
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            assert process.wait(60) == 0
        finally:
            process.kill()


def metrics_of(settings: Settings, process: str) -> str:
    """The page of a process's metrics, found as Prometheus finds it."""
    groups = json.loads((settings.data_dir / "prometheus-targets.json").read_text(encoding="utf-8"))
    [address] = [group["targets"][0] for group in groups if group["labels"]["process"] == process]
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as page:
        return str(page.read(), "utf-8")


async def first_alert(settings: Settings) -> str:
    async with (
        asyncio.timeout(DEADLINE_SECONDS),
        subscribed(settings, since=timedelta(hours=1), rule_ids=[RULE.id]) as received,
    ):
        async for one in received:
            return one.alert.article.id
    raise AssertionError("the alerts ended")


def test_a_step_is_one_module_and_its_lines_in_the_topology(copy: Copy, applied: Settings) -> None:
    topology = "pipeline/topology.py"
    copy.write("pipeline/streaming/steps/stories_step.py", STEP)
    copy.insert(
        topology,
        "MATCHES = Topic(",
        'GROUPED = Topic("articles.grouped", EnrichedArticle, "article id", 86400, 4 * _MIB, "Articles by event.")\n',
    )
    copy.replace(topology, "ENRICHED, MATCHES, ALERTS, HELD", "ENRICHED, GROUPED, MATCHES, ALERTS, HELD")
    copy.insert(topology, "RULES_STEP = Step(", STEP_IN_TOPOLOGY.lstrip())
    copy.replace(topology, "reads=(ENRICHED, WATCH_RULES)", "reads=(GROUPED, WATCH_RULES)")
    copy.replace(
        topology, "(LANGUAGE_STEP, ENTITIES_STEP, RULES_STEP", "(LANGUAGE_STEP, ENTITIES_STEP, STORIES_STEP, RULES_STEP"
    )
    copy.generate()

    assert copy.by_hand == {topology, "pipeline/streaming/steps/stories_step.py"}
    assert "command: [worker, --step, stories]" in copy.text("docker-compose.yml")
    assert "entities, stories, rules" in copy.text("deploy/prometheus/compose.yml")
    assert 'step="stories"' in copy.text("deploy/prometheus/alerts.yml")
    assert "  stories:\n    replicas: 1" in copy.text("deploy/helm/wirewatch/values.yaml")
    assert (
        json.loads(copy.text("deploy/helm/wirewatch/files/topology.json"))["sources"]["rules"] == "articles.grouped.v1"
    )
    assert "| stories | group articles by event |" in copy.text("docs/reference/topics.md")
    assert "articles.grouped" in copy.text("schemas/asyncapi.yaml")

    with running_worker(copy, applied) as process:
        asyncio.run(send(applied, RAW, [(b"a1", b'{"id": "a1", "title": "NATO meets in Brussels"}')]))
        # The rules read what the new step writes: an alert has gone through it.
        assert asyncio.run(first_alert(applied)) == "a1"
        # Dashboards and the alerting rule on a step that stands still go by this counter.
        assert 'wirewatch_articles_total{language="en",step="stories"} 1.0' in metrics_of(applied, "stories-0")
        assert process.poll() is None


def test_a_service_is_one_module_and_its_lines_in_the_topology(copy: Copy, applied: Settings) -> None:
    topology = "pipeline/topology.py"
    copy.write("pipeline/streaming/tally.py", SERVICE)
    copy.insert(topology, "STEPS = {step.name", SERVICE_IN_TOPOLOGY.lstrip() + "\n")
    copy.replace(topology, "CANARY.name: CANARY}", "CANARY.name: CANARY, TALLY.name: TALLY}")
    copy.generate()

    assert copy.by_hand == {topology, "pipeline/streaming/tally.py"}
    assert "command: [worker, --step, tally]" in copy.text("docker-compose.yml")
    assert "  tally:\n    replicas: 1" in copy.text("deploy/helm/wirewatch/values.yaml")
    with running_worker(copy, applied, "--step", "tally") as process:
        wait_until((applied.data_dir / "tally").exists, "the service works", within_seconds=DEADLINE_SECONDS)
        assert process.poll() is None
