"""``wirewatch worker --with-broker``, as ``make run`` runs it: ready, of use from another terminal, stopped whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.brokers import KafkaJars, free_port
from tests.command_line import WIREWATCH, CommandLine, bounded, deaf, environment, still_running
from tests.integration.kafka_process import pid_of_kafka
from tests.waiting import wait_until

PROGRAM = [*WIREWATCH, "worker", "--with-broker"]
GONE_SECONDS = 30


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def running(kafka_program: tuple[Path, KafkaJars], port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    variables = environment(tmp_path, WIREWATCH_LOCAL_BROKER_PORT=str(port), WIREWATCH_METRICS_PORT="0")
    program = deaf(PROGRAM)
    with bounded(
        subprocess.Popen(program, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ) as process:
        yield process


@pytest.fixture
def wirewatch(port: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capfd, bootstrap_servers=f"127.0.0.1:{port}")


def said_until(process: subprocess.Popen[str], text: str) -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if text in line:
            return lines
    pytest.fail(f"ended with {process.wait()} before it said {text!r}: {lines}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_everything_starts_serves_and_stops(
    running: subprocess.Popen[str], port: int, tmp_path: Path, number: signal.Signals, wirewatch: CommandLine
) -> None:
    lines = said_until(running, "Ctrl-C stops all")
    assert lines[0].startswith(f"✓ broker 127.0.0.1:{port}: Apache Kafka")
    for step in ("language", "entities", "rules", "alerts"):
        assert any(line.startswith(f"✓ {step}-0 is ready") and "/metrics" in line for line in lines)
    assert f"  export WIREWATCH_BOOTSTRAP_SERVERS=127.0.0.1:{port}" in lines

    assert wirewatch("publish", "-", stdin=b'{"id": "a1", "title": "one"}').status == 0
    targets = json.loads((tmp_path / "wirewatch" / "prometheus-targets.json").read_text())
    assert len(targets) == 5

    running.send_signal(number)
    _, errors = running.communicate()
    assert (running.returncode, errors) == (0, "")
    assert still_running(tmp_path) == []
    assert (tmp_path / "wirewatch" / "kafka").is_dir()


def test_a_broker_that_is_killed_is_told_once_and_started_again_with_its_data(
    running: subprocess.Popen[str], port: int, tmp_path: Path, wirewatch: CommandLine
) -> None:
    said_until(running, "Ctrl-C stops all")
    supervisor = addresses(tmp_path)["supervisor"]
    assert wirewatch("publish", "-", stdin=b'{"id": "a1", "title": "one"}').status == 0

    os.kill(pid_of_kafka(tmp_path / "wirewatch" / "kafka"), signal.SIGKILL)
    killed_at = time.monotonic()
    wait_until(lambda: readiness(supervisor)[0] == 503, "readiness follows the broker", within_seconds=20)
    print(f"not ready {time.monotonic() - killed_at:.1f} s after the kill: {readiness(supervisor)[1]}")
    lines = said_until(running, f"✓ broker 127.0.0.1:{port} is back after")
    wait_until(lambda: readiness(supervisor) == (200, "ok"), "all work again")
    print(f"ready again {time.monotonic() - killed_at:.1f} s after the kill")

    assert sum("Apache Kafka ended with SIGKILL" in line for line in lines) == 1
    assert [line for line in lines if "died" in line or ("ended with" in line and "Kafka" not in line)] == []
    assert wirewatch("publish", "-", stdin=b'{"id": "a2", "title": "two"}').status == 0
    listed = wirewatch("topics", "list").out
    assert [line.split()[2] for line in listed.splitlines() if "articles.raw" in line] == ["2"]


def addresses(tmp_path: Path) -> dict[str, str]:
    groups = json.loads((tmp_path / "wirewatch" / "prometheus-targets.json").read_text())
    return {group["labels"]["process"]: group["targets"][0] for group in groups}


def readiness(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://{address}/readyz", timeout=5) as answer:
            return answer.status, answer.read().decode().strip()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode().strip()


def test_a_crash_of_a_process_is_in_the_log_file_and_on_the_console(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    said_until(running, "Ctrl-C stops all")
    log = tmp_path / "wirewatch" / "worker.log"
    [pid] = {line["pid"] for line in map(json.loads, log.read_text().splitlines()) if line["process"] == "rules-0"}
    os.kill(pid, signal.SIGKILL)
    [line] = [line for line in said_until(running, f"rules-0[{pid}] ended with SIGKILL") if "ended with" in line]
    logged = [json.loads(line) for line in log.read_text().splitlines()]
    [crash] = [each for each in logged if "ended with SIGKILL" in each["message"]]
    assert (crash["process"], crash["step"], crash["level"]) == ("supervisor", "rules", "warning")
    assert line.endswith(crash["message"])


def test_a_supervisor_that_is_killed_takes_its_broker_and_its_steps_along(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    said_until(running, "Ctrl-C stops all")
    running.kill()
    running.wait()
    wait_until(lambda: not still_running(tmp_path), "everything has ended", within_seconds=GONE_SECONDS)
