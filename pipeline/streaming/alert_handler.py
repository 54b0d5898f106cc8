"""The alerts step: a match in, its alert out once, as the alerts topic itself remembers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pipeline import metrics
from pipeline.alerts import AlertDraft, AlertMemory, RaisedAlert
from pipeline.errors import ArticleError, PartitionNotLoadedError, UndecodableError
from pipeline.messages.alerts import Alert, Match
from pipeline.messages.codec import decode, encode
from pipeline.messages.rules import CANARY_CHANNEL
from pipeline.settings import Settings
from pipeline.streaming.alert_history import AlertHistory, KafkaAlertHistory
from pipeline.streaming.bounded_labels import BoundedLabels
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.records import Headers, Outcome, Output, Position, Record
from pipeline.streaming.topics import apply_topics
from pipeline.streaming.tracing import child_traceparent
from pipeline.topology import ALERTS, channel_topic

NO_CHANNEL = "none"
"""The label under which alerts count whose rule has no channel."""

_CHANNEL_LABELS = 100
_CHANNEL_STAGE = 0
_ALERT_STAGE = 1


class AlertHandler:
    """A ``StepHandler`` whose memory is the alerts topic.

    An alert goes to the partition number of its match, so that whoever is given a partition of the matches finds
    what was raised from it in one partition of the alerts. The channel's copy is sent first: an end in between
    repeats the copy and loses nothing.

    Args:
        settings: Topic prefix, reach of the memory, number of rules with a counter.
        history: What was raised before; the alerts topic when None.
        make_channel: Makes sure that a channel's topic is there; called in the step's thread, once for each channel.
            None creates what is missing.
        clock: The time at which alerts are raised.
    """

    def __init__(
        self,
        settings: Settings,
        history: AlertHistory | None = None,
        *,
        make_channel: Callable[[str], object] | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._prefix = settings.topic_prefix
        self._topic = ALERTS.full_name(settings.topic_prefix)
        self._history = history or KafkaAlertHistory(settings)
        self._reach = timedelta(seconds=settings.alert_memory_seconds)
        self._memory = AlertMemory(settings.alert_memory_seconds)
        self._make_channel = make_channel or (lambda channel: asyncio.run(apply_topics(settings, channels=[channel])))
        self._channels: set[str] = set()
        self._clock = clock
        self._assigned: frozenset[int] = frozenset()
        # For each partition in memory: up to where its alerts have been read. It is kept over a revocation, since most
        # rebalances give a partition back, and only what was raised meanwhile has to be read then.
        self._read_up_to: dict[int, int] = {}
        # With the channel of each.
        self._raised: dict[Position, tuple[RaisedAlert, str | None]] = {}
        self._rule_labels = BoundedLabels(settings.metrics_rule_limit)
        self._channel_labels = BoundedLabels(_CHANNEL_LABELS)

    def process(self, records: Sequence[Record]) -> Sequence[Outcome]:
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
        return [self._outcome(record, draft, now) for record in records]

    def committed(self, outcomes: Sequence[Outcome]) -> None:
        """Remember and count what is in the alerts topic now."""
        counted: list[tuple[Alert, str | None]] = []
        for outcome in outcomes:
            decision = self._raised.pop(outcome.record.position, None)
            if decision is None or outcome.error is not None:
                continue
            raised, channel = decision
            self._memory.remember(outcome.record.partition, raised.past)
            # How canaries fare is told by the canary itself.
            if channel != CANARY_CHANNEL:
                counted.append((raised.alert, channel))
        self._count(counted)

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Read back what was raised on these partitions, and forget all others.

        Raises:
            BrokerError: The alerts topic cannot be read now, or not by this user; may be called again.
            StepStoppedError: The alerts topic has fewer partitions than the matches topic.
        """
        partitions |= self._assigned
        for partition in self._read_up_to.keys() - partitions:
            del self._read_up_to[partition]
            self._memory.forget(partition)
        for partition in partitions - self._read_up_to.keys():
            self._memory.load(partition)
        read = await self._history.read(
            {partition: self._read_up_to.get(partition) for partition in partitions},
            self._clock() - self._reach,
            self._memory.remember,
        )
        self._read_up_to.update(read)
        self._assigned = partitions

    async def revoked(self, partitions: frozenset[int]) -> None:
        """Decide on no record of these partitions before they have been assigned again."""
        self._assigned -= partitions
        self._raised.clear()

    def _outcome(self, record: Record, draft: AlertDraft, now: datetime) -> Outcome:
        self._raised.pop(record.position, None)
        try:
            if record.value is None:
                raise UndecodableError("a match without a value")
            match = decode(record.value, Match)
        except ArticleError as error:
            return Outcome(record, error=error)
        language = match.article.language.tag
        raised = draft.decide(record.partition, match)
        ingested_at = match.times.ingested_at
        if raised is None:
            return Outcome(record, language=language, ingested_at=ingested_at)
        channel = match.rule.channel
        self._raised[record.position] = raised, channel
        key = match.rule.id.encode()
        value = encode(raised.alert)
        headers = self._headers(raised.alert, record, now)
        outputs = []
        if channel is not None:
            outputs.append(Output(self._channel(channel), key, value, headers, stage=_CHANNEL_STAGE))
        if channel != CANARY_CHANNEL:
            outputs.append(Output(self._topic, key, value, headers, record.partition, _ALERT_STAGE))
        return Outcome(record, tuple(outputs), language=language, ingested_at=ingested_at)

    def _channel(self, channel: str) -> str:
        """The topic of a channel, which is there: waiting for one that is not would hold up all other alerts."""
        if channel not in self._channels:
            self._make_channel(channel)
            self._channels.add(channel)
        return channel_topic(channel).full_name(self._prefix)

    def _headers(self, alert: Alert, record: Record, now: datetime) -> Headers:
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
            ("ce_time", now.isoformat().replace("+00:00", "Z").encode()),
        )

    def _count(self, alerts: Sequence[tuple[Alert, str | None]]) -> None:
        counts = Counter((alert.rule.id, alert.kind, alert.rule.severity, channel) for alert, channel in alerts)
        for (rule, kind, severity, channel), count in counts.items():
            channel_label = NO_CHANNEL if channel is None else self._channel_labels.label(channel)
            metrics.ALERTS.labels(self._rule_labels.label(rule), kind, severity, channel_label).inc(count)
        for alert, _ in alerts:
            if alert.times.ingested_at is not None and alert.times.raised_at is not None:
                latency = (alert.times.raised_at - alert.times.ingested_at).total_seconds()
                metrics.PUBLISH_TO_ALERT.observe(max(0.0, latency))
