"""The committed schemas fit the types, and every committed v1 example stays readable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from pipeline.cli.generated.schemas import channel_topics, rendered_files
from pipeline.messages.alerts import Alert, Match
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.codec import decode, encode
from pipeline.messages.schemas import MESSAGES

SCHEMAS = Path(__file__).parents[2] / "schemas"
EXAMPLES = sorted((SCHEMAS / "examples").glob("*.json"))


def message_name(example: Path) -> str:
    """``alert.v1.full.json`` is an example of ``alert.v1``."""
    return ".".join(example.name.split(".")[:2])


def test_committed_files_are_what_the_types_generate() -> None:
    committed = {
        path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.iterdir() if path.name in rendered_files()
    }
    assert committed == rendered_files(), "schemas/ has drifted from the message types: run make schemas"


def test_every_message_has_at_least_two_examples() -> None:
    counted = {name: sum(message_name(path) == name for path in EXAMPLES) for name in MESSAGES}
    assert all(count >= 2 for count in counted.values()), counted


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_example_is_valid_against_its_schema(example: Path) -> None:
    schema = json.loads((SCHEMAS / f"{message_name(example)}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(
        json.loads(example.read_text(encoding="utf-8"))
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_todays_reader_reads_the_example_and_loses_nothing(example: Path) -> None:
    payload = example.read_bytes()
    kind: type[msgspec.Struct] = MESSAGES[message_name(example)]
    message = decode(payload, kind)
    assert decode(encode(message), kind) == message
    assert _lost(json.loads(payload), json.loads(encode(message))) == []


@pytest.mark.parametrize(
    "example", [path for path in EXAMPLES if not path.name.startswith("watch-rule")], ids=lambda path: path.name
)
def test_reader_ignores_fields_that_a_later_v1_adds(example: Path) -> None:
    document = json.loads(example.read_bytes())
    kind: type[msgspec.Struct] = MESSAGES[message_name(example)]
    assert decode(json.dumps(document | {"added_later": {"x": 1}}).encode(), kind) == decode(example.read_bytes(), kind)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_offsets_of_examples_slice_their_text(example: Path) -> None:
    kind = MESSAGES[message_name(example)]
    message = decode(example.read_bytes(), kind)
    if isinstance(message, EnrichedArticle):
        for mention in message.mentions:
            assert getattr(message, mention.field)[mention.start : mention.end] == mention.text
    if isinstance(message, Match | Alert):
        for evidence in message.evidence:
            if evidence.field == "title":
                assert message.article.title[evidence.start : evidence.end] == evidence.text
        for highlight in message.snippet.highlights:
            assert message.snippet.text[highlight.start : highlight.end].strip()


def test_what_a_consumer_filters_by_is_written_whatever_it_is() -> None:
    older = (SCHEMAS / "examples" / "alert.v1.updated.json").read_bytes()
    assert b"severity" not in older
    alert = decode(older, Alert)
    assert alert.rule.severity == "medium"
    written = json.loads(encode(alert))
    assert (written["kind"], written["rule"]["severity"], written["article"]["language"]["tag"]) == (
        "updated",
        "medium",
        "de",
    )


def test_the_mentions_of_an_article_are_written_also_where_there_are_none() -> None:
    language = {"tag": "en", "confidence": 1.0}
    older = json.dumps({"id": "a", "title": "x", "language": language, "revision": "r"}).encode()
    assert json.loads(encode(decode(older, EnrichedArticle)))["mentions"] == []


def test_a_schema_says_of_each_field_what_its_type_says() -> None:
    schema = json.loads((SCHEMAS / "alert.v1.schema.json").read_text(encoding="utf-8"))
    assert schema["properties"]["alert_id"]["description"].startswith("Hash of rule id, article id, revision and kind")
    assert schema["$defs"]["Language"]["properties"]["tag"]["description"].startswith("BCP 47, such as `de`")


def test_asyncapi_names_every_topic_and_only_schemas_that_exist() -> None:
    document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))
    assert document["asyncapi"] == "3.0.0"
    assert [(server["protocol"], server["host"]) for server in document["servers"].values()] == [
        ("kafka", "127.0.0.1:9092")
    ]
    assert {channel["address"] for channel in document["channels"].values()} == {
        topic.address for topic in channel_topics()
    }
    for message in document["components"]["messages"].values():
        for part in ("payload", "headers"):
            reference = message.get(part, {}).get("$ref")
            assert reference is None or (SCHEMAS / reference).is_file(), reference
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]


def test_a_loss_is_found_however_deep_it_lies() -> None:
    assert _lost({"a": [{"b": 1, "c": ""}]}, {"a": [{}]}) == ["$.a[0].b"]
    assert _lost({"a": [1, 2], "confidence": 0.0}, {"a": [1]}) == ["$.a[1]"]


def _lost(given: Any, written: Any, path: str = "$") -> list[str]:
    """What ``given`` holds and ``written`` lacks, except default values of fields."""
    if isinstance(given, dict):
        pairs = [(f"{path}.{key}", value, written.get(key)) for key, value in given.items()]
    elif isinstance(given, list):
        pairs = [
            (f"{path}[{number}]", value, written[number] if number < len(written) else None)
            for number, value in enumerate(given)
        ]
    else:
        return []
    defaults: tuple[Any, ...] = ("", None, [], {}, 0, "published", "medium", "live", ["en"])
    return [
        place
        for where, value, kept in pairs
        if value not in defaults
        for place in ([where] if kept is None else _lost(value, kept, where))
    ]
