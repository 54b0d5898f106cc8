"""``wirewatch demo`` as a first user runs it, on each kind of broker, and what it leaves behind: nothing."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
from collections import Counter
from pathlib import Path

import msgspec
import pytest
import yaml

from pipeline import demo
from pipeline.brokers import KafkaBroker, KafkaJars
from pipeline.cli.demo.demo_run import DemoResult, run_articles
from pipeline.rules import read_rules
from pipeline.settings import Settings, load_settings
from pipeline.streaming.kafka.subscription import ReceivedAlert
from pipeline.streaming.kafka.topic_admin import topic_admin
from pipeline.streaming.stores.rule_store import RuleStore, compare_rules
from pipeline.streaming.supervision.running_worker import Worker
from tests.command_line import WIREWATCH, bounded, environment, still_running

TRUTH = Path(__file__).parents[1] / "quality" / "demo_truth.yaml"
PROGRAM = [*WIREWATCH, "demo"]
READY_SECONDS = 60


class Truth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    matched: dict[str, tuple[str, ...]]
    updated: dict[str, tuple[str, ...]]
    cleared: dict[str, tuple[str, ...]]


class Silent:
    """An audience that is shown nothing."""

    def published(self, count: int) -> None:
        assert count <= len(demo.articles())

    def alert(self, received: ReceivedAlert) -> None:
        assert received.payload


@pytest.fixture
def truth() -> Truth:
    return msgspec.convert(yaml.safe_load(TRUTH.read_text(encoding="utf-8")), Truth)


def alerts_by_rule(output: str) -> dict[str, int]:
    return {rule: int(count) for rule, count in re.findall(r"^([a-z0-9-]+) +(\d+)  [a-zA-Z -]+$", output, re.MULTILINE)}


def check_output(output: str, truth: Truth) -> None:
    """The demo's plain text: an alert for each that the truth names, and the same counts in its summary."""
    expected = Counter({rule: len(articles) for rule, articles in truth.matched.items()})
    for told in (truth.updated, truth.cleared):
        expected.update({rule: len(articles) for rule, articles in told.items()})
    assert alerts_by_rule(output) == expected
    assert len(re.findall(r"^● ", output, re.MULTILINE)) == expected.total()
    for kind, told in (("updated", truth.updated), ("cleared", truth.cleared)):
        assert len(re.findall(rf"^● .*  {kind}  ", output, re.MULTILINE)) == sum(map(len, told.values()))
    count = len(demo.articles())
    assert re.search(rf"^articles +{count} published, {count} went the whole way$", output, re.MULTILINE)
    assert "[NATO] berät über [nordkoreanische] Cyberangriffe" in output
    assert re.search(r"p50 \d+ ms, p99 \d+ ms", output)
    assert "make run" in output
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", output)


def run_demo(variables: dict[str, str], broker: str, truth: Truth) -> str:
    """Run the whole demo, and check what it says of the broker and of the alerts."""
    result = subprocess.run(PROGRAM, env=variables, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert broker in result.stdout.partition("\n")[0]
    check_output(result.stdout, truth)
    return result.stdout


async def demo_on(settings: Settings) -> DemoResult:
    rules = read_rules(demo.rules_text(), "demo rules")
    await RuleStore(settings).apply(compare_rules({}, rules, "demo"))
    with (settings.data_dir / "log").open("wb") as log, Worker(settings, output=log.fileno()) as worker:
        await asyncio.to_thread(worker.wait_ready, READY_SECONDS)
        return await run_articles(settings, demo.articles(), Silent(), lambda: "")


async def test_alerts_on_kafka_are_those_that_a_reader_expects(settings: Settings, truth: Truth) -> None:
    result = await demo_on(settings)
    assert result.is_complete
    for kind, expected in (("matched", truth.matched), ("updated", truth.updated), ("cleared", truth.cleared)):
        found = sorted((alert.rule_id, alert.article_id) for alert in result.alerts if alert.kind == kind)
        assert found == sorted((rule, article) for rule, articles in expected.items() for article in articles), kind


def test_demo_on_its_own_kafka(kafka_program: tuple[Path, KafkaJars], tmp_path: Path, truth: Truth) -> None:
    run_demo(environment(tmp_path), "Apache Kafka", truth)
    assert still_running(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_demo_in_memory_where_there_is_no_java_and_no_maven(tmp_path: Path, truth: Truth) -> None:
    variables = environment(tmp_path, PATH=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"), CI="")
    del variables["CI"]
    run_demo(variables, "in-memory broker", truth)
    assert still_running(tmp_path) == []


def test_demo_on_a_given_cluster_removes_its_topics(kafka: KafkaBroker, tmp_path: Path, truth: Truth) -> None:
    variables = environment(tmp_path, WIREWATCH_BOOTSTRAP_SERVERS=kafka.bootstrap_servers)
    said = run_demo(variables, "WIREWATCH_BOOTSTRAP_SERVERS names it", truth)
    found = re.search(r"topics (demo-[0-9a-f]+)\.", said)
    assert found

    async def left() -> list[str]:
        async with topic_admin(load_settings(bootstrap_servers=kafka.bootstrap_servers)) as admin:
            return [name for name in await admin.names() if name.startswith(found[1])]

    assert asyncio.run(left()) == []


def test_an_interrupt_leaves_nothing_behind(kafka_program: tuple[Path, KafkaJars], tmp_path: Path) -> None:
    program = subprocess.Popen(
        PROGRAM, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with bounded(program) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while not process.stdout.readline().startswith("● "):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.stderr.read().strip() == ""
    assert process.returncode == 130
    assert still_running(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
