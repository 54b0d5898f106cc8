from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from pipeline.brokers import KafkaBroker, KafkaJars
from pipeline.errors import StepStoppedError
from pipeline.settings import Settings, settings_environment
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.streaming.supervision.supervisor import Backoff
from pipeline.topology import DEAD_LETTERS, ENTITIES_STEP, IDENTIFIED, LANGUAGE_STEP, RAW, Topic
from tests.integration.kafka_process import pid_of_kafka
from tests.integration.topics_on_kafka import send
from tests.workers import DEADLINE_SECONDS, Events, seconds_to_outlive

DEADLY_STEP = Path(__file__).with_name("deadly_step.py")
LANGUAGE = {LANGUAGE_STEP.name: 1}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    asyncio.run(apply_topics(settings))
    return settings.model_copy(update={"crash_attempts": 1})


def deadly(_step: str, process: str) -> Sequence[str]:
    return [sys.executable, str(DEADLY_STEP), "--service", _step, "--process", process]


def send_raw(settings: Settings, payloads: Sequence[tuple[str, bytes]]) -> None:
    asyncio.run(send(settings, RAW, [(key.encode(), value) for key, value in payloads]))


def receive(settings: Settings, topic: Topic, enough: Callable[[list[ConsumerRecord]], bool]) -> list[ConsumerRecord]:
    async def run() -> list[ConsumerRecord]:
        name = topic.full_name(settings.topic_prefix)
        received: list[ConsumerRecord] = []
        async with (
            AIOKafkaConsumer(name, auto_offset_reset="earliest", **client_options(settings)) as consumer,
            asyncio.timeout(DEADLINE_SECONDS),
        ):
            while not enough(received):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    received += records
        return received

    return asyncio.run(run())


def keys(records: Sequence[ConsumerRecord]) -> set[str]:
    return {record.key.decode() for record in records}


def articles(count: int, first: int = 0) -> list[tuple[str, bytes]]:
    return [
        (f"a{number}", json.dumps({"id": f"a{number}", "title": f"The government resigned on day {number}"}).encode())
        for number in range(first, first + count)
    ]


def test_a_step_carries_articles_serves_its_metrics_and_stops_in_order(settings: Settings) -> None:
    events = Events()
    worker = Worker(settings, LANGUAGE, on_event=events)
    with worker:
        worker.wait_ready(DEADLINE_SECONDS)
        events.wait_for("serving")
        address = events.wait_for("serving").address
        send_raw(settings, articles(50))
        assert keys(receive(settings, IDENTIFIED, lambda got: len(got) >= 50)) == {f"a{n}" for n in range(50)}
        for probe in ("livez", "readyz"):
            assert urllib.request.urlopen(f"http://{address}/{probe}", timeout=5).read() == b"ok\n"
        asked_at = time.monotonic()
    assert time.monotonic() - asked_at < settings.shutdown_timeout_seconds
    assert worker.stop() == 0


def test_killing_the_process_loses_no_article(settings: Settings) -> None:
    events = Events()
    with Worker(settings, LANGUAGE, on_event=events) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        send_raw(settings, articles(500))
        os.kill(events.wait_for("ready").pid, signal.SIGKILL)
        assert "SIGKILL" in events.wait_for("died").text
        send_raw(settings, articles(500, first=500))
        expected = {f"a{number}" for number in range(1000)}
        assert keys(receive(settings, IDENTIFIED, lambda got: keys(got) >= expected)) == expected


def test_the_process_that_others_are_forked_from_may_be_killed(settings: Settings) -> None:
    events = Events()
    with Worker(settings, LANGUAGE, on_event=events) as worker:
        pid = events.wait_for("ready").pid
        # The name, in brackets, may hold anything; the state and the parent follow.
        parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        os.kill(int(parent), signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        assert "SIGKILL" in events.wait_for("died").text or "an unknown status" in events.seen[-1].text
        events.wait_for("ready")
        worker.wait_ready(DEADLINE_SECONDS)
    assert events.count("template") == 1


@pytest.mark.parametrize("blow", ["kill", "stop"])
def test_readiness_follows_the_broker(
    settings: Settings, kafka_program: tuple[Path, KafkaJars], tmp_path: Path, blow: str
) -> None:
    events = Events()
    with KafkaBroker(*kafka_program, data_directory=tmp_path / "kafka") as broker:
        own = settings.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})
        asyncio.run(apply_topics(own))
        with Worker(own, LANGUAGE, on_event=events) as worker:
            worker.wait_ready(DEADLINE_SECONDS)
            if blow == "kill":
                broker.kill()
            else:
                os.kill(pid_of_kafka(tmp_path / "kafka"), signal.SIGSTOP)
            assert events.wait_for("waiting").text == "waiting for the broker: language-0"
            if blow == "kill":
                broker.start()
            else:
                os.kill(pid_of_kafka(tmp_path / "kafka"), signal.SIGCONT)
            events.wait_for("resumed")
            worker.wait_ready(DEADLINE_SECONDS)
        assert events.count("died") == 0


@pytest.mark.parametrize("poison", ["kill", "hang"])
def test_an_article_that_ends_its_process_is_a_dead_letter_and_no_other(settings: Settings, poison: str) -> None:
    events = Events()
    timed = settings.model_copy(update={"step_timeout_seconds": 1.0})
    quick = Backoff(first_seconds=0.1, most_seconds=0.2)
    with Worker(timed, LANGUAGE, on_event=events, command=deadly, backoff=quick) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        # One key: all of them lie in one partition, before and behind the deadly one.
        send_raw(settings, [("k", b"1"), ("k", b"2"), ("k", poison.encode()), ("k", b"3"), ("k", b"4")])
        good = {b"1", b"2", b"3", b"4"}
        carried = receive(settings, IDENTIFIED, lambda got: {record.value for record in got} >= good)
        dead = receive(settings, DEAD_LETTERS, bool)
        events.wait_for("condemned")
    assert {record.value for record in carried} == good
    assert [(record.key, record.value) for record in dead] == [(b"k", poison.encode())]
    assert dict(dead[0].headers)["ww_reason"] == b"crash"


def test_a_missing_model_stops_the_worker_with_the_reason(settings: Settings) -> None:
    wrong = settings.model_copy(update={"spacy_models": {"fr": ["no_such_pipeline"]}})
    worker = Worker(wrong, {ENTITIES_STEP.name: 1}, on_event=Events())
    worker.start()
    with pytest.raises(StepStoppedError, match="no_such_pipeline"):
        worker.wait_ready(DEADLINE_SECONDS)
    assert worker.stop() == 1


OWNER = """
import sys
from pipeline.settings import load_settings
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.topology import ENTITIES_STEP, LANGUAGE_STEP
from tests.integration.topics_on_kafka import send
from tests.workers import DEADLINE_SECONDS, Events, seconds_to_outlive
worker = Worker(load_settings(), {LANGUAGE_STEP.name: 2}, on_event=lambda event: None, output=int(sys.argv[1]))
worker.start()
worker.wait_ready(60)
print("ready", flush=True)
sys.stdin.read()
"""


def test_killing_the_supervisor_takes_its_processes_along_and_another_worker_takes_over(settings: Settings) -> None:
    assert seconds_to_outlive(OWNER, environment=settings_environment(settings)) < 2.0
    with Worker(settings, LANGUAGE, on_event=Events()) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        send_raw(settings, articles(20))
        assert len(keys(receive(settings, IDENTIFIED, lambda got: len(got) >= 20))) == 20
