"""A watch rule as the rules topic holds it: the document is the value; its set and how long it is mute are headers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import ArticleError
from pipeline.messages.codec import decode
from pipeline.messages.identity import rule_version
from pipeline.messages.rules import WatchRule
from pipeline.streaming.records import Headers

SET_HEADER = "ww_set"
MUTE_HEADER = "ww_mute_until"
NO_KEY = "(no key)"


@dataclass(frozen=True, slots=True)
class StoredRule:
    """One rule of the topic.

    Attributes:
        id: The record's key.
        document: The value as it was written; None for a tombstone.
        rule: The document, or None when it cannot be read or is a tombstone.
        problem: Why it cannot be read; empty otherwise.
        rule_set: Which set it was applied with; empty when another client wrote it.
        muted_until: It raises no alert before; None when it is not mute.
    """

    id: str
    document: bytes | None
    rule: WatchRule | None
    problem: str = ""
    rule_set: str = ""
    muted_until: datetime | None = None

    @property
    def version(self) -> str:
        """The rule's version, or empty when it cannot be read."""
        return rule_version(self.rule) if self.rule is not None else ""

    def is_muted(self, now: datetime) -> bool:
        """Whether it is mute at that time."""
        return self.muted_until is not None and self.muted_until > now


def read_rule_record(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> StoredRule:
    """Read a record of the rules topic; one that breaks the schema is returned with its problem, never raised."""
    rule_id = key.decode(errors="replace") if key is not None else NO_KEY
    if value is None:
        return StoredRule(rule_id, None, None)
    found = dict(headers)
    # Kafka has headers without a value, too.
    rule_set = (found.get(SET_HEADER) or b"").decode(errors="replace")
    try:
        rule = decode(value, WatchRule)
        muted_until = _read_time(found[MUTE_HEADER] or b"") if MUTE_HEADER in found else None
    except (ArticleError, ValueError) as error:
        return StoredRule(rule_id, value, None, str(error), rule_set)
    if rule.id != rule_id:
        return StoredRule(rule_id, value, None, f"its document is of rule {rule.id}", rule_set, muted_until)
    return StoredRule(rule_id, value, rule, "", rule_set, muted_until)


def rule_headers(rule_set: str, muted_until: datetime | None) -> Headers:
    """The headers of a rule's record."""
    headers: list[tuple[str, bytes]] = []
    if rule_set:
        headers.append((SET_HEADER, rule_set.encode()))
    if muted_until is not None:
        headers.append((MUTE_HEADER, muted_until.isoformat().encode()))
    return tuple(headers)


def _read_time(text: bytes) -> datetime:
    moment = datetime.fromisoformat(text.decode())
    if moment.tzinfo is None:
        raise ValueError(f"header {MUTE_HEADER}: {text.decode()!r} has no offset from UTC")
    return moment
