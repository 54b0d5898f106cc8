"""Write what the chart has to know of the route: ``python -m deploy.helm`` (``make chart``)."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.topology import PARTITIONS, STEPS, TOPICS, channel_topic

FILE = Path(__file__).parent / "wirewatch" / "files" / "topology.json"


def rendered_topology() -> str:
    """The topics with their configuration, and what each step reads; names without their prefix."""
    topics = {
        f"{topic.name}.v{topic.version}": {"partitions": topic.partitions, "config": topic.config} for topic in TOPICS
    }
    channel = channel_topic("channel")
    route = {
        "partitions": PARTITIONS,
        "topics": topics,
        "channel": {"partitions": channel.partitions, "config": channel.config},
        "sources": {str(name): f"{step.source.name}.v{step.source.version}" for name, step in STEPS.items()},
    }
    return json.dumps(route, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(rendered_topology(), encoding="utf-8")
