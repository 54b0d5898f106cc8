"""Dead letters: what no step could use, kept as it came, to be looked at and replayed.

The value and the key are the original bytes; all else is headers ``ww_*``. A source topic's limit of size is half of
this topic's or less, so that a dead letter always fits. One that was sent again is marked by a later record of its own
partition, which repeats its headers without its value and names its offset in ``ww_replayed``: it goes with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka import errors as kafka_errors
from aiokafka.partitioner import DefaultPartitioner

from pipeline.errors import ArticleError, TooLargeError, UsageError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.client import client_options, connected, kafka_errors_translated
from pipeline.streaming.kafka.topic_admin import partitions_of
from pipeline.streaming.kafka.topic_reader import TopicReader, topic_reader
from pipeline.streaming.records import Headers, Output, Record, RecordPosition
from pipeline.topology import DEAD_LETTERS, STEPS

_MAX_ERROR_CODE_POINTS = 2_000
_FIRST_WINDOW = 200
_LARGEST_WINDOW = 3_200
_REPLAYED = "ww_replayed"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter.

    Attributes:
        position: Where it lies in the dead-letters topic.
        time: When it was set aside.
        key: The original key.
        value: The original value.
        reason: One of ``DeadLetterReason``; empty when its header is missing, as are the next three.
        step: The step that set it aside.
        topic: Full name of the topic that it came from.
        error: What was wrong with it.
        source: Its place in that topic, or None.
        headers: All of its headers.
        is_replayed: It has been sent again; told where dead letters are listed.
    """

    position: RecordPosition
    time: datetime
    key: bytes | None
    value: bytes | None
    reason: str
    step: str
    topic: str
    error: str
    source: RecordPosition | None
    headers: Headers = ()
    is_replayed: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    """A dead letter that is on its way again: where its bytes have been published."""

    letter: DeadLetter
    topic: str
    position: RecordPosition


def dead_letter(record: Record, error: ArticleError, *, step: str, prefix: str, now: datetime) -> Output:
    """The message that sets a record aside; it says in at most 2,000 code points what was wrong."""
    return Output(
        topic=DEAD_LETTERS.full_name(prefix),
        key=record.key,
        value=record.value,
        headers=(
            ("ww_reason", error.reason.encode()),
            ("ww_step", step.encode()),
            ("ww_topic", record.topic.encode()),
            ("ww_partition", str(record.partition).encode()),
            ("ww_offset", str(record.offset).encode()),
            ("ww_error", str(error)[:_MAX_ERROR_CODE_POINTS].encode("utf-8", "replace")),
            ("ww_time", now.astimezone(UTC).isoformat().encode()),
        ),
    )


async def list_dead_letters(
    settings: KafkaSettings,
    *,
    latest: int = 20,
    reason: str | None = None,
    step: str | None = None,
    since: datetime | None = None,
    with_replayed: bool = False,
) -> list[DeadLetter]:
    """The newest dead letters, oldest first: at most ``latest``, only of that reason, of that step, since that time.

    Those that have been sent again are left out unless asked for.

    Raises:
        BrokerError: No broker answers, it refuses the user, or the topic is missing.
    """

    def wanted(letter: DeadLetter) -> bool:
        return (
            (reason is None or letter.reason == reason)
            and (step is None or letter.step == step)
            and (since is None or letter.time >= since)
            and (with_replayed or not letter.is_replayed)
        )

    if latest <= 0:
        return []
    found: list[DeadLetter] = []
    async with topic_reader(settings, DEAD_LETTERS.full_name(settings.topic_prefix)) as reader:
        ends = await reader.end_offsets()
        begins = await reader.start_offsets() if since is None else await reader.offsets_at(since)
        for partition in reader.partitions:
            found += await _newest(reader, partition, begins[partition], ends[partition], latest=latest, wanted=wanted)
    return sorted(found, key=lambda letter: (letter.time, letter.position))[-latest:]


async def find_dead_letter(settings: KafkaSettings, position: RecordPosition) -> DeadLetter:
    """One dead letter by its partition and offset.

    Raises:
        UsageError: There is none at that place.
        BrokerError: No broker answers, it refuses the user, or the topic is missing.
    """
    topic = DEAD_LETTERS.full_name(settings.topic_prefix)
    asked = f"dead letter {position.partition}:{position.offset}"
    async with topic_reader(settings, topic) as reader:
        if position.partition not in reader.partitions:
            raise UsageError(f"{asked}: {topic} has no such partition")
        begin = (await reader.start_offsets())[position.partition]
        end = (await reader.end_offsets())[position.partition]
        if begin <= position.offset < end:
            async for record in _read(reader, position.partition, position.offset, position.offset + 1):
                replayed = _replayed_offset(record)
                if replayed is not None:
                    raise UsageError(
                        f"{asked}: only says that {position.partition}:{replayed} was sent again: name that"
                    )
                return _letter(record)
    held = f"offsets {begin} to {end - 1}" if begin < end else "nothing"
    raise UsageError(f"{asked}: not there; partition {position.partition} of {topic} holds {held}")


async def replay_dead_letters(settings: KafkaSettings, letters: Iterable[DeadLetter]) -> AsyncIterator[Replayed]:
    """Publish the bytes and keys again, in that order, each to the topic that it came from, and mark them.

    Yields:
        Each, once the broker has acknowledged it and its mark; the dead letters themselves stay where they are. An end
        between the two leaves at most one sent and not marked.

    Raises:
        UsageError: A dead letter does not say that it came from a source topic of the pipeline; nothing of the
            selection has been published then.
        TopicMissingError: A source topic does not exist; nothing of the selection has been published then.
        TooLargeError: The broker refuses a message for its size.
        BrokerError: No broker answers, or it refuses the user; those given so far are published.
    """
    selection = list(letters)
    dead_letters = DEAD_LETTERS.full_name(settings.topic_prefix)
    sources = {each.source.full_name(settings.topic_prefix) for each in STEPS.values()}
    for letter in selection:
        if letter.topic not in sources:
            raise UsageError(
                f"dead letter {letter.position.partition}:{letter.position.offset} cannot be replayed: "
                f"its ww_topic {letter.topic or '(none)'} is not a source topic of prefix {settings.topic_prefix}"
            )
    partitions = {topic: await partitions_of(settings, topic) for topic in {letter.topic for letter in selection}}
    producer = AIOKafkaProducer(**client_options(settings), acks="all", enable_idempotence=True)
    with kafka_errors_translated(settings, f"topic {', '.join(sorted({*partitions, dead_letters}))}", "write to"):
        async with connected(producer, settings):
            for letter in selection:
                replayed = await _replay(producer, letter, partitions[letter.topic])
                marked = (*letter.headers, (_REPLAYED, str(letter.position.offset).encode()))
                await _send(producer, Output(dead_letters, letter.key, None, marked), letter.position.partition)
                yield replayed


async def _send(producer: AIOKafkaProducer, message: Output, partition: int) -> RecordPosition:
    # The client's own send refuses a message with neither key nor value; such a one may be a dead letter.
    batch = producer.create_batch()
    batch.append(timestamp=None, key=message.key, value=message.value, headers=list(message.headers))
    batch.close()
    written = await (await producer.send_batch(batch, message.topic, partition=partition))
    return RecordPosition(partition, written.offset)


async def _replay(producer: AIOKafkaProducer, letter: DeadLetter, partitions: tuple[int, ...]) -> Replayed:
    partition = DefaultPartitioner()(letter.key, partitions, partitions)
    try:
        position = await _send(producer, Output(letter.topic, letter.key, letter.value), partition)
    except (kafka_errors.MessageSizeTooLargeError, kafka_errors.RecordListTooLargeError) as error:
        raise TooLargeError(
            f"dead letter {letter.position.partition}:{letter.position.offset}: {letter.topic} refuses its "
            f"{len(letter.value or b''):,} bytes: raise the topic's max.message.bytes"
        ) from error
    return Replayed(letter, letter.topic, position)


async def _newest(
    reader: TopicReader,
    partition: int,
    begin: int,
    end: int,
    *,
    latest: int,
    wanted: Callable[[DeadLetter], bool],
) -> list[DeadLetter]:
    """The newest wanted letters of one partition: ever larger windows back from its end, each read once."""
    found: list[DeadLetter] = []
    # A mark stands behind its letter, so reading backwards meets it first.
    replayed: set[int] = set()
    window = max(latest, _FIRST_WINDOW)
    while begin < end and len(found) < latest:
        start = max(begin, end - window)
        here: list[DeadLetter] = []
        async for record in _read(reader, partition, start, end):
            offset = _replayed_offset(record)
            if offset is not None:
                replayed.add(offset)
            elif wanted(letter := _letter(record)):
                here.append(letter)
        told = (replace(letter, is_replayed=letter.position.offset in replayed) for letter in here)
        found = [*filter(wanted, told), *found][-latest:]
        end = start
        window = min(4 * window, max(latest, _LARGEST_WINDOW))
    return found


async def _read(
    reader: TopicReader, partition: int, start: int, end: int
) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    async for chunk in reader.read({partition: start}, {partition: end}):
        for record in chunk.records:
            yield record


def _replayed_offset(record: ConsumerRecord[bytes, bytes]) -> int | None:
    """The offset of the dead letter that a record marks as sent again; None where it is no mark."""
    offset = dict(record.headers).get(_REPLAYED) or b""
    return int(offset) if offset.isdigit() else None


def _letter(record: ConsumerRecord[bytes, bytes]) -> DeadLetter:
    # Kafka has headers without a value, too.
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
    try:
        source = RecordPosition(int(headers["ww_partition"]), int(headers["ww_offset"]))
    except (KeyError, ValueError):
        source = None
    try:
        time = datetime.fromisoformat(headers["ww_time"])
    except (KeyError, ValueError):
        time = None
    if time is None or time.tzinfo is None:
        time = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return DeadLetter(
        position=RecordPosition(record.partition, record.offset),
        time=time,
        key=record.key,
        value=record.value,
        reason=headers.get("ww_reason", ""),
        step=headers.get("ww_step", ""),
        topic=headers.get("ww_topic", ""),
        error=headers.get("ww_error", ""),
        source=source,
        headers=tuple((name, value or b"") for name, value in record.headers),
    )
