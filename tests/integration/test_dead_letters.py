"""Dead letters on a real Kafka: found, shown and replayed with their original bytes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from pipeline.errors import ArticleError, BrokerError, SchemaError, StepFailedError, TopicMissingError, UsageError
from pipeline.settings import Settings
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.kafka.topic_admin import topic_admin
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.records import Output, Record, RecordPosition
from pipeline.streaming.steps.dead_letter_queue import (
    DeadLetter,
    dead_letter,
    find_dead_letter,
    list_dead_letters,
    replay_dead_letters,
)
from pipeline.topology import DEAD_LETTERS, ENTITIES_STEP, LANGUAGE_STEP, RAW, RULES_STEP
from tests.integration.topics_on_kafka import read_all

MORNING = datetime(2024, 3, 1, 8, tzinfo=UTC)


def letter(
    settings: Settings,
    number: int,
    *,
    step: str = LANGUAGE_STEP.name,
    error: ArticleError | None = None,
    value: bytes | None = b"",
) -> Output:
    original = value or b"value-%d" % number
    topic = RAW.full_name(settings.topic_prefix)
    source = Record(topic, number % 12, number, MORNING, b"key-%d" % number, original)
    now = MORNING + timedelta(seconds=number)
    return dead_letter(source, error or SchemaError(f"no {number}"), step=step, prefix=settings.topic_prefix, now=now)


async def prepare(settings: Settings, letters: list[Output]) -> None:
    await apply_topics(settings)
    async with publishing(settings, "test", DEAD_LETTERS.full_name(settings.topic_prefix)) as publisher:
        assert not await publisher.publish(letters)


def numbers(letters: list[DeadLetter]) -> list[int]:
    return [each.source.offset for each in letters if each.source is not None]


async def test_the_newest_are_listed_across_partitions_oldest_first(settings: Settings) -> None:
    await prepare(settings, [letter(settings, number) for number in range(700)])
    assert numbers(await list_dead_letters(settings, latest=30)) == list(range(670, 700))
    assert numbers(await list_dead_letters(settings, latest=1000)) == list(range(700))
    assert await list_dead_letters(settings, latest=0) == []
    since = MORNING + timedelta(seconds=695)
    assert numbers(await list_dead_letters(settings, since=since)) == list(range(695, 700))


async def test_they_are_listed_by_reason_and_step_however_far_back(settings: Settings) -> None:
    rare = [
        letter(settings, 0, step=ENTITIES_STEP.name, error=StepFailedError("broken")),
        letter(settings, 1, step=RULES_STEP.name),
    ]
    await prepare(settings, rare)
    await prepare(settings, [letter(settings, number) for number in range(2, 4000)])
    [failed] = await list_dead_letters(settings, reason="failed")
    assert (failed.step, failed.error, failed.key, failed.value) == ("entities", "broken", b"key-0", b"value-0")
    assert failed.time == MORNING
    assert failed.topic == RAW.full_name(settings.topic_prefix)
    assert numbers(await list_dead_letters(settings, step="rules")) == [1]
    assert await list_dead_letters(settings, step="rules", reason="failed") == []
    assert await find_dead_letter(settings, failed.position) == failed


async def test_one_that_is_not_there_is_told_with_what_is(settings: Settings) -> None:
    await apply_topics(settings)
    with pytest.raises(UsageError, match=r"3:7: not there; partition 3 .* holds nothing"):
        await find_dead_letter(settings, RecordPosition(3, 7))
    with pytest.raises(UsageError, match="no such partition"):
        await find_dead_letter(settings, RecordPosition(99, 0))


def test_a_missing_topic_says_how_to_create_it(settings: Settings) -> None:
    with pytest.raises(BrokerError, match="topics apply"):
        asyncio.run(list_dead_letters(settings))


async def test_a_replay_publishes_the_original_bytes_and_keeps_the_dead_letters(settings: Settings) -> None:
    await prepare(settings, [letter(settings, 1, value=b"\xff\x00"), letter(settings, 2), letter(settings, 3)])
    chosen = [each for each in await list_dead_letters(settings) if each.source and each.source.offset != 2]
    replayed = [each async for each in replay_dead_letters(settings, chosen)]
    assert [each.letter for each in replayed] == chosen
    records = {RecordPosition(record.partition, record.offset): record for record in await read_all(settings, RAW)}
    assert set(records) == {each.position for each in replayed}
    found = [(records[each.position].key, records[each.position].value) for each in replayed]
    assert found == [(b"key-1", b"\xff\x00"), (b"key-3", b"value-3")]
    kept = [(record.key, record.value) for record in await read_all(settings, DEAD_LETTERS) if record.value is not None]
    assert sorted(kept) == [(b"key-1", b"\xff\x00"), (b"key-2", b"value-2"), (b"key-3", b"value-3")]


async def test_what_was_sent_again_is_left_out_from_then_on(settings: Settings) -> None:
    await prepare(settings, [letter(settings, number) for number in range(500)])
    assert numbers(await list_dead_letters(settings, latest=3)) == [497, 498, 499]

    async def replay(latest: int) -> int:
        letters = await list_dead_letters(settings, latest=latest)
        return len([each async for each in replay_dead_letters(settings, letters)])

    assert await replay(450) == 450
    assert numbers(await list_dead_letters(settings, latest=3)) == [47, 48, 49]
    # As when a replayed one dies again.
    await prepare(settings, [letter(settings, 500)])
    assert await replay(1_000) == 51
    assert await replay(1_000) == 0
    assert await list_dead_letters(settings) == []
    everything = await list_dead_letters(settings, latest=1_000, with_replayed=True)
    assert numbers(everything) == list(range(501))
    assert all(each.is_replayed for each in everything)
    assert len(await read_all(settings, RAW)) == 501


async def test_a_mark_is_no_dead_letter(settings: Settings) -> None:
    await prepare(settings, [letter(settings, 1)])
    [only] = await list_dead_letters(settings)
    assert len([each async for each in replay_dead_letters(settings, [only])]) == 1
    [mark] = [record for record in await read_all(settings, DEAD_LETTERS) if record.value is None]
    place = RecordPosition(mark.partition, mark.offset)
    assert (mark.key, place.partition, dict(mark.headers)["ww_reason"]) == (
        only.key,
        only.position.partition,
        b"schema",
    )
    with pytest.raises(UsageError, match=rf"only says that {only.position.partition}:0 was sent again"):
        await find_dead_letter(settings, place)


async def test_nothing_is_replayed_where_a_source_topic_is_missing(settings: Settings) -> None:
    await prepare(settings, [letter(settings, 1)])
    letters = await list_dead_letters(settings)
    async with topic_admin(settings) as admin:
        await admin.delete([RAW.full_name(settings.topic_prefix)])
    with pytest.raises(TopicMissingError, match="topics apply"):
        async for _ in replay_dead_letters(settings, letters):
            pass


async def test_headers_that_another_client_wrote_hide_no_other_dead_letter(settings: Settings) -> None:
    foreign = [
        Output(DEAD_LETTERS.full_name(settings.topic_prefix), b"k", b"v", headers)
        for headers in ((("ww_step", cast("bytes", None)),), (("ww_time", b"2024-03-01T08:00:00"),))
    ]
    await prepare(settings, [*foreign, letter(settings, 1)])
    letters = await list_dead_letters(settings)
    assert sorted(each.step for each in letters) == ["", "", "language"]
    assert all(each.time.tzinfo is not None for each in letters)


async def test_a_message_without_key_and_value_is_kept_and_replayed(settings: Settings) -> None:
    source = Record(RAW.full_name(settings.topic_prefix), 0, 0, MORNING, None, None)
    nothing = dead_letter(
        source, SchemaError("nothing"), step=LANGUAGE_STEP.name, prefix=settings.topic_prefix, now=MORNING
    )
    await prepare(settings, [nothing])
    letters = await list_dead_letters(settings)
    assert [(each.key, each.value) for each in letters] == [(None, None)]
    assert len([each async for each in replay_dead_letters(settings, letters)]) == 1
    assert [(record.key, record.value) for record in await read_all(settings, RAW)] == [(None, None)]


async def test_what_did_not_come_from_a_source_topic_is_not_replayed_and_nothing_else_is(settings: Settings) -> None:
    foreign = Output(DEAD_LETTERS.full_name(settings.topic_prefix), b"k", b"v", (("ww_topic", b"elsewhere"),))
    await prepare(settings, [letter(settings, 1), foreign])
    letters = await list_dead_letters(settings)
    assert len(letters) == 2
    with pytest.raises(UsageError, match="elsewhere is not a source topic"):
        async for _ in replay_dead_letters(settings, letters):
            pass
    assert await read_all(settings, RAW) == []
