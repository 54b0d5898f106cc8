from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeline.errors import StepStoppedError, WorkerNotReadyError
from pipeline.settings import Settings, load_settings, settings_environment
from pipeline.streaming.supervision.process_template import ProcessTemplate
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.streaming.supervision.supervisor import Backoff
from pipeline.topology import ENTITIES_STEP
from tests.command_line import bounded
from tests.waiting import wait_until
from tests.workers import DEADLINE_SECONDS, Events, seconds_to_outlive

FAKE_STEP = Path(__file__).with_name("fake_step.py")
REPOSITORY = Path(__file__).parents[3]
STEP = ENTITIES_STEP.name
QUICK = Backoff(first_seconds=0.01, most_seconds=0.02)


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture(autouse=True)
def _package_for_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))


Make = Callable[..., Worker]


@pytest.fixture
def worker_of(tmp_path: Path, events: Events) -> Make:
    """Makes a worker of fake processes that behave so; fields other than these are settings."""

    def make(behaviour: str, processes: int = 1, *, backoff: Backoff = QUICK, **fields: object) -> Worker:
        settings = load_settings(**{"metrics_port": 0, "data_dir": tmp_path, **fields})
        command = [sys.executable, str(FAKE_STEP), behaviour, str(tmp_path)]
        return Worker(
            settings, {STEP: processes}, on_event=events, command=lambda _step, _process: command, backoff=backoff
        )

    return make


def numbers(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def test_a_worker_is_ready_when_every_process_is_and_stops_in_order(worker_of: Make, events: Events) -> None:
    worker = worker_of("steady", 2)
    worker.start()
    worker.wait_ready(DEADLINE_SECONDS)
    assert worker.stop() == 0
    assert sorted(event.process for event in events.all() if event.kind == "ready") == ["entities-0", "entities-1"]
    assert events.count("killed") == 0
    assert events.seen[-1].kind == "stopped"


def test_no_more_processes_start_at_once_than_there_are_cores(
    worker_of: Make, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0}, raising=False)
    with worker_of("steady", 3) as worker:
        worker.wait_ready(DEADLINE_SECONDS)
    started = [event.kind for event in events.all() if event.service and event.kind in ("started", "serving")]
    assert started == ["started", "serving"] * 3


@pytest.mark.parametrize("behaviour", ["mute", "loading"])
def test_one_that_never_ends_loading_holds_up_the_others_for_a_while_only(
    worker_of: Make, events: Events, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0}, raising=False)
    begun = time.monotonic()
    patient = Backoff(loading_seconds=0.3)
    with worker_of(behaviour, 2, backoff=patient):
        assert [events.wait_for("started").process for _ in range(2)] == ["entities-0", "entities-1"]
    assert time.monotonic() - begun >= patient.loading_seconds


@pytest.mark.parametrize(
    ("backoff", "pauses"),
    [
        (Backoff(first_seconds=0.01, most_seconds=0.04), ["0.01", "0.02", "0.04"]),
        # A long life forgets earlier deaths.
        (Backoff(first_seconds=0.01, healthy_seconds=0.0), ["0.01"] * 3),
    ],
)
def test_a_dead_process_is_started_again_with_growing_pauses_until_it_lives(
    worker_of: Make, events: Events, backoff: Backoff, pauses: list[str]
) -> None:
    with worker_of("failing", backoff=backoff):
        events.wait_for("ready")
    died = [event.text for event in events.all() if event.kind == "died"]
    assert died == [f"ended with status 1: starts again in {pause} s" for pause in pauses]


def test_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff(first_seconds=0.5, most_seconds=3.0)
    assert [backoff.pause_seconds(deaths) for deaths in (1, 2, 3, 4, 5, 1000)] == [0.5, 1.0, 2.0, 3.0, 3.0, 3.0]


def test_a_killed_process_is_started_again_and_its_caution_is_empty(worker_of: Make, events: Events) -> None:
    with worker_of("steady"):
        os.kill(events.wait_for("ready").pid, signal.SIGKILL)
        assert events.wait_for("died").text.startswith("ended with SIGKILL: starts again")
        events.wait_for("ready")
    assert events.count("alone") == events.count("condemned") == 0


def test_a_record_that_kills_its_process_is_tried_alone_and_then_condemned(
    worker_of: Make, tmp_path: Path, events: Events
) -> None:
    with worker_of("poisoned"):
        address = events.wait_for("serving").address
        before = served(address, "wirewatch_condemned_articles_total")
        events.wait_for("ready")
        # The supervisor counts it, since each ends the process that counted the last.
        assert served(address, "wirewatch_condemned_articles_total") == before + 1
    assert numbers(tmp_path / "dead") == [5]
    assert numbers(tmp_path / "passed") == [0, 1, 2, 3, 4, 6, 7, 8, 9]
    # Two deaths of the batch of four, then one for each of crash_attempts alone; those before it passed alone.
    begun = [json.loads(line) for line in (tmp_path / "begun").read_text().splitlines()]
    assert begun == [[0, 1, 2, 3], [4, 5, 6, 7], [4, 5, 6, 7], [4], [5], [5], [5], [6], [7], [8, 9]]
    assert events.count("died") == 5
    assert events.count("alone") == 1
    condemned = [event.text for event in events.all() if event.kind == "condemned"]
    assert condemned == ["partition 3 offset 5 alone ended its process 3 times: it becomes a dead letter `crash`"]


def test_a_deadly_record_that_moves_to_a_sibling_is_condemned_all_the_same(
    worker_of: Make, tmp_path: Path, events: Events
) -> None:
    # Both processes read the same folder, as if the partition went from one to the other.
    with worker_of("poisoned", 2):
        events.wait_for("condemned")
        events.wait_for("ready")
        events.wait_for("ready")
    assert set(numbers(tmp_path / "dead")) == {5}
    assert set(numbers(tmp_path / "passed")) == {0, 1, 2, 3, 4, 6, 7, 8, 9}


def test_living_processes_are_told_of_new_caution(tmp_path: Path, events: Events) -> None:
    def command(_step: str, process: str) -> list[str]:
        behaviour = "poisoned" if process == "entities-0" else "steady"
        return [sys.executable, str(FAKE_STEP), behaviour, str(tmp_path)]

    settings = load_settings(metrics_port=0, data_dir=tmp_path)
    with Worker(settings, {STEP: 2}, on_event=events, command=command, backoff=QUICK):
        events.wait_for("condemned")
        sibling = next(event.pid for event in events.all() if event.kind == "started" and event.process == "entities-1")
        wait_until(lambda: numbers(tmp_path / "orders").count(sibling) >= 2, "the sibling has heard it")


def test_a_batch_over_its_time_ends_the_process_and_counts_as_a_death(worker_of: Make, events: Events) -> None:
    with worker_of("hanging", step_timeout_seconds=0.2, crash_attempts=1):
        assert events.wait_for("stuck").text == "has worked on partition 3 offset 5 for over 0.2 s: it is ended"
        assert "while it processed partition 3 offset 5" in events.wait_for("died").text
        events.wait_for("condemned")


@pytest.mark.parametrize(
    ("behaviour", "reason"), [("refusing", "not for this user"), ("deadly", "10 records in a row")]
)
def test_a_step_that_gives_up_or_dies_on_everything_stops_the_worker_with_the_reason(
    worker_of: Make, events: Events, behaviour: str, reason: str
) -> None:
    worker = worker_of(behaviour, crash_attempts=1)
    worker.start()
    with pytest.raises(StepStoppedError, match=reason):
        worker.wait_ready(DEADLINE_SECONDS)
    assert worker.stop() == 1
    assert events.count("started") == (1 if behaviour == "refusing" else 10)


@pytest.mark.parametrize(("grace_seconds", "asked_before", "least"), [(1.0, False, 0.9), (60.0, True, 0.0)])
def test_a_process_that_does_not_stop_is_killed_in_time_or_at_a_second_request(
    worker_of: Make, events: Events, grace_seconds: float, asked_before: bool, least: float
) -> None:
    worker = worker_of("stubborn", shutdown_timeout_seconds=grace_seconds)
    worker.start()
    worker.wait_ready(DEADLINE_SECONDS)
    if asked_before:
        worker._supervisor.request_stop()
        events.wait_for("stopping")
    asked_at = time.monotonic()
    assert worker.stop() == 0
    assert least <= time.monotonic() - asked_at < 5.0
    assert events.count("killed") == 1


def test_a_worker_that_is_not_ready_in_time_says_what_it_waits_for(worker_of: Make, events: Events) -> None:
    with worker_of("hanging") as worker:
        events.wait_for("started")
        with pytest.raises(WorkerNotReadyError, match="starting: entities-0"):
            worker.wait_ready(0.1)


def test_the_supervisor_serves_health_and_the_count_of_restarts(worker_of: Make, events: Events) -> None:
    with worker_of("steady", 1) as worker:
        address = events.wait_for("serving").address
        worker.wait_ready(DEADLINE_SECONDS)
        before = served(address, "wirewatch_restarts_total")
        os.kill(events.wait_for("ready").pid, signal.SIGKILL)
        events.wait_for("ready")
        assert served(address, "wirewatch_restarts_total") == before + 1
        assert urllib.request.urlopen(f"http://{address}/livez", timeout=5).status == 200
        assert urllib.request.urlopen(f"http://{address}/readyz", timeout=5).status == 200


def served(address: str, metric: str) -> float:
    body = urllib.request.urlopen(f"http://{address}/metrics", timeout=5).read().decode()
    line = next(line for line in body.splitlines() if line.startswith(f'{metric}{{step="entities"}}'))
    return float(line.split()[-1])


def test_what_is_waited_for_is_told_once_and_when_all_work_again(
    worker_of: Make, tmp_path: Path, events: Events
) -> None:
    with worker_of("faltering", 2) as worker:
        assert events.wait_for("waiting").text == "waiting for the broker: entities-0, entities-1"
        with pytest.raises(WorkerNotReadyError, match="waiting for the broker: entities-0, entities-1"):
            worker.wait_ready(0.0)
        (tmp_path / "broker-is-back").touch()
        assert "all work again after" in events.wait_for("resumed").text
        worker.wait_ready(DEADLINE_SECONDS)
    assert (events.count("waiting"), events.count("resumed")) == (1, 1)


def test_prometheus_is_told_of_every_process_and_of_none_after_the_end(worker_of: Make, tmp_path: Path) -> None:
    file = tmp_path / "prometheus-targets.json"
    with worker_of("steady") as worker:
        worker.wait_ready(DEADLINE_SECONDS)
        labels = {group["labels"]["process"]: group["targets"] for group in json.loads(file.read_text())}
        assert labels.keys() == {"supervisor", "entities-0"}
        assert labels["entities-0"] == ["127.0.0.1:1"]
    assert json.loads(file.read_text()) == []


def test_targets_that_cannot_be_written_are_told_once_and_stop_nothing(worker_of: Make, events: Events) -> None:
    with worker_of("steady", metrics_targets_file=FAKE_STEP / "targets.json") as worker:
        worker.wait_ready(DEADLINE_SECONDS)
    assert events.count("targets") == 1


OWNER = """
import sys
from pipeline.settings import load_settings
from pipeline.streaming.supervision.running_worker import Worker
output, folder, *command = sys.argv[1:]
worker = Worker(
    load_settings(metrics_port=0, data_dir=folder), {"entities": 2}, on_event=lambda event: None, output=int(output),
    command=lambda step, process: [sys.executable, *command],
)
worker.start()
worker.wait_ready(30)
print("ready", flush=True)
sys.stdin.read()
"""


def test_processes_are_gone_when_their_supervisor_was_killed(tmp_path: Path) -> None:
    assert seconds_to_outlive(OWNER, str(tmp_path), str(FAKE_STEP), "stubborn", str(tmp_path)) < 2.0


FOREGROUND = """
import signal, sys
# As a shell starts a background job, of a terminal.
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from pipeline.settings import load_settings
from pipeline.streaming.supervision.running_worker import run_worker
folder, *command = sys.argv[1:]
settings = load_settings(metrics_port=0, data_dir=folder, shutdown_timeout_seconds=60)
sys.exit(run_worker(
    settings, {"entities": 1}, on_event=lambda event: print(event.kind, flush=True),
    command=lambda step, process: [sys.executable, *command],
))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_worker_in_the_foreground_stops_at_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    kinds, status = signalled("steady", tmp_path, number, {"ready"})
    assert status == 0
    assert "killed" not in kinds
    assert kinds[-1] == "stopped"


def test_a_second_signal_kills(tmp_path: Path) -> None:
    kinds, status = signalled("stubborn", tmp_path, signal.SIGINT, {"ready", "stopping"})
    assert status == 0
    assert "killed" in kinds


def test_a_step_that_gave_up_is_the_status_of_the_worker(tmp_path: Path) -> None:
    assert signalled("refusing", tmp_path, signal.SIGTERM, set()) == (
        ["serving", "started", "serving", "gave-up", "stopped"],
        1,
    )


def signalled(behaviour: str, folder: Path, number: signal.Signals, at: set[str]) -> tuple[list[str], int]:
    kinds: list[str] = []
    arguments = [sys.executable, "-c", FOREGROUND, str(folder), str(FAKE_STEP), behaviour, str(folder)]
    with bounded(subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)) as worker:
        assert worker.stdout is not None
        for line in worker.stdout:
            kinds.append(line.strip())
            if kinds[-1] in at:
                worker.send_signal(number)
        status = worker.wait(DEADLINE_SECONDS)
    return kinds, status


def given_settings(tmp_path: Path) -> Settings:
    return load_settings(
        bootstrap_servers="broker:9092,other:9092",
        topic_prefix="a.b",
        security_protocol="SASL_SSL",
        sasl_username="user",
        sasl_password=SecretStr("pass word\n'\""),
        ssl_ca_file=tmp_path / "ca.pem",
        spacy_models={"fr": ["fr_core_news_sm"], "de": ["ä"]},
        step_timeout_seconds=0.1,
        metrics_port=0,
        log_level="DEBUG",
    )


def test_a_child_reads_the_settings_of_its_supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_SSL_KEY_FILE", "/of/the/parent")
    given = given_settings(tmp_path).model_copy(update={"ssl_key_file": None})
    environment = settings_environment(given)
    for name in ("WIREWATCH_SSL_KEY_FILE", *environment):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert load_settings() == given


def test_secrets_are_not_on_the_command_line(tmp_path: Path) -> None:
    with ProcessTemplate() as template:
        assert b"pass" not in Path(f"/proc/{template.pid}/cmdline").read_bytes()
    assert settings_environment(given_settings(tmp_path))["WIREWATCH_SASL_PASSWORD"] == "pass word\n'\""
