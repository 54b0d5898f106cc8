"""``wirewatch status`` on a real Kafka: beside its worker, from another machine, and when something is wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from pipeline.brokers import InMemoryBroker, free_port
from pipeline.settings import Settings
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.topology import LANGUAGE_STEP, RAW, STEPS
from tests.command_line import CommandLine
from tests.integration.topics_on_kafka import send
from tests.waiting import wait_until
from tests.workers import DEADLINE_SECONDS, Events


@pytest.fixture
def here(settings: Settings, wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """On the machine of the worker, whose processes are listed in its data folder."""
    asyncio.run(apply_topics(settings))
    monkeypatch.setenv("WIREWATCH_DATA_DIR", str(settings.data_dir))
    return wirewatch


def on_another_machine(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("WIREWATCH_DATA_DIR", str(folder / "elsewhere"))


def services(wirewatch: CommandLine, status: int) -> dict[str, dict[str, Any]]:
    outcome = wirewatch("status", "--json")
    assert outcome.status == status
    told = json.loads(outcome.out)
    assert told["is_well"] == (status == 0)
    return {service["service"]: service for service in told["services"]}


def test_a_worker_is_seen_from_anywhere_until_it_is_killed(
    settings: Settings, here: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Events()
    with Worker(settings, on_event=events) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        beside = services(here, 0)
        assert {name: beside[name]["activity"] for name in STEPS} == dict.fromkeys(STEPS, "works")
        assert [process["name"] for process in beside["rules"]["processes"]] == ["rules-0"]
        assert all(beside[name]["since"] for name in STEPS)
        text = here("status")
        assert text.status == 0
        assert [line.split()[1] for line in text.out.splitlines() if "works" in line] == list(STEPS)

        pids = {event.process: event.pid for event in events.all() if event.kind == "started"}
        os.kill(pids["rules-0"], signal.SIGKILL)
        assert services(here, 1)["rules"]["activity"] == "waiting"
        wait_until(lambda: here("status").status == 0, "the step that was killed works again")

        on_another_machine(monkeypatch, tmp_path)
        afar = services(here, 0)
        assert {name: (afar[name]["members"], afar[name]["behind_messages"]) for name in STEPS} == dict.fromkeys(
            STEPS, (1, 0)
        )
        assert all(afar[name]["processes"] == [] for name in STEPS)
    stopped = services(here, 1)
    assert {stopped[name]["activity"] for name in STEPS} == {"not running"}


def test_what_waits_is_counted_and_since_when(settings: Settings, here: CommandLine) -> None:
    asyncio.run(send(settings, RAW, [(str(number).encode(), b"{}") for number in range(30)]))
    language = services(here, 1)[LANGUAGE_STEP.name]
    assert (language["activity"], language["behind_messages"], language["members"]) == ("not running", 30, 0)
    assert language["oldest_waiting"] == language["since"] is not None


def test_a_broker_that_does_not_answer_is_told(here: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("WIREWATCH_BOOTSTRAP_SERVERS", f"127.0.0.1:{port}")
    outcome = here("status")
    assert outcome.status == 1
    assert outcome.out.splitlines()[0].startswith(f"✗ broker no Kafka broker answers at 127.0.0.1:{port}")


def test_topics_that_are_missing_are_told(wirewatch: CommandLine) -> None:
    outcome = wirewatch("status")
    assert outcome.status == 1
    assert "wirewatch topics apply" in outcome.out.splitlines()[0]


def test_the_broker_in_memory_does_not_tell_who_carries_a_step(
    settings: Settings, wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with InMemoryBroker() as broker:
        own = settings.model_copy(update={"bootstrap_servers": broker.bootstrap_servers})
        asyncio.run(apply_topics(own))
        monkeypatch.setenv("WIREWATCH_BOOTSTRAP_SERVERS", broker.bootstrap_servers)
        language = services(wirewatch, 0)[LANGUAGE_STEP.name]
    assert (language["activity"], language["members"], language["behind_messages"]) == ("unknown", None, 0)
