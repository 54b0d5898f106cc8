from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from pipeline.streaming.batching import take_batches


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(count):
        await asyncio.sleep(0)
        yield number


def batches(
    events: AsyncIterator[int],
    *,
    most: int = 10,
    is_ours: Callable[[int], bool] = lambda _: True,
    let_go: Callable[[int], object] = lambda _: None,
) -> AsyncIterator[list[int]]:
    return take_batches(events, most=most, within_seconds=0.02, is_ours=is_ours, let_go=let_go)


async def collect(taken: AsyncIterator[list[int]]) -> list[list[int]]:
    async with asyncio.timeout(10):
        return [batch async for batch in taken]


def test_all_events_come_in_order_and_no_batch_is_too_large() -> None:
    taken = asyncio.run(collect(batches(numbers(95), most=10)))
    assert [number for batch in taken for number in batch] == list(range(95))
    assert max(map(len, taken)) == 10


def test_a_lone_event_does_not_wait_for_others() -> None:
    async def one_then_silence() -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    async def run() -> list[int]:
        taken = batches(one_then_silence())
        try:
            async with asyncio.timeout(10):
                return await anext(taken)
        finally:
            await close(taken)

    assert asyncio.run(run()) == [1]


def test_the_next_batch_gathers_while_one_is_carried_and_no_further() -> None:
    read: list[int] = []

    async def endless() -> AsyncIterator[int]:
        for number in range(1_000_000):
            read.append(number)
            yield number
            await asyncio.sleep(0)

    async def run() -> list[int]:
        taken = batches(endless(), most=5)
        assert await anext(taken) == [0, 1, 2, 3, 4]
        for _ in range(1000):
            await asyncio.sleep(0)
        gathered = list(read)
        await close(taken)
        return gathered

    # One batch is carried, one waits, and one event is in the hand of who reads ahead.
    assert len(asyncio.run(run())) == 11


def test_events_of_a_partition_that_was_taken_away_are_let_go() -> None:
    gone: list[int] = []
    taken = batches(numbers(20), most=4, is_ours=lambda number: number % 2 == 0, let_go=gone.append)
    given = asyncio.run(collect(taken))
    assert [number for batch in given for number in batch] == list(range(0, 20, 2))
    assert gone == list(range(1, 20, 2))


def test_a_batch_of_which_nothing_is_left_is_not_given() -> None:
    assert asyncio.run(collect(batches(numbers(20), is_ours=lambda _: False))) == []


def test_what_ends_the_stream_is_raised_after_all_that_came_before() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise OSError("gone")

    async def run() -> None:
        taken = batches(broken())
        assert await anext(taken) == [1]
        with pytest.raises(OSError, match="gone"):
            await anext(taken)

    asyncio.run(run())


async def close(taken: Any) -> None:
    await taken.aclose()
