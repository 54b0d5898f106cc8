"""Find out which outputs a topic holds already, when their producer could not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from pipeline.errors import TopicMissingError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.streaming.records import Headers, Output

# A broker's clock may be behind ours, where a topic takes the broker's time, and ours may be set back.
_MARGIN = timedelta(minutes=1)

_Content = tuple[bytes | None, bytes | None, Headers]


async def find_written(settings: KafkaSettings, sent: Mapping[int, tuple[int, Output]], since: datetime) -> set[int]:
    """Read the ends of the partitions to which outputs were sent, and see which of them are there.

    The producer must be closed, and each of its batches answered, so that nothing of it is on its way to a broker. What
    a broker has and nobody can read yet is waited for.

    Args:
        settings: Brokers and user.
        sent: Under any number, an output with the partition it was sent to.
        since: When the first of them was sent.

    Returns:
        The numbers of those that are there: key, value and headers are the same. None of a topic that is gone.

    Raises:
        BrokerError: A topic cannot be read now, or not by this user, or was replaced meanwhile.
    """
    by_topic: defaultdict[str, dict[int, tuple[int, Output]]] = defaultdict(dict)
    for number, (partition, output) in sent.items():
        by_topic[output.topic][number] = partition, output
    written: set[int] = set()
    for topic, wanted in by_topic.items():
        found = await _read_since(settings, topic, {partition for partition, _ in wanted.values()}, since)
        for number, (partition, output) in wanted.items():
            content = (output.key, output.value, output.headers)
            # Of outputs that are all the same, as many are there as were found.
            if found[partition, content]:
                found[partition, content] -= 1
                written.add(number)
    return written


async def _read_since(
    settings: KafkaSettings, topic: str, partitions: set[int], since: datetime
) -> Counter[tuple[int, _Content]]:
    found: Counter[tuple[int, _Content]] = Counter()
    try:
        async with topic_reader(settings, topic) as reader:
            ends = await reader.settled_ends(partitions & set(reader.partitions))
            starts = await reader.offsets_at(since - _MARGIN)
            async for partition, records in reader.read({number: starts[number] for number in ends}, ends):
                found.update((partition, (record.key, record.value, tuple(record.headers))) for record in records)
    except TopicMissingError:
        return Counter()
    return found
