"""Raise an alert once: what was raised before, when a newer revision is news, and the alert itself."""

from __future__ import annotations

from pipeline.alerts.evidence import evidence_digest
from pipeline.alerts.memory import AlertDraft, AlertMemory, PastAlert, RaisedAlert

__all__ = ["AlertDraft", "AlertMemory", "PastAlert", "RaisedAlert", "evidence_digest"]
