"""Count alerts by rule, kind, severity and channel, and how long after its article each was raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline import metrics
from pipeline.alerts import Decision
from pipeline.messages.rules import CANARY_CHANNEL
from pipeline.streaming.observability.bounded_labels import BoundedLabels

NO_CHANNEL = "none"
"""The label under which alerts count whose rule has no channel."""

_CHANNEL_LABELS = 100


class AlertCounters:
    """The counters of one alerts step.

    Args:
        rule_limit: How many rules have counters of their own.
    """

    def __init__(self, rule_limit: int) -> None:
        self._rules = BoundedLabels(rule_limit)
        self._channels = BoundedLabels(_CHANNEL_LABELS)

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
