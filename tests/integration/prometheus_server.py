"""Run a real Prometheus that scrapes a worker's targets, and query it."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.brokers.ports import free_port
from tests.contract.tools import tool
from tests.waiting import wait_until

ALERTS = Path(__file__).parents[2] / "deploy" / "prometheus" / "alerts.yml"
SCRAPE_SECONDS = 2
# A window of half an hour becomes a minute, and no window becomes too short for a scrape.
_QUICKENED = 30
_LEAST_SECONDS = 12
# The limit for late alerts is for a quiet machine, not for one that runs all tests at once.
_LATE, _LATE_HERE = "> 0.8\n", "> 15\n"
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def quickened(rules: str) -> str:
    """The alerting rules with every duration a thirtieth as long, and alerts late after 15 s only; else as they are."""
    assert rules.count(_LATE) == 1
    rules = rules.replace(_LATE, _LATE_HERE)

    def shorten(found: re.Match[str]) -> str:
        seconds = int(found[2]) * _SECONDS[found[3]]
        return f"{found[1]}{max(_LEAST_SECONDS, seconds // _QUICKENED)}s{found[4]}"

    # `for: 5m`, `[10m]` and `offset 15m)`; prose has none of these forms.
    return re.sub(r"(for: |\[|offset )(\d+)([smh])(\n|\]|\))", shorten, rules)


@dataclass(frozen=True)
class Series:
    """One series of an answer: its labels, and its samples as time and value."""

    labels: Mapping[str, str]
    samples: list[tuple[float, float]]


class PrometheusServer:
    """A running server, asked over its API."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._address}/-/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def ask(self, path: str, **arguments: str) -> Any:
        """The data of one answer; raises the server's error."""
        address = f"{self._address}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(f"{arguments}: {error.read().decode()}") from error

    def now(self, expression: str) -> list[Series]:
        """The expression's value now."""
        found = self.ask("query", query=expression)
        return [Series(each["metric"], [_sample(each["value"])]) for each in found["result"]]

    def course(
        self, expression: str, *, seconds: float, step_seconds: float = 5, end: float | None = None
    ) -> list[Series]:
        """The expression over the seconds up to ``end``, in seconds since 1970; None: up to now."""
        end = time.time() if end is None else end
        times = {"start": str(end - seconds), "end": str(end), "step": str(step_seconds)}
        found = self.ask("query_range", query=expression, **times)
        return [Series(each["metric"], [_sample(one) for one in each["values"]]) for each in found["result"]]

    def alerts(self) -> dict[str, str]:
        """Every alert that is pending or firing, with its state."""
        found: dict[str, str] = {}
        for each in self.ask("alerts")["alerts"]:
            name = each["labels"]["alertname"]
            if found.get(name) != "firing":
                found[name] = each["state"]
        return found


def _sample(pair: list[Any]) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])


@contextlib.contextmanager
def prometheus_server(targets: Path, directory: Path) -> Iterator[PrometheusServer]:
    """Run Prometheus over a worker's target file, with the quickened alerting rules.

    Args:
        targets: The file that workers and the canary write.
        directory: For configuration and data.
    """
    program = tool("prometheus")
    directory.mkdir(parents=True)
    (directory / "alerts.yml").write_text(quickened(ALERTS.read_text()))
    configuration = {
        "global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": f"{SCRAPE_SECONDS}s"},
        "rule_files": ["alerts.yml"],
        "scrape_configs": [
            {
                "job_name": "wirewatch",
                "file_sd_configs": [{"files": [str(targets)], "refresh_interval": "1s"}],
            }
        ],
    }
    (directory / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    port = free_port()
    with (directory / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={directory / 'prometheus.yml'}",
                f"--storage.tsdb.path={directory / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        server = PrometheusServer(port)
        wait_until(lambda: server.is_ready() or process.poll() is not None, "prometheus is ready", look_seconds=0.2)
        assert process.poll() is None, (directory / "prometheus.log").read_text()
        yield server
    finally:
        process.terminate()
        process.wait(30)
