"""READ FIRST: the route of an article, as data.

articles.raw ─► language ─► articles.identified ─► entities ─► articles.enriched
             ─► rules ─► matches ─► alerts ─► alerts (+ alerts.<channel>; alerts.held, alerts.shadow)
watch-rules (compacted) ─► every rules step           any step ─► dead-letters
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec

from pipeline.messages.alerts import Alert, Match
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, RawArticle
from pipeline.messages.rules import WatchRule

PARTITIONS = 12

_DAY_SECONDS = 86_400
_MIB = 1024 * 1024

Key = Literal["article id", "rule id", "original key"]


class StepName(StrEnum):
    """The four steps, in the article's order."""

    LANGUAGE = "language"
    ENTITIES = "entities"
    RULES = "rules"
    ALERTS = "alerts"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic, without its prefix.

    Attributes:
        name: Such as ``articles.raw``.
        message: The type of its values; None for dead letters, whose values are the original bytes.
        key: What its messages are keyed by.
        partitions: How many it is created with.
        retention_seconds: How long messages are kept; None for a compacted topic, which keeps the last of each key.
        max_message_bytes: ``max.message.bytes``.
        version: Of the message's schema.
    """

    name: str
    message: type[msgspec.Struct] | None
    key: Key
    retention_seconds: int | None
    max_message_bytes: int
    partitions: int = PARTITIONS
    version: int = 1

    def full_name(self, prefix: str) -> str:
        """``<prefix>.<name>.v<version>``."""
        return f"{prefix}.{self.name}.v{self.version}"

    @property
    def config(self) -> dict[str, str]:
        """The topic's configuration, in Kafka's names."""
        config = {"max.message.bytes": str(self.max_message_bytes)}
        if self.retention_seconds is None:
            config["cleanup.policy"] = "compact"
        else:
            config["cleanup.policy"] = "delete"
            config["retention.ms"] = str(self.retention_seconds * 1000)
        return config


RAW = Topic("articles.raw", RawArticle, "article id", 3 * _DAY_SECONDS, 2 * _MIB)
IDENTIFIED = Topic("articles.identified", IdentifiedArticle, "article id", 1 * _DAY_SECONDS, 4 * _MIB)
ENRICHED = Topic("articles.enriched", EnrichedArticle, "article id", 14 * _DAY_SECONDS, 4 * _MIB)
MATCHES = Topic("matches", Match, "rule id", 1 * _DAY_SECONDS, 4 * _MIB)
ALERTS = Topic("alerts", Alert, "rule id", 30 * _DAY_SECONDS, 4 * _MIB)
HELD = Topic("alerts.held", Alert, "rule id", ALERTS.retention_seconds, ALERTS.max_message_bytes)
SHADOW = Topic("alerts.shadow", Alert, "rule id", ALERTS.retention_seconds, ALERTS.max_message_bytes)
WATCH_RULES = Topic("watch-rules", WatchRule, "rule id", None, 1 * _MIB, partitions=1)
DEAD_LETTERS = Topic("dead-letters", None, "original key", 30 * _DAY_SECONDS, 8 * _MIB)

TOPICS = (RAW, IDENTIFIED, ENRICHED, MATCHES, ALERTS, HELD, SHADOW, WATCH_RULES, DEAD_LETTERS)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the route: its own Faust app and consumer group."""

    name: StepName
    source: Topic
    sink: Topic

    def consumer_group(self, prefix: str) -> str:
        """``<prefix>.wirewatch.<step>``."""
        return f"{prefix}.wirewatch.{self.name}"


STEPS = {
    step.name: step
    for step in (
        Step(StepName.LANGUAGE, RAW, IDENTIFIED),
        Step(StepName.ENTITIES, IDENTIFIED, ENRICHED),
        Step(StepName.RULES, ENRICHED, MATCHES),
        Step(StepName.ALERTS, MATCHES, ALERTS),
    )
}


def channel_topic(channel: str) -> Topic:
    """The topic of an alert channel, a copy of the alerts of its rules."""
    return Topic(f"alerts.{channel}", Alert, "rule id", ALERTS.retention_seconds, ALERTS.max_message_bytes)
