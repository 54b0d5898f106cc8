"""The reference agrees with the code: a missing setting, metric, verb or topic fails here."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase

from pipeline import metrics, topology
from pipeline.cli import VERBS
from pipeline.cli.generated.reference import main, rendered_files
from pipeline.settings import Settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", rendered_files())
def test_page_is_as_generated(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == rendered_files()[name], "run `make reference`"


def test_every_setting_metric_verb_and_topic_is_described() -> None:
    pages = rendered_files()
    for name in Settings.model_fields:
        assert f"`WIREWATCH_{name.upper()}`" in pages["settings.md"]
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            assert f"`{next(iter(metric.describe())).name}" in pages["metrics.md"]
    for verb in VERBS:
        assert f"## wirewatch {verb}\n" in pages["command-line.md"]
    for topic in topology.TOPICS:
        assert f"`{topic.full_name('<prefix>')}`" in pages["topics.md"]


def test_no_row_is_without_a_meaning() -> None:
    for name, page in rendered_files().items():
        for line in page.splitlines():
            if line.startswith("| `"):
                assert not line.endswith("|  |"), f"{name}: {line}"


def test_pages_do_not_depend_on_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = rendered_files()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("WIREWATCH_TOPIC_PREFIX", "other")
    assert rendered_files() == before
    main(tmp_path / "reference")
    assert {path.name for path in (tmp_path / "reference").iterdir()} == before.keys()
