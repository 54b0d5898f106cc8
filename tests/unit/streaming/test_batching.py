from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from pipeline.streaming.faust.batching import take_batches


@dataclass
class Source:
    """A queue, and what the batches made of its events."""

    is_ours: Callable[[int], bool] = lambda _: True
    most: int = 10
    queue: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    begun: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    now: float = 0.0
    bytes_each: int = 100

    def put(self, *numbers: int) -> None:
        for number in numbers:
            self.queue.put_nowait(number)

    def batches(self) -> AsyncGenerator[list[int], None]:
        taken = take_batches(
            self.queue,
            most=self.most,
            within_seconds=0.02,
            size=lambda _: self.bytes_each,
            begin=self.begun.append,
            is_ours=self.is_ours,
            let_go=self.gone.append,
            clock=lambda: self.now,
        )
        return cast("AsyncGenerator[list[int], None]", taken)

    def take(self, *, last: int) -> list[list[int]]:
        """The batches up to the one that holds ``last``."""

        async def run() -> list[list[int]]:
            found: list[list[int]] = []
            async with asyncio.timeout(10):
                async for batch in self.batches():
                    found.append(batch)
                    if last in batch:
                        break
            return found

        return asyncio.run(run())


def test_all_events_come_in_order_and_no_batch_is_too_large() -> None:
    source = Source(most=10)
    source.put(*range(95))
    taken = source.take(last=94)
    assert [number for batch in taken for number in batch] == list(range(95)) == source.begun
    assert max(map(len, taken)) == 10


@pytest.mark.parametrize(
    ("bytes_each", "seconds", "sizes"),
    [
        (100, 0.001, [5, 500]), (100, 0.01, [5, 250]), (100, 0.05, [5, 50]), (100, 60.0, [5, 20]),
        (50_000, 0.02, [2, 50]), (50_000, 0.1, [2, 10]), (50_000, 60.0, [2, 2]),
    ],
)  # fmt: skip
async def test_a_batch_also_of_long_articles_is_as_large_as_half_a_second_allows(
    bytes_each: int, seconds: float, sizes: list[int]
) -> None:
    source = Source(most=500, bytes_each=bytes_each)
    source.put(*range(1_000))
    batches = source.batches()
    first = await anext(batches)
    source.now += seconds
    assert [len(first), len(await anext(batches))] == sizes


def test_a_lone_event_does_not_wait_for_others() -> None:
    source = Source()
    source.put(1)
    assert source.take(last=1) == [[1]]


async def test_what_keeps_coming_is_taken_together() -> None:
    source = Source(most=5)
    source.put(0)
    first = asyncio.ensure_future(anext(source.batches()))
    for number in range(1, 5):
        await asyncio.sleep(0)
        source.put(number)
    async with asyncio.timeout(10):
        assert await first == [0, 1, 2, 3, 4]


async def test_while_a_batch_is_carried_the_rest_stays_in_the_queue() -> None:
    source = Source(most=5)
    source.put(*range(20))
    batches = source.batches()
    assert await anext(batches) == [0, 1, 2, 3, 4]
    for _ in range(100):
        await asyncio.sleep(0)
    assert source.begun == [0, 1, 2, 3, 4]
    assert source.queue.qsize() == 15


def test_events_of_a_partition_that_was_taken_away_are_let_go() -> None:
    source = Source(is_ours=lambda number: number % 2 == 0, most=4)
    source.put(*range(21))
    taken = source.take(last=20)
    assert [number for batch in taken for number in batch] == list(range(0, 21, 2))
    assert source.gone == list(range(1, 20, 2))


def test_a_batch_of_which_nothing_is_left_is_not_given() -> None:
    source = Source(is_ours=lambda number: number == 20, most=4)
    source.put(*range(21))
    assert source.take(last=20) == [[20]]


class Ending(asyncio.Queue[int]):
    """Like Faust's queue: after a stop, the next read raises before it returns remaining events."""

    stopped_after = 3

    async def get(self) -> int:
        return self.get_nowait()

    def get_nowait(self) -> int:
        if not self.stopped_after:
            raise StopAsyncIteration
        self.stopped_after -= 1
        return super().get_nowait()


async def test_what_has_begun_is_given_before_the_end() -> None:
    source = Source(queue=Ending())
    source.put(*range(5))
    assert [batch async for batch in source.batches()] == [[0, 1, 2]]
    assert source.begun == [0, 1, 2]
