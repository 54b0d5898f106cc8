"""The dashboards are what the code makes, ask for metrics that exist, and explain themselves."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from deploy.grafana.__main__ import FOLDER, rendered_files
from pipeline import metrics
from tests.contract.test_deploy import expressions, series
from tests.contract.tools import DEPLOY

BOARDS = sorted(rendered_files())
LARGEST_BYTES = 200_000


def board(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def panels(name: str) -> list[dict[str, Any]]:
    return [panel for panel in board(name)["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_is_as_the_code_makes_it(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == rendered_files()[name], "run `make dashboards`"
    assert (FOLDER / name).stat().st_size < LARGEST_BYTES


def test_there_are_no_other_dashboards() -> None:
    assert sorted(file.name for file in FOLDER.iterdir()) == BOARDS


@pytest.mark.parametrize("name", BOARDS)
def test_every_panel_says_what_it_shows_in_which_unit(name: str) -> None:
    for panel in panels(name):
        assert panel["title"][0].isupper(), panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"], panel["title"]
        assert panel["targets"], panel["title"]
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}, panel["title"]


@pytest.mark.parametrize("name", BOARDS)
def test_titles_fit_a_window_of_1240_pixels(name: str) -> None:
    """A 24th of it is some 50 pixels, a letter 7; the panel's margin and the sign of its description take 40."""
    too_long = [panel["title"] for panel in panels(name) if len(panel["title"]) * 7 > panel["gridPos"]["w"] * 50 - 40]
    assert too_long == []


@pytest.mark.parametrize("name", BOARDS)
def test_panels_neither_overlap_nor_leave_gaps_in_a_line(name: str) -> None:
    lines: dict[int, list[tuple[int, int]]] = {}
    for panel in panels(name):
        place = panel["gridPos"]
        lines.setdefault(place["y"], []).append((place["x"], place["w"]))
    for line in lines.values():
        left = 0
        for start, width in sorted(line):
            assert start == left
            left += width
        assert left == 24
    ids = [panel["id"] for panel in board(name)["panels"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", BOARDS)
def test_every_variable_is_used_and_every_one_used_is_there(name: str) -> None:
    offered = {variable["name"] for variable in board(name)["templating"]["list"]}
    text = json.dumps([panel["targets"] for panel in panels(name)])
    used = set(re.findall(r"\$\{?(\w+)", text)) - {"__rate_interval", "__range"}
    assert used == offered
    assert "datasource" in offered


@pytest.mark.parametrize("name", BOARDS)
def test_changes_of_rules_and_deployments_are_marked(name: str) -> None:
    marks = board(name)["annotations"]["list"]
    assert [mark["name"] for mark in marks] == ["Rules changed", "Deployment"]
    assert all(mark["useValueForTime"] and mark["expr"] for mark in marks)


def test_the_first_dashboard_in_compose_is_one_of_them() -> None:
    services = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home.rpartition("/")[2] in BOARDS


def test_every_metric_is_on_a_dashboard_or_watched() -> None:
    """A metric on no dashboard and in no alerting rule is either forgotten there or superfluous."""
    text = "\n".join(expression for _, expression in expressions())
    names = {name.removesuffix("_bucket") for name in series() if not name.endswith(("_sum", "_count"))}
    assert {name for name in names if name not in text} == set()
    assert any(isinstance(metric, MetricWrapperBase) for metric in vars(metrics).values())
