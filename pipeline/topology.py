"""READ FIRST: the route of an article and all that runs, as data.

articles.raw ─► language ─► articles.identified ─► entities ─► articles.enriched
             ─► rules ─► matches ─► alerts ─► alerts (+ alerts.<channel>; alerts.held, alerts.shadow)
watch-rules (compacted) ─► every rules step           any step ─► dead-letters
canary ─► articles.raw                                alerts.canary ─► canary
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from pipeline.messages.alerts import Alert, Match
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, RawArticle
from pipeline.messages.rules import CANARY_CHANNEL, WatchRule

PARTITIONS = 12

_DAY_SECONDS = 86_400
_MIB = 1024 * 1024

MessageKey = Literal["article id", "rule id", "original key"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic, without its prefix.

    Attributes:
        name: Such as ``articles.raw``.
        message: The type of its values; None for dead letters, whose values are the original bytes.
        key: What its messages are keyed by.
        summary: What it is for, for people; in the AsyncAPI document.
        clients_send: Whether clients write to it; else they read it.
        partitions: How many it is created with.
        retention_seconds: How long messages are kept; None for a compacted topic, which keeps the last of each key.
        max_message_bytes: ``max.message.bytes``.
        version: Of the message's schema.
    """

    name: str
    message: type[msgspec.Struct] | None
    key: MessageKey
    retention_seconds: int | None
    max_message_bytes: int
    summary: str
    clients_send: bool = False
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


RAW = Topic(
    "articles.raw",
    RawArticle,
    "article id",
    3 * _DAY_SECONDS,
    2 * _MIB,
    "Publish an article, in any language.",
    clients_send=True,
)
IDENTIFIED = Topic(
    "articles.identified",
    IdentifiedArticle,
    "article id",
    1 * _DAY_SECONDS,
    4 * _MIB,
    "Articles with their language.",
)
ENRICHED = Topic(
    "articles.enriched",
    EnrichedArticle,
    "article id",
    14 * _DAY_SECONDS,
    4 * _MIB,
    "Articles with their language and what they name.",
)
MATCHES = Topic(
    "matches",
    Match,
    "rule id",
    1 * _DAY_SECONDS,
    4 * _MIB,
    "One rule, one article: before repeats are held back. Each partition also has every withdrawn article, as it came, "
    "and which rules each article satisfied.",
)


def _alerts(name: str, summary: str) -> Topic:
    return Topic(name, Alert, "rule id", 30 * _DAY_SECONDS, 4 * _MIB, summary)


ALERTS = _alerts("alerts", "Alerts with the proof of why.")
HELD = _alerts("alerts.held", "Alerts that a rule's `suppress` or `limit` has held back.")
SHADOW = _alerts("alerts.shadow", "Alerts of rules on trial (`mode: shadow`), raised and held back.")
WATCH_RULES = Topic(
    "watch-rules",
    WatchRule,
    "rule id",
    None,
    1 * _MIB,
    "Add, change (a document) or remove (a tombstone) a watch rule.",
    clients_send=True,
    partitions=1,
)
DEAD_LETTERS = Topic(
    "dead-letters",
    None,
    "original key",
    30 * _DAY_SECONDS,
    8 * _MIB,
    "What no step could process, as it came.",
)

TOPICS = (RAW, IDENTIFIED, ENRICHED, MATCHES, ALERTS, HELD, SHADOW, WATCH_RULES, DEAD_LETTERS)


def channel_topic(channel: str) -> Topic:
    """The topic of an alert channel, a copy of the alerts of its rules."""
    return _alerts(f"alerts.{channel}", "Alerts of the rules that name this channel.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A part of Wirewatch that runs until it is told to stop.

    Attributes:
        name: In processes, consumer groups, metrics, Compose and the chart.
        purpose: What it does, for people: a verb and its object.
        reads: The topics whose messages it reads.
        writes: The topics that it may write to; the alerts step also writes the topics of channels, which rules name.
        module: Where its ``load`` is; see ``pipeline.streaming.loading``. It is imported in the service's process only.
        in_worker: Whether ``wirewatch worker`` runs it unless told which services to run.
        memory_mib: What a process of it may use, in Compose and in the chart.
    """

    name: str
    purpose: str
    reads: tuple[Topic, ...]
    writes: tuple[Topic, ...]
    module: str
    in_worker: bool = True
    memory_mib: int = 512

    def consumer_group(self, prefix: str) -> str:
        """``<prefix>.wirewatch.<name>``."""
        return f"{prefix}.wirewatch.{self.name}"

    @property
    def reads_back(self) -> tuple[Topic, ...]:
        """The topics that it writes and reads: it can tell whether a message is there already."""
        return tuple(topic for topic in self.writes if topic in self.reads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Service):
    """A service on the article's way: it makes messages of its sink of those of its source, and loses none.

    Attributes:
        source: The first of the topics that it reads: its consumer group has its place there.
        sink: The first of the topics that it writes.
    """

    @property
    def source(self) -> Topic:
        """Where its articles come from."""
        return self.reads[0]

    @property
    def sink(self) -> Topic:
        """Where they go."""
        return self.writes[0]


LANGUAGE_STEP = Step(
    name="language",
    purpose="identify the language",
    reads=(RAW,),
    writes=(IDENTIFIED, DEAD_LETTERS),
    module="pipeline.streaming.steps.language_step",
    memory_mib=1024,
)
ENTITIES_STEP = Step(
    name="entities",
    purpose="extract entities",
    reads=(IDENTIFIED,),
    writes=(ENRICHED, DEAD_LETTERS),
    module="pipeline.streaming.steps.entities_step",
    memory_mib=2048,
)
RULES_STEP = Step(
    name="rules",
    purpose="match rules",
    reads=(ENRICHED, WATCH_RULES),
    writes=(MATCHES, DEAD_LETTERS),
    module="pipeline.streaming.steps.rules_step",
    memory_mib=2048,
)
ALERTS_STEP = Step(
    name="alerts",
    purpose="raise alerts",
    reads=(MATCHES, ALERTS, HELD, SHADOW, WATCH_RULES),
    writes=(ALERTS, HELD, SHADOW, DEAD_LETTERS),
    module="pipeline.streaming.steps.alerts_step",
    memory_mib=1024,
)
CANARY = Service(
    name="canary",
    purpose="watch the pipeline from outside",
    reads=(channel_topic(CANARY_CHANNEL),),
    writes=(RAW,),
    module="pipeline.streaming.observability.canary_watch",
    in_worker=False,
)

STEPS = {step.name: step for step in (LANGUAGE_STEP, ENTITIES_STEP, RULES_STEP, ALERTS_STEP)}
"""The steps by name, in the article's order."""

SERVICES: dict[str, Service] = {**STEPS, CANARY.name: CANARY}
"""All that runs, by name."""

WORKER_SERVICES = tuple(name for name, service in SERVICES.items() if service.in_worker)
"""What a worker runs unless told otherwise."""
