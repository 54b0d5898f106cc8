from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pytest
from prometheus_client import REGISTRY

from pipeline.errors import (
    AccessDeniedError,
    ArticleError,
    BrokerUnreachableError,
    DeadLetterReason,
    PartitionNotLoadedError,
    StepStoppedError,
    TooLargeError,
    TopicRefusedError,
    UnavailableError,
)
from pipeline.settings import load_settings
from pipeline.streaming.records import Caution, Outcome, Output, Record, RecordPosition
from pipeline.streaming.steps.hop import FAILURE_WINDOW_ARTICLES
from tests.unit.streaming.hop_scene import DEAD_LETTERS, SINK, STEP, FakeHandler, FakePublisher, Scene, header, record


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_inputs_are_acked_only_after_every_output_is_acknowledged_and_remembered(scene: Scene) -> None:
    scene.handler.stages = 2
    scene.run([record(0), record(1)], [record(2)])
    assert scene.log == [
        "begin [0, 1]", "processed 2", "end", "published 2", "published 2", "committed 2", "acked 0", "acked 1",
        "begin [2]", "processed 1", "end", "published 1", "published 1", "committed 1", "acked 2",
    ]  # fmt: skip
    assert scene.publisher.values(SINK) == [b"x/0", b"x/0", b"x/1", b"x/1", b"x/0", b"x/1"]


def test_a_bad_record_becomes_a_dead_letter_with_its_original_bytes(scene: Scene) -> None:
    scene.run([record(0), record(7, b"bad"), record(8)])
    [letter] = scene.dead_letters()
    assert (letter.key, letter.value) == (b"key-7", b"bad")
    assert dict(letter.headers) == {
        "ww_reason": b"schema",
        "ww_step": b"language",
        "ww_topic": b"news.articles.raw.v1",
        "ww_partition": b"0",
        "ww_offset": b"7",
        "ww_error": b"bad",
        "ww_time": b"2024-06-18T09:30:00+00:00",
    }
    assert scene.publisher.values(SINK) == [b"x/0", b"x/0"]
    assert scene.acked == [0, 7, 8]


def test_a_passing_failure_is_counted_and_retried_with_growing_pauses(scene: Scene) -> None:
    def figures() -> list[float]:
        return [counted("wirewatch_errors_total", during="processing"), counted("wirewatch_retries_total")]

    before = figures()
    failures = iter([True, True, False])
    scene.handler.fails_on = lambda _: next(failures)
    scene.run([record(0), record(1)])
    assert scene.handler.batches == [[0, 1]] * 3
    assert scene.pauses == [0.5, 1.0]
    assert [new - old for old, new in zip(before, figures(), strict=True)] == [2.0, 2.0]
    assert scene.acked == [0, 1]
    assert scene.dead_values() == []


class EndpointUnavailableError(UnavailableError):
    """A made-up HTTP endpoint answers with 503."""


@pytest.mark.parametrize(
    "away", [BrokerUnreachableError("localhost:9092"), EndpointUnavailableError("https://sink.example: 503")]
)
def test_what_is_unavailable_is_waited_for_and_no_articles_fault(scene: Scene, away: UnavailableError) -> None:
    is_away = iter([True] * 10 + [False] * 10)

    def fails(_records: Sequence[Record]) -> bool:
        if next(is_away):
            raise away
        return False

    scene.handler.fails_on = fails
    scene.run([record(0), record(1)])
    assert scene.handler.batches == [[0, 1]] * 11, "it was tried more often than an article that fails is"
    assert len(scene.pauses) == 10
    assert scene.pauses[:3] == [0.5, 1.0, 2.0]
    assert scene.acked == [0, 1]
    assert scene.dead_values() == []


def test_a_topic_that_the_broker_refuses_is_the_fault_of_the_article_that_needs_it(scene: Scene) -> None:
    def fails(records: Sequence[Record]) -> bool:
        if any(each.value == b"refused" for each in records):
            raise TopicRefusedError("news.alerts.security.v1", "create", "replication factor 3 is larger than 1")
        return False

    scene.handler.fails_on = fails
    scene.run([record(0), record(1, b"refused"), record(2)])
    assert scene.dead_values() == [b"refused"]
    assert scene.acked == [0, 1, 2]


def test_a_batch_that_keeps_failing_is_bisected_to_the_article_at_fault(scene: Scene) -> None:
    scene.handler.fails_on = lambda records: any(each.value == b"poison" for each in records)
    scene.run([record(offset, b"poison" if offset == 5 else b"%d" % offset) for offset in range(8)])
    assert scene.handler.batches[:3] == [list(range(8))] * 3
    assert scene.dead_values() == [b"poison"]
    assert scene.publisher.values(SINK) == [b"%d/0" % offset for offset in range(8) if offset != 5]
    assert scene.acked == list(range(8))
    [letter] = scene.dead_letters()
    assert header(letter, "ww_reason") == b"failed"
    assert b"ValueError" in header(letter, "ww_error")


def test_each_part_of_a_bisected_batch_is_committed_before_the_next_is_processed(scene: Scene) -> None:
    scene.handler.fails_on = lambda records: len(records) > 1
    scene.run([record(0), record(1)])
    assert [line for line in scene.log if line.startswith(("processed", "committed"))] == [
        "processed 1", "committed 1", "processed 1", "committed 1",
    ]  # fmt: skip


def test_an_output_that_the_broker_refuses_makes_its_input_a_dead_letter_and_no_later_stage(scene: Scene) -> None:
    scene.handler.stages = 2
    scene.publisher.too_large = lambda output: output.value == b"huge/0"
    scene.run([record(0), record(1, b"huge"), record(2)])
    assert scene.dead_values() == [b"huge"]
    assert scene.publisher.values(SINK) == [b"x/0", b"x/0", b"x/1", b"x/1"]
    errors = [outcome.error for outcome in scene.handler.done]
    assert [type(error) for error in errors] == [type(None), TooLargeError, type(None)]
    assert scene.acked == [0, 1, 2]


def test_a_dead_letter_that_is_refused_stops_the_step_and_nothing_is_acked(scene: Scene) -> None:
    scene.publisher.too_large = lambda output: output.topic == DEAD_LETTERS
    error = scene.run_until_stopped([record(0, b"bad")], [record(1)])
    assert isinstance(error, StepStoppedError)
    assert "dead-letters topic refuses" in str(error)
    assert scene.acked == []


def test_a_topic_without_permission_stops_the_step_and_nothing_is_acked(scene: Scene) -> None:
    scene.publisher.denied = True
    error = scene.run_until_stopped([record(0)])
    assert isinstance(error, AccessDeniedError)
    assert SINK in str(error)
    assert scene.acked == []
    assert scene.handler.done == []


def test_a_step_stops_rather_than_drain_its_topic_into_dead_letters() -> None:
    scene = Scene(settings=load_settings(retry_attempts=1, failure_limit=0.1))
    scene.handler.fails_on = lambda _: True
    error = scene.run_until_stopped([record(offset) for offset in range(FAILURE_WINDOW_ARTICLES)])
    assert isinstance(error, StepStoppedError)
    assert re.search(
        r"step language stopped: 21 of its last 21 articles failed.*ValueError.*dead-letters list", str(error)
    )
    assert len(scene.dead_values()) == 20
    assert scene.acked == []


def test_rare_failures_never_stop_a_step() -> None:
    scene = Scene(settings=load_settings(retry_attempts=1, failure_limit=0.1))
    scene.handler.fails_on = lambda records: any(each.offset % 20 == 0 for each in records)
    scene.run(*[[record(offset)] for offset in range(3 * FAILURE_WINDOW_ARTICLES)])
    assert scene.stopped == []
    assert len(scene.dead_values()) == 30


def test_records_under_caution_are_processed_alone_and_condemned_ones_never(scene: Scene) -> None:
    scene.caution = Caution(
        alone=frozenset({RecordPosition(0, 2), RecordPosition(0, 3)}),
        condemned=frozenset({RecordPosition(0, 4), RecordPosition(1, 0)}),
    )
    scene.run([record(offset) for offset in range(6)])
    assert scene.handler.batches == [[0, 1], [2], [3], [5]]
    assert [line for line in scene.log if line.startswith("begin")] == [f"begin {n}" for n in ([0, 1], [2], [3], [5])]
    [letter] = scene.dead_letters()
    assert header(letter, "ww_reason") == b"crash"
    assert header(letter, "ww_offset") == b"4"
    assert scene.acked == list(range(6))


async def test_a_new_caution_counts_from_the_next_batch_on(scene: Scene) -> None:
    hop = scene.hop()
    await scene.carry([record(0), record(1)], hop=hop)
    hop.heed(Caution(condemned=frozenset({RecordPosition(0, 2)})))
    await scene.carry([record(2), record(3)], hop=hop)
    assert scene.handler.batches == [[0, 1], [3]]


def test_a_handler_that_forgets_a_record_loses_none(scene: Scene) -> None:
    class Forgetful(FakeHandler):
        def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
            return super().process(records)[:-1] if len(records) > 1 else super().process(records)

    scene.handler = Forgetful(scene.log)
    scene.run([record(0), record(1)])
    assert len(scene.publisher.values(SINK)) == 2
    assert scene.acked == [0, 1]


def test_whatever_fails_outside_of_the_step_is_tried_again_and_never_escapes(scene: Scene) -> None:
    class Broken(FakePublisher):
        failures = 2

        async def publish(self, outputs: Sequence[Output]) -> Mapping[int, ArticleError]:
            if self.failures:
                self.failures -= 1
                raise RuntimeError("a bug")
            return await super().publish(outputs)

    scene.publisher = Broken(scene.log)
    scene.run([record(0)])
    assert scene.acked == [0]
    assert scene.publisher.values(SINK) == [b"x/0"]


def test_records_of_a_partition_that_was_taken_away_are_left_to_its_new_owner(scene: Scene) -> None:
    class Partial(FakeHandler):
        def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
            for each in records:
                if each.partition in (1, 2):
                    raise PartitionNotLoadedError(each.partition)
            return super().process(records)

    scene.handler = Partial(scene.log)
    scene.run([record(0), record(1, partition=1), record(2), record(3, partition=2)], [record(4)])
    assert scene.acked == [0, 2, 4]
    assert scene.let_go == [1, 3]
    assert scene.publisher.values(SINK) == [b"x/0"] * 3
    assert scene.dead_values() == []
    assert scene.pauses == []


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"step": STEP.name, **labels}) or 0.0


def test_partitions_and_how_long_a_rebalance_takes_are_counted() -> None:
    async def rebalance() -> None:
        hop = Scene().hop()
        await hop.assigned(frozenset({1, 2}))
        assert counted("wirewatch_assigned_partitions") == 2
        assert counted("wirewatch_rebalance_duration_seconds_count") == before[1], "it had served none before"
        await hop.revoked(frozenset({1, 2}))
        assert counted("wirewatch_assigned_partitions") == 0
        await hop.assigned(frozenset({1}))

    before = counted("wirewatch_rebalances_total"), counted("wirewatch_rebalance_duration_seconds_count")
    asyncio.run(rebalance())
    assert counted("wirewatch_assigned_partitions") == 1
    assert counted("wirewatch_rebalances_total") == before[0] + 2
    assert counted("wirewatch_rebalance_duration_seconds_count") == before[1] + 1


def test_what_may_go_wrong_is_counted_from_nought() -> None:
    Scene().hop()
    for reason in get_args(DeadLetterReason):
        labels = {"step": STEP.name, "reason": reason}
        assert REGISTRY.get_sample_value("wirewatch_dead_letters_total", labels) is not None


def test_taking_over_partitions_is_repeated_until_it_succeeds(scene: Scene) -> None:
    scene.handler.failing_assignments = 2
    asyncio.run(scene.hop().assigned(frozenset({1, 2})))
    assert scene.log == ["assigned [1, 2]"]
    assert scene.pauses == [0.5, 1.0]


async def test_taking_over_partitions_ends_when_they_are_taken_away(scene: Scene) -> None:
    started = asyncio.Event()

    class Slow(FakeHandler):
        async def assigned(self, partitions: frozenset[int]) -> None:
            self.log.append(f"assigning {sorted(partitions)}")
            started.set()
            await asyncio.Event().wait()

    scene.handler = Slow(scene.log)
    hop = scene.hop()
    assigning = asyncio.create_task(hop.assigned(frozenset({1})))
    async with asyncio.timeout(10):
        await started.wait()
        await hop.revoked(frozenset({1}))
        await assigning
    assert scene.log == ["assigning [1]", "revoked [1]"]


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_every_record_ends_somewhere_whatever_mixture_comes(batch: int) -> None:
    scene = Scene(settings=load_settings(retry_attempts=1))
    scene.handler.fails_on = lambda records: any(each.value == b"poison" for each in records)
    scene.publisher.too_large = lambda output: output.value == b"huge/0"
    values = [b"good", b"bad", b"poison", b"huge", b"good", b"good", b"bad", b"huge", b"good", b"poison", b"good"]
    records = [record(offset, value) for offset, value in enumerate(values)]
    scene.run(*[records[start : start + batch] for start in range(0, len(records), batch)])
    assert scene.acked == list(range(len(values)))
    assert len(scene.publisher.values(SINK)) == 5
    assert sorted(value or b"" for value in scene.dead_values()) == sorted(
        value for value in values if value != b"good"
    )
