"""Do what Grafana does: read the committed dashboards and fill the variables into their queries."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.prometheus_server import SCRAPE_SECONDS, PrometheusServer, Series

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana" / "dashboards"


@dataclass(frozen=True)
class Panel:
    """One panel that asks Prometheus something."""

    board: str
    json: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.json["title"])

    @property
    def kind(self) -> str:
        return str(self.json["type"])

    def __str__(self) -> str:
        return f"{self.board}: {self.title} ({self.kind})"


@dataclass(frozen=True)
class Answer:
    """The answer to one query of a panel."""

    legend: str
    series: list[Series]

    def samples(self) -> Iterator[float]:
        for series in self.series:
            for _, value in series.samples:
                if not math.isnan(value):
                    yield value


@dataclass(frozen=True)
class Event:
    """An annotation of a dashboard, and its time in seconds since 1970."""

    name: str
    colour: str
    times: list[float]


def board(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def panels() -> list[Panel]:
    """Every panel of every dashboard, headings aside."""
    return [
        Panel(file.stem, panel)
        for file in sorted(FOLDER.glob("*.json"))
        for panel in board(file.stem)["panels"]
        if panel["type"] != "row"
    ]


def variables(name: str, prometheus: PrometheusServer) -> dict[str, list[str]]:
    """Every value that a dashboard's variables offer, asked as Grafana does."""
    found = {}
    for variable in board(name)["templating"]["list"]:
        if variable["type"] == "query":
            query = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
            assert query is not None, variable["query"]
            series = prometheus.ask("series", **{"match[]": query[1]})
            found[variable["name"]] = sorted({each[query[2]] for each in series if query[2] in each})
    return found


def answers(
    panel: Panel, prometheus: PrometheusServer, chosen: Mapping[str, str], *, seconds: int, step_seconds: float = 5
) -> list[Answer]:
    """Ask what the panel asks.

    Args:
        panel: Its queries are those that Grafana would send.
        prometheus: Answers them.
        chosen: What is chosen for each variable, as a regular expression.
        seconds: The range that is looked at, up to now.
        step_seconds: Between two points of a course.
    """
    found = []
    # One end for all queries of the panel, as in Grafana: else stacked series would not line up.
    end = time.time()
    for target in panel.json["targets"]:
        expression = filled(target["expr"], chosen, seconds=seconds)
        if target.get("instant"):
            series = prometheus.now(expression)
        else:
            series = prometheus.course(expression, seconds=seconds, step_seconds=step_seconds, end=end)
        found.append(Answer(target.get("legendFormat", ""), series))
    return found


def events(name: str, prometheus: PrometheusServer, *, seconds: int, step_seconds: float = 5) -> list[Event]:
    """The annotations of a dashboard in the range up to now; their queries give the times in milliseconds."""
    found = []
    for mark in board(name)["annotations"]["list"]:
        series = prometheus.course(mark["expr"], seconds=seconds, step_seconds=step_seconds)
        times = sorted({value / 1000 for each in series for _, value in each.samples})
        found.append(Event(mark["name"], mark["iconColor"], times))
    return found


def filled(expression: str, chosen: Mapping[str, str], *, seconds: int) -> str:
    """The expression with Grafana's own variables and the dashboard's filled in; none is left over."""
    own = {"__rate_interval": f"{4 * SCRAPE_SECONDS + 2}s", "__range": f"{seconds}s", "datasource": "prometheus"}
    for name, value in {**own, **chosen}.items():
        expression = re.sub(rf"\${name}\b", value, expression)
    assert "$" not in expression, expression
    return expression
