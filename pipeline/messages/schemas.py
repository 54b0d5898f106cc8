"""JSON Schemas and the AsyncAPI document, generated from the message types so that they cannot drift."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, get_args

import msgspec

from pipeline.errors import DeadLetterReason
from pipeline.messages.alerts import Alert, EvaluatedArticles, Match
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, RawArticle
from pipeline.messages.rules import WatchRule

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BASE = "https://schemas.wirewatch.example/"

MESSAGES: Mapping[str, type[msgspec.Struct]] = {
    "raw-article.v1": RawArticle,
    "identified-article.v1": IdentifiedArticle,
    "enriched-article.v1": EnrichedArticle,
    "match.v1": Match,
    "evaluated-articles.v1": EvaluatedArticles,
    "alert.v1": Alert,
    "watch-rule.v1": WatchRule,
}
"""Every message that travels as JSON, by the name of its schema."""

_TRACE_HEADERS = {"traceparent": "W3C Trace Context, version 00."}
_CLOUDEVENTS_HEADERS = {
    "ce_specversion": "CloudEvents version, 1.0.",
    "ce_id": "The alert's id.",
    "ce_source": "Which deployment raised it.",
    "ce_type": "What happened: an alert was raised, and of which kind.",
    "ce_subject": "The rule's id.",
    "ce_time": "When it was raised, RFC 3339.",
    "content-type": "application/json.",
}
_DEAD_LETTER_HEADERS = {
    "ww_reason": "Why it was set aside.",
    "ww_step": "Which step set it aside.",
    "ww_topic": "The topic it was read from.",
    "ww_partition": "Its partition there.",
    "ww_offset": "Its offset there.",
    "ww_error": "One line: what is wrong and what to do.",
    "ww_time": "When it was set aside, RFC 3339.",
}
_REPLAYED_HEADERS = {
    "ww_replayed": "Only on a record without a value, which marks a dead letter of its own partition as sent again: "
    "the offset of that one.",
}


@dataclass(frozen=True, slots=True)
class ChannelTopic:
    """A topic as the AsyncAPI document needs it.

    Attributes:
        address: Full name; ``{prefix}`` and ``{channel}`` may be parameters.
        schemas: Keys of ``MESSAGES``, one for each kind of message in the topic; none for dead letters.
        key: The key of the messages.
        direction: What a client of the pipeline does: ``send`` or ``receive``.
        summary: One line.
    """

    address: str
    schemas: tuple[str, ...]
    key: str
    direction: str
    summary: str


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one message, without external references.

    Args:
        name: A key of ``MESSAGES``.
    """
    (reference,), components = msgspec.json.schema_components([MESSAGES[name]], ref_template="#/$defs/{name}")
    root = reference["$ref"].removeprefix("#/$defs/")
    body = components.pop(root)
    schema: dict[str, Any] = tidied(
        {
            "$schema": _DIALECT,
            "$id": f"{_BASE}{name}.schema.json",
            **body,
            **({"$defs": components} if components else {}),
        }
    )
    return schema


def dead_letter_headers_schema() -> dict[str, Any]:
    """The JSON Schema of a dead letter's headers; its key and value are the original bytes."""
    schema = _headers(_DEAD_LETTER_HEADERS, required=True)
    schema["properties"]["ww_reason"]["enum"] = list(get_args(DeadLetterReason))
    schema["properties"] |= _headers(_REPLAYED_HEADERS, required=False)["properties"]
    return {
        "$schema": _DIALECT,
        "$id": f"{_BASE}dead-letter-headers.v1.schema.json",
        "title": "DeadLetterHeaders",
        **schema,
    }


def asyncapi_document(topics: Iterable[ChannelTopic], version: str, *, local_server: str) -> dict[str, Any]:
    """The AsyncAPI 3 document: the topics, their messages, and who sends and receives them.

    Args:
        topics: In the order of the document.
        version: Of this package.
        local_server: ``host:port`` of the broker that a worker starts where no other is named.
    """
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for topic in topics:
        channel = re.sub(r"[^a-zA-Z]+", "-", topic.address.replace("{prefix}.", "")).strip("-").removesuffix("-v")
        names = {
            "".join(part.capitalize() for part in (schema or "dead-letter.v1").removesuffix(".v1").split("-")): schema
            for schema in topic.schemas or (None,)
        }
        for name, schema in names.items():
            messages.setdefault(name, _message(schema, topic.key, name))
        parameters = {
            name: {"description": text}
            for name, text in (
                ("prefix", "WIREWATCH_TOPIC_PREFIX, `news` unless set."),
                ("channel", "A channel that a rule names: `[a-z0-9-]{1,40}`."),
            )
            if f"{{{name}}}" in topic.address
        }
        channels[channel] = {
            "address": topic.address,
            "summary": topic.summary,
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            "parameters": parameters,
            "bindings": {"kafka": {"bindingVersion": "0.5.0"}},
        }
        operations[f"{topic.direction}-{channel}"] = {
            "action": topic.direction,
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": topic.summary,
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wirewatch",
            "version": version,
            "description": "Articles in any language go in; alerts with the proof of why come out.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": local_server,
                "protocol": "kafka",
                "description": "The broker of `make run`; put yours here, as in WIREWATCH_BOOTSTRAP_SERVERS.",
            }
        },
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _message(schema: str | None, key: str, name: str) -> dict[str, Any]:
    message: dict[str, Any] = {"name": name, "title": name, "contentType": "application/json"}
    if schema is None:
        message["contentType"] = "application/octet-stream"
        message["headers"] = {"$ref": "./dead-letter-headers.v1.schema.json"}
        message["summary"] = "The original key and value, byte for byte; all else is in the headers."
    else:
        message["payload"] = {"$ref": f"./{schema}.schema.json"}
        headers = {**_TRACE_HEADERS, **(_CLOUDEVENTS_HEADERS if schema == "alert.v1" else {})}
        message["headers"] = _headers(headers, required=False)
    message["bindings"] = {
        "kafka": {"key": {"type": "string", "description": f"The {key}."}, "bindingVersion": "0.5.0"}
    }
    return message


def _headers(headers: Mapping[str, str], *, required: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: {"type": "string", "description": text} for name, text in headers.items()},
    }
    if required:
        schema["required"] = list(headers)
    return schema


def tidied(schema: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Split docstrings for the schema: the first paragraph, and each attribute's text at its property."""
    if isinstance(schema, list):
        return [tidied(value) for value in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: tidied(value) for key, value in schema.items()}
    docstring = schema.get("description")
    if isinstance(docstring, str) and "properties" in schema:
        # Up to Python 3.12 a docstring keeps the indentation of its source; readers of schemas know Markdown.
        docstring = cleandoc(docstring).replace("``", "`")
        result["description"] = docstring.split("\n\n")[0]
        for name, text in _documented_attributes(docstring).items():
            result["properties"][name] = {"description": text, **result["properties"][name]}
    return result


def _documented_attributes(docstring: str) -> dict[str, str]:
    """The ``Attributes:`` section of a Google-style docstring, each text on one line."""
    _, _, section = docstring.partition("Attributes:\n")
    attributes: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        entry = re.match(r" {4}(\w+): (.*)", line)
        if entry:
            name = entry[1]
            attributes[name] = entry[2]
        elif name and line.startswith(" " * 8):
            attributes[name] += " " + line.strip()
        else:
            break
    return attributes
