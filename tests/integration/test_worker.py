from __future__ import annotations

import asyncio
import json
import os
import queue
import select
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from pipeline.brokers import KafkaBroker
from pipeline.errors import StepStoppedError
from pipeline.settings import Settings, load_settings, settings_environment
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.streaming.supervision.supervisor import Backoff
from pipeline.streaming.supervision.worker_events import EventKind, WorkerEvent
from pipeline.topology import DEAD_LETTERS, ENTITIES_STEP, IDENTIFIED, LANGUAGE_STEP, RAW, Topic

REPOSITORY = Path(__file__).parents[2]
DEADLY_STEP = Path(__file__).with_name("deadly_step.py")
DEADLINE_SECONDS = 90.0
LANGUAGE = {LANGUAGE_STEP.name: 1}


@pytest.fixture(autouse=True)
def _package_for_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))


@pytest.fixture
def settings(kafka: KafkaBroker, topic_prefix: str, tmp_path: Path) -> Settings:
    made = load_settings(
        bootstrap_servers=kafka.bootstrap_servers,
        topic_prefix=topic_prefix,
        data_dir=tmp_path,
        metrics_port=0,
        # The least that a broker grants: a dead member holds its partitions for so long.
        broker_session_timeout_seconds=6.0,
        crash_attempts=1,
    )
    asyncio.run(apply_topics(made))
    return made


class Events:
    """What a worker tells, to be waited for."""

    def __init__(self) -> None:
        self._queue: queue.Queue[WorkerEvent] = queue.Queue()

    def __call__(self, event: WorkerEvent) -> None:
        self._queue.put(event)

    def wait_for(self, kind: EventKind) -> WorkerEvent:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            event = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            if event.kind == kind:
                return event


def deadly(_step: str, process: str) -> Sequence[str]:
    return [sys.executable, str(DEADLY_STEP), "--service", _step, "--process", process]


def send(settings: Settings, payloads: Sequence[tuple[str, bytes]]) -> None:
    async def run() -> None:
        producer = AIOKafkaProducer(**client_options(settings))
        await producer.start()
        for key, value in payloads:
            await producer.send(RAW.full_name(settings.topic_prefix), value, key=key.encode())
        await producer.stop()

    asyncio.run(run())


def receive(settings: Settings, topic: Topic, enough: Callable[[list[ConsumerRecord]], bool]) -> list[ConsumerRecord]:
    async def run() -> list[ConsumerRecord]:
        consumer = AIOKafkaConsumer(
            topic.full_name(settings.topic_prefix), auto_offset_reset="earliest", **client_options(settings)
        )
        await consumer.start()
        received: list[ConsumerRecord] = []
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                while not enough(received):
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        received += records
        finally:
            await consumer.stop()
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
        send(settings, articles(50))
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
        send(settings, articles(500))
        os.kill(events.wait_for("ready").pid, signal.SIGKILL)
        assert "SIGKILL" in events.wait_for("died").text
        send(settings, articles(500, first=500))
        expected = {f"a{number}" for number in range(1000)}
        assert keys(receive(settings, IDENTIFIED, lambda got: keys(got) >= expected)) == expected


@pytest.mark.parametrize("poison", ["kill", "hang"])
def test_an_article_that_ends_its_process_is_a_dead_letter_and_no_other(settings: Settings, poison: str) -> None:
    events = Events()
    timed = settings.model_copy(update={"step_timeout_seconds": 1.0})
    quick = Backoff(first_seconds=0.1, most_seconds=0.2)
    with Worker(timed, LANGUAGE, on_event=events, command=deadly, backoff=quick) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        # One key: all of them lie in one partition, before and behind the deadly one.
        send(settings, [("k", b"1"), ("k", b"2"), ("k", poison.encode()), ("k", b"3"), ("k", b"4")])
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
worker = Worker(load_settings(), {LANGUAGE_STEP.name: 2}, on_event=lambda event: None, output=int(sys.argv[1]))
worker.start()
worker.wait_ready(60)
print("ready", flush=True)
sys.stdin.read()
"""


def test_killing_the_supervisor_takes_its_processes_along_and_another_worker_takes_over(settings: Settings) -> None:
    # The output pipe ends when the last process that holds it has ended.
    reader, writer = os.pipe()
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(writer)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[writer],
        env=settings_environment(settings),
    )
    os.close(writer)
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"ready\n"
        owner.kill()
    killed_at = time.monotonic()
    while select.select([reader], [], [], 5.0)[0] and os.read(reader, 65_536):
        pass
    assert time.monotonic() - killed_at < 2.0
    os.close(reader)
    with Worker(settings, LANGUAGE, on_event=Events()) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        send(settings, articles(20))
        assert len(keys(receive(settings, IDENTIFIED, lambda got: len(got) >= 20))) == 20
