"""One hop on a real Kafka: everything arrives or is a dead letter, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from pipeline.brokers import KafkaBroker, KafkaJars
from pipeline.errors import StepStoppedError, WirewatchError
from pipeline.language import LanguageIdentifier
from pipeline.messages.articles import IdentifiedArticle
from pipeline.messages.codec import decode
from pipeline.settings import Settings
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.steps.language_step import LanguageHandler
from pipeline.topology import DEAD_LETTERS
from tests.integration.hop_on_kafka import STEP, PassOn, committed, running
from tests.integration.topics_on_kafka import Raw, await_count, read_all, send
from tests.waiting import until

# Where a record can end.
ENDS = (STEP.sink, DEAD_LETTERS)
# When Faust is stopped within a bound, it leaves its connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    asyncio.run(apply_topics(settings))
    return settings


@pytest.fixture
def own_kafka(kafka_program: tuple[Path, KafkaJars]) -> Iterator[KafkaBroker]:
    with KafkaBroker(*kafka_program) as broker:
        yield broker


async def test_articles_go_on_and_bad_input_becomes_dead_letters_with_its_original_bytes(settings: Settings) -> None:
    good: list[Raw] = [(b"k%d" % n, b'{"id": "a-%d", "title": "Die NATO ber\xc3\xa4t"}' % n) for n in range(50)]
    bad: list[Raw] = [
        (b"json", b'{"title": '),
        (b"utf-8", b"\xff\xfe\x00"),
        (b"empty", b'{"title": "", "body": " "}'),
        (b"date", b'{"title": "x", "published_at": "yesterday"}'),
        (b"large", b'{"body": "' + b"x" * 200_001 + b'"}'),
        (b"withdrawn", b'{"status": "withdrawn"}'),
        (b"tombstone", None),
        (None, b"no key"),
    ]
    await send(settings, STEP.source, [*good[:25], *bad, *good[25:]])
    handler = LanguageHandler(LanguageIdentifier(), sink=STEP.sink.full_name(settings.topic_prefix))
    async with running(settings, handler):
        await await_count(settings, len(good) + len(bad), *ENDS)
    articles = await read_all(settings, STEP.sink)
    assert {record.key for record in articles} == {b"a-%d" % n for n in range(50)}
    assert {decode(record.value or b"", IdentifiedArticle).title for record in articles} == {"Die NATO berät"}
    assert {name for record in articles for name, _ in record.headers} == {"traceparent"}
    letters = await read_all(settings, DEAD_LETTERS)
    assert Counter((letter.key, letter.value) for letter in letters) == Counter(bad)
    reasons = {letter.key: dict(letter.headers)["ww_reason"] for letter in letters}
    assert reasons == {
        b"json": b"undecodable",
        b"utf-8": b"undecodable",
        b"empty": b"empty",
        b"date": b"schema",
        b"large": b"too-large",
        b"withdrawn": b"schema",
        b"tombstone": b"undecodable",
        None: b"undecodable",
    }
    assert await committed(settings) == len(good) + len(bad)


async def test_an_output_over_the_topics_limit_is_a_dead_letter_and_its_neighbours_arrive_once(
    settings: Settings,
) -> None:
    # One key: all in one partition and one batch, so that the refused one is among others.
    messages: list[Raw] = [(b"same", b"swell" if n in {7, 8, 30} else b"%d" % n) for n in range(60)]
    await send(settings, STEP.source, messages)
    async with running(settings, PassOn.of(settings)):
        await await_count(settings, 60, *ENDS)
    arrived = Counter(record.value for record in await read_all(settings, STEP.sink))
    assert arrived == Counter(value for _, value in messages if value != b"swell")
    letters = await read_all(settings, DEAD_LETTERS)
    assert [letter.value for letter in letters] == [b"swell"] * 3
    assert {dict(letter.headers)["ww_reason"] for letter in letters} == {b"too-large"}
    assert await committed(settings) == 60


async def test_an_article_that_keeps_failing_is_set_aside_and_the_rest_arrives(settings: Settings) -> None:
    settings = settings.model_copy(update={"retry_attempts": 2})
    messages: list[Raw] = [(b"k%d" % n, b"poison" if n == 33 else b"%d" % n) for n in range(100)]
    await send(settings, STEP.source, messages)
    async with running(settings, PassOn.of(settings)):
        await await_count(settings, 100, *ENDS)
    assert len(await read_all(settings, STEP.sink)) == 99
    [letter] = await read_all(settings, DEAD_LETTERS)
    assert (letter.key, letter.value) == (b"k33", b"poison")
    assert dict(letter.headers)["ww_reason"] == b"failed"


async def test_a_step_that_stops_on_purpose_acks_nothing_of_its_batch(settings: Settings) -> None:
    # The fifth failure is one too many, and still in the small first batch of a step.
    settings = settings.model_copy(update={"retry_attempts": 1, "failure_limit": 0.02})
    stopped: list[WirewatchError] = []
    await send(settings, STEP.source, [(b"same", b"poison")] * 40)
    async with running(settings, PassOn.of(settings), stopped=stopped):
        await until(lambda: stopped)
    assert await committed(settings) == 0
    assert isinstance(stopped[0], StepStoppedError)


@pytest.mark.parametrize("kill", [False, True], ids=["restarted", "killed"])
async def test_a_broker_that_goes_away_and_comes_back_costs_nothing(
    own_kafka: KafkaBroker, settings: Settings, kill: bool
) -> None:
    settings = settings.model_copy(update={"bootstrap_servers": own_kafka.bootstrap_servers})
    await apply_topics(settings)
    count = 3_000
    messages: list[Raw] = [(b"k%d" % n, b"%d" % n) for n in range(count)]
    handler = PassOn.of(settings)
    async with running(settings, handler):
        await send(settings, STEP.source, messages[:1000])
        await await_count(settings, 300, *ENDS)
        if kill:
            own_kafka.kill()
            own_kafka.start()
        else:
            await asyncio.to_thread(own_kafka.restart)
        await send(settings, STEP.source, messages[1000:])
        await await_count(settings, count, *ENDS, within_seconds=90)
    arrived = Counter(record.value for record in await read_all(settings, STEP.sink))
    assert set(arrived) == {value for _, value in messages}
    assert await read_all(settings, DEAD_LETTERS) == []


async def test_what_was_acked_just_before_a_rebalance_is_not_done_again(settings: Settings) -> None:
    count = 1_000
    first, second = (PassOn.of(settings) for _ in range(2))
    # No commit by the clock comes between the last ack and the rebalance.
    async with running(settings, first, commit_seconds=3600):
        await send(settings, STEP.source, [(b"k%d" % n, b"%d" % n) for n in range(count)])
        await await_count(settings, count, *ENDS)
        async with running(settings, second):
            await until(lambda: second.owned)
            assert await committed(settings) == count
    assert len(await read_all(settings, STEP.sink)) == count


async def test_partitions_that_move_lose_nothing_and_no_record_comes_before_its_partition_is_taken_over(
    settings: Settings,
) -> None:
    count = 4_000
    first, second = (PassOn.of(settings) for _ in range(2))
    await send(settings, STEP.source, [(b"k%d" % n, b"%d" % n) for n in range(count)])
    async with running(settings, first):
        await await_count(settings, 500, *ENDS)
        async with running(settings, second):
            await until(lambda: second.owned)
            await send(settings, STEP.source, [(b"k%d" % n, b"%d" % (n + count)) for n in range(count)])
            await await_count(settings, 2 * count, *ENDS)
            assert second.seen > 0
    arrived = Counter(record.value for record in await read_all(settings, STEP.sink))
    assert set(arrived) == {b"%d" % n for n in range(2 * count)}
    # Both went in good order, so that not even a rebalance repeats a record.
    assert max(arrived.values()) == 1
    assert await committed(settings) == 2 * count
    assert first.strangers == second.strangers == []
    assert first.events[:3] == ["assigned 12", "revoked 12", "assigned 6"]
    assert second.events[0] == "assigned 6"


async def test_what_has_been_fetched_and_dropped_is_fetched_again_where_nothing_is_committed_yet(
    settings: Settings,
) -> None:
    handler = PassOn.of(settings)
    # More than a batch: the first is being processed, the rest is in the queue.
    count = 1_000

    async def all_are_there() -> bool:
        return len({record.value for record in await read_all(settings, STEP.sink)}) == count

    async with running(settings, handler) as app:
        await until(lambda: handler.owned)
        handler.gate.clear()
        await send(settings, STEP.source, [(b"k%d" % n, b"%d" % n) for n in range(count)])
        consumer = app().consumer
        await until(lambda: bool(consumer.unacked) and any(topic.queue.qsize() for topic in app().topics))
        # As after a rebalance: what was read is dropped and not acked.
        consumer.stop_flow()
        app().flow_control.suspend()
        app().flow_control.clear()
        await consumer.perform_seek()
        app().flow_control.resume()
        consumer.resume_flow()
        handler.gate.set()
        await await_count(settings, count, *ENDS)
        await until(all_are_there)
    assert await committed(settings) == count


async def test_a_process_that_cannot_join_its_group_ends_and_the_next_one_works(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    handler = PassOn.of(settings)
    # Another client in the step's group that would spread partitions otherwise: the broker refuses who joins now.
    async with AIOKafkaConsumer(
        STEP.source.full_name(settings.topic_prefix),
        group_id=STEP.consumer_group(settings.topic_prefix),
        partition_assignment_strategy=[RangePartitionAssignor],
        enable_auto_commit=False,
        **client_options(settings),
    ) as stranger:
        await until(stranger.assignment)
        async with running(settings, handler) as app:
            refused = app()
            await until(lambda: app() is not refused)
            await stranger.stop()
            await send(settings, STEP.source, [(b"k%d" % n, b"%d" % n) for n in range(20)])
            await await_count(settings, 20, *ENDS)
    assert "has lost its place in the group: " in caplog.text
    assert "InconsistentGroupProtocolError" in caplog.text
