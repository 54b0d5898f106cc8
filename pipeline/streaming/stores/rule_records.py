"""A watch rule as the rules topic holds it: the document is the value; its set and the end of its mute are headers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.messages.rules import WatchRule
from pipeline.streaming.records import Headers
from pipeline.streaming.stores.compacted_records import (
    DocumentKind,
    RecordHeaders,
    StoredDocument,
    decode_document,
    document_id,
    encode_document,
)
from pipeline.topology import WATCH_RULES

SET_HEADER = "ww_set"
MUTE_HEADER = "ww_mute_until"


@dataclass(frozen=True, slots=True)
class StoredRule(StoredDocument[WatchRule]):
    """One rule of the topic.

    Attributes:
        rule_set: The set that it was applied with; empty when another client wrote it.
        muted_until: The rule raises no alert before this time; None when it is not mute.
    """

    rule_set: str = ""
    muted_until: datetime | None = None

    @property
    def rule(self) -> WatchRule | None:
        """The document, or None when it cannot be used or is a tombstone."""
        return self.document

    def is_muted(self, now: datetime) -> bool:
        """Whether the rule is mute at that time."""
        return self.muted_until is not None and self.muted_until > now


def read_rule_record(key: bytes | None, value: bytes | None, headers: RecordHeaders) -> StoredRule:
    """Read a record of the rules topic; one that breaks the schema is returned with its problem, never raised."""
    rule_id = document_id(key)
    if value is None:
        return StoredRule(rule_id, None, None)
    rule, problem = decode_document(value, rule_id, WatchRule, "rule")
    found = dict(headers)
    rule_set = (found.get(SET_HEADER) or b"").decode(errors="replace")
    try:
        muted_until = _read_time(found[MUTE_HEADER] or b"") if MUTE_HEADER in found else None
    except ValueError as error:
        return StoredRule(rule_id, value, None, problem or str(error), rule_set)
    return StoredRule(rule_id, value, rule, problem, rule_set, muted_until)


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


RULES: DocumentKind[WatchRule, StoredRule] = DocumentKind(
    WATCH_RULES, "rule", "watch rules", read_rule_record, encode_document
)
"""The watch rules as a kind of document."""
