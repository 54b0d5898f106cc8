"""Read back from the topics of the alerts what was raised and held back, so that it is not raised again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol

import msgspec

from pipeline.alerts import AlertParts, PastAlert, past_alert
from pipeline.errors import StepStoppedError
from pipeline.settings import AlertSettings
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.topology import ALERTS, HELD, MATCHES, SHADOW

log = logging.getLogger(__name__)

TopicOffsets = Mapping[str, int]
"""For each topic of the alerts an offset in one partition."""

Remember = Callable[[int, PastAlert], None]
"""Told of each alert with its partition."""


class AlertHistory(Protocol):
    """Gives the alerts steps, of this process and of others, what they raised and held back before."""

    async def read(
        self, partitions: Mapping[int, TopicOffsets], now: datetime, remember: Remember
    ) -> dict[int, TopicOffsets]:
        """Give every alert written to these partitions by now; those of one topic in the order written.

        Args:
            partitions: Numbers of partitions of the topics, with the offsets to begin at; a topic that has none begins
                with what the memory reaches back to.
            now: By the clock of this process: not believed where it is ahead of the topics.
            remember: Called for each alert with its partition.

        Returns:
            For each partition the offsets behind the last alerts given, where the next reading may begin.

        Raises:
            StepStoppedError: A topic lacks one of these partitions.
            BrokerError: A topic cannot be read now, or not by this user.
        """
        ...


class KafkaAlertHistory:
    """The history as the topics have it, read by consumers outside any group."""

    def __init__(self, settings: AlertSettings) -> None:
        self._settings = settings
        self._reach = timedelta(seconds=settings.alert_memory_seconds)

    async def read(
        self, partitions: Mapping[int, TopicOffsets], now: datetime, remember: Remember
    ) -> dict[int, TopicOffsets]:
        """See ``AlertHistory``."""
        if not partitions:
            return {}
        started = monotonic()
        names = [topic.full_name(self._settings.topic_prefix) for topic in (ALERTS, HELD, SHADOW)]
        readings = [self._read(name, partitions, now, remember) for name in names]
        ends: dict[str, dict[int, int]] = {}
        for name, result in zip(names, await asyncio.gather(*readings, return_exceptions=True), strict=True):
            if isinstance(result, BaseException):
                raise result
            ends[name] = result
        log.info("read the alerts of %d partitions in %.1f s", len(partitions), monotonic() - started)
        return {number: {name: ends[name][number] for name in names} for number in partitions}

    async def _read(
        self, topic: str, partitions: Mapping[int, TopicOffsets], now: datetime, remember: Remember
    ) -> dict[int, int]:
        unreadable = 0
        async with topic_reader(self._settings, topic) as reader:
            self._check_partitions(topic, partitions, reader.partitions)
            ends = await reader.settled_ends(partitions)
            first = await reader.offsets_within(self._reach, now)
            starts = {
                number: _start(known.get(topic), first[number], ends[number]) for number, known in partitions.items()
            }
            async for number, records in reader.read(starts, ends):
                for record in records:
                    past = read_past_alert(record.value, record.timestamp)
                    if past is None:
                        unreadable += 1
                    else:
                        remember(number, past)
        if unreadable:
            log.warning(
                "skipped %d messages of topic %s that are no alerts: only Wirewatch should write there",
                unreadable,
                topic,
            )
        return {number: ends[number] for number in partitions}

    def _check_partitions(self, topic: str, wanted: Mapping[int, object], existing: tuple[int, ...]) -> None:
        missing = sorted(wanted.keys() - set(existing))
        if missing:
            matches = MATCHES.full_name(self._settings.topic_prefix)
            raise StepStoppedError(
                f"topic {topic} has {len(existing)} partitions, but {matches} has number {missing[0]}: "
                "give both the same number of partitions"
            )


def _start(known: int | None, first: int, end: int) -> int:
    # An offset behind the end is of a topic that has been deleted and made anew.
    return first if known is None or known > end else max(known, first)


_decoder = msgspec.json.Decoder(AlertParts)


def read_past_alert(value: bytes | None, timestamp_ms: int) -> PastAlert | None:
    """Read the record to remember from an alert's message; None when the message is no alert."""
    if value is None:
        return None
    try:
        return past_alert(_decoder.decode(value), written_at=datetime.fromtimestamp(timestamp_ms / 1000, UTC))
    except (msgspec.DecodeError, RecursionError, ValueError, OverflowError, OSError):
        return None
