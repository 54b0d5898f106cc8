"""Raise an alert once, hold back what a rule wants to be quiet about, take back what no longer holds.

``AlertMemory`` is what was raised; ``AlertDraft.decide``, ``clear`` and ``withdraw`` give the next alerts from it;
``Replay`` runs them over any matches, without Kafka.
"""

from __future__ import annotations

from pipeline.alerts.decisions import AlertDraft, Decision, Destination
from pipeline.alerts.memory import AlertMemory, Replay
from pipeline.alerts.past import AlertParts, PastAlert, evidence_digest, past_alert, takes_back

__all__ = [
    "AlertDraft",
    "AlertMemory",
    "AlertParts",
    "Decision",
    "Destination",
    "PastAlert",
    "Replay",
    "evidence_digest",
    "past_alert",
    "takes_back",
]
