"""Read back from the alerts topic what was raised, so that it is not raised again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

import msgspec

from pipeline.alerts import PastAlert, evidence_digest
from pipeline.errors import StepStoppedError
from pipeline.messages.alerts import AlertKind
from pipeline.messages.articles import Instant
from pipeline.settings import Settings
from pipeline.streaming.topic_reader import topic_reader
from pipeline.topology import ALERTS, MATCHES

log = logging.getLogger(__name__)


class AlertHistory(Protocol):
    """Gives the alerts steps, of this process and of others, what they raised before."""

    async def read(
        self, partitions: Mapping[int, int | None], since: datetime, remember: Callable[[int, PastAlert], None]
    ) -> dict[int, int]:
        """Give every alert of these partitions, in the order written, up to the last one that is there now.

        Args:
            partitions: Numbers of partitions of the alerts topic, with the offset to begin at; None begins with the
                first alert since then.
            since: Nothing before it is of interest.
            remember: Called for each alert with its partition.

        Returns:
            For each partition the offset behind the last alert given, where the next reading may begin.

        Raises:
            StepStoppedError: The alerts topic lacks one of these partitions.
            BrokerError: The topic cannot be read now, or not by this user.
        """
        ...


class _Entity(msgspec.Struct, frozen=True, gc=False):
    id: str


class _Proof(msgspec.Struct, frozen=True, gc=False):
    clause: str
    text: str
    entity: _Entity | None = None


class _Rule(msgspec.Struct, frozen=True, gc=False):
    id: str


class _Article(msgspec.Struct, frozen=True, gc=False):
    id: str
    revision: str
    revised_at: Instant | None = None


class _AlertParts(msgspec.Struct, frozen=True, gc=False):
    """What is remembered of an alert; the rest is skipped unread."""

    kind: AlertKind
    rule: _Rule
    article: _Article
    evidence: tuple[_Proof, ...]


_decoder = msgspec.json.Decoder(_AlertParts)


class KafkaAlertHistory:
    """The history as the alerts topic has it, read by a consumer outside any group."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = ALERTS.full_name(settings.topic_prefix)

    async def read(
        self, partitions: Mapping[int, int | None], since: datetime, remember: Callable[[int, PastAlert], None]
    ) -> dict[int, int]:
        """See ``AlertHistory``."""
        if not partitions:
            return {}
        started = monotonic()
        alerts = unreadable = 0
        async with topic_reader(self._settings, self._topic) as reader:
            self._check_partitions(partitions, reader.partitions)
            ends = await reader.end_offsets()
            first = await reader.offsets_at(since)
            starts = {number: _start(known, first[number], ends[number]) for number, known in partitions.items()}
            async for number, records in reader.read(starts, ends):
                for record in records:
                    past = past_alert(record.value, record.timestamp)
                    if past is None:
                        unreadable += 1
                    else:
                        alerts += 1
                        remember(number, past)
        if unreadable:
            log.warning(
                "%d messages of topic %s are no alerts and were passed over: only Wirewatch should write there",
                unreadable,
                self._topic,
            )
        log.info("read %d alerts of %d partitions in %.1f s", alerts, len(partitions), monotonic() - started)
        return {number: ends[number] for number in partitions}

    def _check_partitions(self, wanted: Mapping[int, object], existing: tuple[int, ...]) -> None:
        missing = sorted(wanted.keys() - set(existing))
        if missing:
            matches = MATCHES.full_name(self._settings.topic_prefix)
            raise StepStoppedError(
                f"topic {self._topic} has {len(existing)} partitions, but {matches} has number {missing[0]}: "
                "give both the same number of partitions"
            )


def _start(known: int | None, first: int, end: int) -> int:
    # An offset behind the end is of a topic that has been deleted and made anew.
    return first if known is None or known > end else max(known, first)


def past_alert(value: bytes | None, timestamp_ms: int) -> PastAlert | None:
    """Read what is remembered of an alert from its message; None for what is no alert, whoever wrote it."""
    if value is None:
        return None
    try:
        parts = _decoder.decode(value)
        raised_at = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (msgspec.DecodeError, RecursionError, ValueError, OverflowError, OSError):
        return None
    return PastAlert(
        rule_id=parts.rule.id,
        article_id=parts.article.id,
        revision=parts.article.revision,
        kind=parts.kind,
        evidence=evidence_digest(parts.evidence),
        revised_at=parts.article.revised_at,
        raised_at=raised_at,
    )
