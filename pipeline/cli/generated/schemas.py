"""Write ``schemas/`` from the types: ``python -m pipeline.cli.generated.schemas schemas`` (``make schemas``)."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from pipeline import topology
from pipeline.messages.alerts import EvaluatedArticles
from pipeline.messages.schemas import (
    MESSAGES,
    ChannelTopic,
    asyncapi_document,
    dead_letter_headers_schema,
    json_schema,
)
from pipeline.rules import rule_file_schema
from pipeline.settings import Settings


def channel_topics() -> list[ChannelTopic]:
    """The route's topics, and the pattern of the alert channels."""
    names = {kind: name for name, kind in MESSAGES.items()}
    topics = []
    for topic in (*topology.TOPICS, topology.channel_topic("{channel}")):
        carried = [topic.message]
        if topic is topology.MATCHES:
            carried += [EvaluatedArticles, topology.ENRICHED.message]
        schemas = tuple(names[kind] for kind in carried if kind is not None)
        direction = "send" if topic.clients_send else "receive"
        topics.append(ChannelTopic(topic.full_name("{prefix}"), schemas, topic.key, direction, topic.summary))
    return topics


def rendered_files() -> dict[str, str]:
    """Every generated file of ``schemas/``, by its name."""
    documents: dict[str, Any] = {f"{name}.schema.json": json_schema(name) for name in MESSAGES}
    documents["dead-letter-headers.v1.schema.json"] = dead_letter_headers_schema()
    documents["rule-file.v1.schema.json"] = rule_file_schema()
    files = {name: json.dumps(document, indent=2, ensure_ascii=False) + "\n" for name, document in documents.items()}
    port = Settings.model_fields["local_broker_port"].default
    document = asyncapi_document(channel_topics(), version("wirewatch"), local_server=f"127.0.0.1:{port}")
    files["asyncapi.yaml"] = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    return files


def main(folder: Path) -> None:
    """Write the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in rendered_files().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
