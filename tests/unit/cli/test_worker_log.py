"""In a container a worker or canary writes its log and nothing else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pipeline.brokers import free_port
from tests.command_line import WIREWATCH, environment


@pytest.mark.parametrize("verb", ["worker", "canary"])
def test_a_process_without_a_terminal_says_in_its_log_why_it_ends(tmp_path: Path, verb: str) -> None:
    servers = f"127.0.0.1:{free_port()}"
    variables = environment(tmp_path, WIREWATCH_BOOTSTRAP_SERVERS=servers, WIREWATCH_METRICS_PORT="0")
    ran = subprocess.run([*WIREWATCH, verb], env=variables, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    records = [json.loads(line) for line in ran.stderr.splitlines()]
    assert records[-1]["level"] == "critical"
    assert f"no Kafka broker answers at {servers}" in records[-1]["message"]
