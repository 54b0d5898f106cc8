"""The JSON Schema of a rule file, with which editors complete and check it."""

from __future__ import annotations

import msgspec

from pipeline.messages.rules import LATEST_READING, WatchRule
from pipeline.messages.schemas import tidied

SCHEMA_ID = "https://schemas.wirewatch.example/rule-file.v1.schema.json"


def rule_file_schema() -> dict[str, object]:
    """The schema of the YAML that ``read_rules`` reads, as JSON Schema 2020-12."""
    _, components = msgspec.json.schema_components([WatchRule], ref_template="#/$defs/{name}")
    # Messages may gain fields; in a file an unknown one is a slip.
    components["Suppress"]["additionalProperties"] = False
    # A stored rule without one was written before there were two.
    components["WatchRule"]["properties"]["reading"]["default"] = LATEST_READING
    schema: dict[str, object] = tidied(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": SCHEMA_ID,
            "title": "Wirewatch rule file",
            "type": "object",
            "properties": {
                "rules": {
                    "description": "The watch rules; each has an id of its own.",
                    "type": "array",
                    "items": {"$ref": "#/$defs/WatchRule"},
                }
            },
            "required": ["rules"],
            "additionalProperties": False,
            "$defs": components,
        }
    )
    return schema
