"""The alerts step: a match in, its alert out once, as the topics of the alerts themselves remember."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Container, Iterable, Iterator, Sequence
from datetime import datetime

from pipeline import metrics
from pipeline.alerts import AlertDraft, AlertMemory, Decision, Destination
from pipeline.errors import ArticleError, PartitionNotLoadedError, UndecodableError
from pipeline.messages.alerts import Alert, ArticleHeader, EvaluatedArticles, Match
from pipeline.messages.articles import EnrichedArticle, Times
from pipeline.messages.canary_rule import counted_language
from pipeline.messages.codec import encode
from pipeline.messages.intake import read_match
from pipeline.messages.rules import CANARY_CHANNEL
from pipeline.settings import AlertSettings
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.loading import LoadedStep
from pipeline.streaming.observability.tracing import child_traceparent
from pipeline.streaming.records import Headers, Outcome, Output, Record, RecordPosition
from pipeline.streaming.steps.alert_history import AlertHistory, KafkaAlertHistory, TopicOffsets
from pipeline.streaming.steps.article_records import ArticleCounters, ArticleFacts
from pipeline.streaming.stores.compacted_reader import CompactedReader
from pipeline.streaming.stores.live_rules import LiveRules
from pipeline.streaming.stores.rule_records import RULES
from pipeline.topology import ALERTS, ALERTS_STEP, HELD, SHADOW, Topic, channel_topic

_TOPICS: dict[Destination, Topic] = {"alerts": ALERTS, "held": HELD, "shadow": SHADOW}

_CHANNEL_STAGE = 0
_ALERT_STAGE = 1

NO_CHANNEL = "none"
"""The label under which alerts count whose rule has no channel."""

_CHANNEL_LABELS = 100


@contextlib.asynccontextmanager
async def load(settings: AlertSettings) -> AsyncIterator[LoadedStep]:
    """Load which rules are live, and follow them while the step runs; what was raised is read with its partitions.

    Raises:
        BrokerError: The watch rules cannot be read.
    """
    live = LiveRules()
    async with CompactedReader(settings, RULES, live) as reader:
        yield LoadedStep(AlertHandler(settings, live_rules=live), reader.follow)


class AlertHandler:
    """A ``StepHandler`` whose memory is the topics that it writes: alerts raised, held back, and of rules on trial.

    An alert goes to the partition number of its match, so that whoever is given a partition of the matches finds
    what was made of it in one partition of these topics. The channel's copy is sent first: an end in between repeats
    the copy and loses nothing.

    Args:
        settings: Topic prefix, reach of the memory, number of rules with a counter.
        history: What was raised before; the topics when None.
        live_rules: The ids of the rules that are tried on articles; None: all are.
        make_channel: Makes sure that a channel's topic is there; called in the step's thread, once for each channel.
            None creates what is missing.
        clock: The time at which alerts are raised.
    """

    def __init__(
        self,
        settings: AlertSettings,
        history: AlertHistory | None = None,
        *,
        live_rules: Container[str] | None = None,
        make_channel: Callable[[str], object] | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._prefix = settings.topic_prefix
        self._topics = {where: topic.full_name(settings.topic_prefix) for where, topic in _TOPICS.items()}
        self._history = history or KafkaAlertHistory(settings)
        self._is_live: Callable[[str], bool] = live_rules.__contains__ if live_rules is not None else _every_rule
        self._memory = AlertMemory(settings.alert_memory_seconds)
        self._make_channel = make_channel or (lambda channel: asyncio.run(apply_topics(settings, channels=[channel])))
        self._channels: set[str] = set()
        self._clock = clock
        self._assigned: frozenset[int] = frozenset()
        # For each partition in memory: up to where its topics have been read. It is kept over a revocation, since most
        # rebalances give a partition back, and only what was raised meanwhile has to be read then.
        self._read_up_to: dict[int, TopicOffsets] = {}
        self._decided: dict[RecordPosition, list[Decision]] = {}
        self._counters = AlertCounters(settings.metrics_rule_limit)
        self._articles = ArticleCounters(ALERTS_STEP.name, clock)

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[ArticleFacts]]:
        """Decide on each match; see ``StepHandler``.

        Raises:
            PartitionNotLoadedError: A record is of a partition that is not, or no longer, this process's.
            BrokerError: A channel's topic cannot be created.
        """
        for record in records:
            if record.partition not in self._assigned:
                raise PartitionNotLoadedError(record.partition)
        now = self._clock()
        draft = self._memory.draft(now)
        return [self._outcome(record, draft, _rfc3339(now)) for record in records]

    def committed(self, outcomes: Sequence[Outcome[ArticleFacts]]) -> None:
        """Remember and count what is in the topics now."""
        self._articles.count(outcomes)
        published: list[Decision] = []
        for outcome in outcomes:
            decisions = self._decided.pop(outcome.record.position, [])
            if outcome.error is not None:
                continue
            for decision in decisions:
                self._memory.remember(outcome.record.partition, decision.past)
            published += decisions
        self._counters.count(published)

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Read back what was raised on these partitions, and forget all others.

        Raises:
            BrokerError: The topics cannot be read now, or not by this user; may be called again.
            StepStoppedError: One of them has fewer partitions than the matches topic.
        """
        partitions |= self._assigned
        for partition in self._read_up_to.keys() - partitions:
            del self._read_up_to[partition]
            self._memory.forget(partition)
        for partition in partitions - self._read_up_to.keys():
            self._memory.load(partition)
        read = await self._history.read(
            {partition: self._read_up_to.get(partition, {}) for partition in partitions},
            self._clock(),
            self._memory.remember,
        )
        self._read_up_to.update(read)
        self._assigned = partitions

    async def revoked(self, partitions: frozenset[int]) -> None:
        """Decide on no record of these partitions before they have been assigned again."""
        self._assigned -= partitions
        self._decided.clear()

    def _outcome(self, record: Record, draft: AlertDraft, raised_at: bytes) -> Outcome[ArticleFacts]:
        self._decided.pop(record.position, None)
        try:
            if record.value is None:
                raise UndecodableError("a match without a value")
            match = read_match(record.value)
        except ArticleError as error:
            return Outcome(record, error=error)
        facts = None
        if isinstance(match, Match):
            decision = draft.decide(record.partition, match)
            decisions = [] if decision is None else [decision]
            facts = _facts(match.article, match.times)
        elif isinstance(match, EvaluatedArticles):
            decisions = [
                decision for one in match.evaluated for decision in draft.clear(record.partition, one, self._is_live)
            ]
        else:
            decisions = draft.withdraw(record.partition, match)
            facts = _facts(match, match.times)
        if decisions:
            self._decided[record.position] = decisions
        outputs = tuple(output for decision in decisions for output in self._outputs(decision, record, raised_at))
        return Outcome(record, outputs, facts=facts)

    def _outputs(self, decision: Decision, record: Record, raised_at: bytes) -> Iterator[Output]:
        alert = decision.alert
        key = alert.rule.id.encode()
        value = encode(alert)
        headers = self._headers(alert, record, raised_at)
        channel = alert.rule.channel
        if channel is not None and decision.destination == "alerts":
            yield Output(self._channel(channel), key, value, headers, stage=_CHANNEL_STAGE)
        if channel != CANARY_CHANNEL:
            yield Output(self._topics[decision.destination], key, value, headers, record.partition, _ALERT_STAGE)

    def _channel(self, channel: str) -> str:
        """The topic of a channel, which is there: waiting for one that is not would hold up all other alerts."""
        if channel not in self._channels:
            self._make_channel(channel)
            self._channels.add(channel)
        return channel_topic(channel).full_name(self._prefix)

    def _headers(self, alert: Alert, record: Record, raised_at: bytes) -> Headers:
        """The trace, and CloudEvents attributes in binary mode.

        Source: CloudEvents 1.0.2, Kafka protocol binding, section 3.2.
        """
        return (
            child_traceparent(record.headers),
            ("content-type", b"application/json"),
            ("ce_specversion", b"1.0"),
            ("ce_id", alert.alert_id.encode()),
            ("ce_source", f"/wirewatch/{self._prefix}".encode()),
            ("ce_type", f"wirewatch.alert.{alert.kind}.v{ALERTS.version}".encode()),
            ("ce_subject", alert.rule.id.encode()),
            ("ce_time", raised_at),
        )


class AlertCounters:
    """The counters of the alerts step; at most ``rule_limit`` rules have their own."""

    def __init__(self, rule_limit: int) -> None:
        self._rules = metrics.BoundedLabels(rule_limit)
        self._channels = metrics.BoundedLabels(_CHANNEL_LABELS)

    def count(self, decisions: Iterable[Decision]) -> None:
        """Count what has been published; canaries and rules on trial count nowhere."""
        counted = [
            decision
            for decision in decisions
            if decision.destination != "shadow" and decision.alert.rule.channel != CANARY_CHANNEL
        ]
        raised = [decision.alert for decision in counted if decision.destination == "alerts"]
        counts = Counter((alert.rule.id, alert.kind, alert.rule.severity, alert.rule.channel) for alert in raised)
        for (rule, kind, severity, channel), count in counts.items():
            channel_label = NO_CHANNEL if channel is None else self._channels.label(channel)
            metrics.ALERTS.labels(self._rules.label(rule), kind, severity, channel_label).inc(count)
        held = Counter((alert.rule.id, alert.held_by) for alert, _ in counted if alert.held_by is not None)
        for (rule, held_by), count in held.items():
            metrics.ALERTS_HELD.labels(self._rules.label(rule), held_by).inc(count)
        metrics.PUBLISH_TO_ALERT.observe_all(
            [
                max(0.0, (alert.times.raised_at - alert.times.ingested_at).total_seconds())
                for alert in raised
                if alert.times.ingested_at is not None and alert.times.raised_at is not None
            ]
        )


def _every_rule(_rule_id: str) -> bool:
    return True


def _facts(article: ArticleHeader | EnrichedArticle, times: Times) -> ArticleFacts:
    return ArticleFacts(language=counted_language(article.source, article.language), ingested_at=times.ingested_at)


def _rfc3339(moment: datetime) -> bytes:
    return moment.isoformat().replace("+00:00", "Z").encode()
