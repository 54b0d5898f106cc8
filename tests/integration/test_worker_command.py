"""``wirewatch worker --with-broker``, as ``make run`` runs it: ready, of use from another terminal, stopped whole."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.brokers import KafkaJars, free_port
from tests.command_line import WIREWATCH, CommandLine, environment, still_running
from tests.waiting import wait_until

PROGRAM = [*WIREWATCH, "worker", "--with-broker"]
GONE_SECONDS = 30


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def running(kafka_program: tuple[Path, KafkaJars], port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    variables = environment(tmp_path, WIREWATCH_LOCAL_BROKER_PORT=str(port), WIREWATCH_METRICS_PORT="0")
    with subprocess.Popen(PROGRAM, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


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


def test_a_supervisor_that_is_killed_takes_its_broker_and_its_steps_along(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    said_until(running, "Ctrl-C stops all")
    running.kill()
    running.wait()
    wait_until(lambda: not still_running(tmp_path), "everything has ended", within_seconds=GONE_SECONDS)
