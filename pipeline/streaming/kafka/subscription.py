"""Follow alerts, of all rules or of a channel, from now or from some time ago."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.errors import ArticleError
from pipeline.messages.alerts import Alert
from pipeline.messages.codec import decode
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.topic_reader import TopicReader, topic_reader
from pipeline.streaming.observability.log_context import place_of
from pipeline.topology import ALERTS, channel_topic

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReceivedAlert:
    """One alert as it was read.

    Attributes:
        payload: The JSON as published, including fields that this version does not know.
    """

    alert: Alert
    payload: bytes
    partition: int
    offset: int


@contextlib.asynccontextmanager
async def subscribed(
    settings: KafkaSettings,
    *,
    channel: str | None = None,
    since: timedelta | None = None,
    rule_ids: Collection[str] = frozenset(),
) -> AsyncIterator[AsyncIterator[ReceivedAlert]]:
    """Subscribe to alerts, outside any consumer group.

    The first offset is fixed on entering: every alert raised after that is given. Alerts of one rule keep their order.

    Args:
        settings: Brokers and topic prefix.
        channel: Only the alerts copied to this channel; None for all.
        since: Begin with the alerts raised this long ago; None begins now.
        rule_ids: Only the alerts of these rules; empty for all.

    Yields:
        The alerts, without end; cancel the task, or leave the context, to stop. A message that is no alert is logged
        and skipped.

    Raises:
        TopicMissingError: There is no such topic.
        BrokerError: On entering: no broker answers, or it refuses this user the topic. Later it is waited for.
    """
    topic = (channel_topic(channel) if channel is not None else ALERTS).full_name(settings.topic_prefix)
    async with topic_reader(settings, topic) as reader:
        starts = await (reader.end_offsets() if since is None else reader.offsets_at(datetime.now(UTC) - since))
        async with contextlib.aclosing(_alerts(reader, starts, frozenset(rule_ids))) as alerts:
            yield alerts


async def _alerts(
    reader: TopicReader, starts: Mapping[int, int], rule_ids: frozenset[str]
) -> AsyncGenerator[ReceivedAlert, None]:
    async for chunks in reader.follow(starts):
        for chunk in chunks:
            for record in chunk.records:
                try:
                    alert = decode(record.value or b"", Alert)
                except ArticleError as error:
                    log.warning(
                        "message %d of partition %d of %s is no alert: %s",
                        record.offset, chunk.partition, reader.topic, place_of(error),
                    )  # fmt: skip
                    continue
                if not rule_ids or alert.rule.id in rule_ids:
                    yield ReceivedAlert(alert, record.value, chunk.partition, record.offset)
