"""Write the dashboards: ``python -m deploy.grafana`` (``make dashboards``)."""

from __future__ import annotations

from pathlib import Path

from deploy.grafana.news_board import news_board
from deploy.grafana.pipeline_board import pipeline_board
from deploy.grafana.rules_board import rules_board

FOLDER = Path(__file__).parent / "dashboards"


def rendered_files() -> dict[str, str]:
    """Every dashboard, by its file name."""
    return {"pipeline.json": pipeline_board(), "news.json": news_board(), "rules.json": rules_board()}


if __name__ == "__main__":
    for name, text in rendered_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
