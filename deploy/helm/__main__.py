"""Write what the chart takes from the code: ``python -m deploy.helm`` (``make chart``).

The topology is written from the code; the alerting rules and dashboards are linked, and helm follows the links.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from pipeline.topology import PARTITIONS, RAW, STEPS, TOPICS, Topic, channel_topic

FOLDER = Path(__file__).parent / "wirewatch" / "files"
FILE = FOLDER / "topology.json"
DEPLOY = Path(__file__).parents[1]


def rendered_topology() -> str:
    """The topics with their configuration, where articles come in, and what each step reads; names without prefix."""
    topics = {_name(topic): {"partitions": topic.partitions, "config": topic.config} for topic in TOPICS}
    channel = channel_topic("channel")
    route = {
        "partitions": PARTITIONS,
        "topics": topics,
        "channel": {"partitions": channel.partitions, "config": channel.config},
        "intake": _name(RAW),
        "sources": {str(name): _name(step.source) for name, step in STEPS.items()},
    }
    return json.dumps(route, indent=2) + "\n"


def _name(topic: Topic) -> str:
    return f"{topic.name}.v{topic.version}"


def link_files() -> None:
    """Link to the alerting rules and every dashboard; remove links to deleted ones."""
    (FOLDER / "dashboards").mkdir(exist_ok=True)
    for link in (FOLDER / "dashboards").iterdir():
        link.unlink()
    (FOLDER / "alerts.yml").unlink(missing_ok=True)
    links = {FOLDER / "alerts.yml": DEPLOY / "prometheus" / "alerts.yml"}
    for file in (DEPLOY / "grafana" / "dashboards").glob("*.json"):
        links[FOLDER / "dashboards" / file.name] = file
    for link, target in links.items():
        link.symlink_to(os.path.relpath(target, link.parent))


if __name__ == "__main__":
    FILE.write_text(rendered_topology(), encoding="utf-8")
    link_files()
