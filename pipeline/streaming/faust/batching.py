"""Cut a queue of events into batches: each holds what came while the last one was being carried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import TypeVar

EventT = TypeVar("EventT")

_LULL_SECONDS = 0.001
# A batch holds what a step can do in this time. Larger batches spread the cost of the broker's answer over more events;
# smaller ones leave less to repeat when the process dies.
_BATCH_SECONDS = 0.5
_SMALLEST_BATCH = 20
# Before the step's pace is known. A slow model still publishes its first results soon after a start.
_FIRST_BATCH = 5
# The size of so many events of a few kilobytes: one long article is as much work as many short ones.
_SMALLEST_BATCH_BYTES = 100_000


async def take_batches(
    queue: asyncio.Queue[EventT],
    *,
    most: int,
    within_seconds: float,
    size: Callable[[EventT], int],
    begin: Callable[[EventT], object],
    is_ours: Callable[[EventT], bool],
    let_go: Callable[[EventT], object],
    clock: Callable[[], float] = monotonic,
) -> AsyncIterator[list[EventT]]:
    """Take events as they come and give them in batches, in order.

    While a batch is being carried, the next one gathers in the queue and nowhere else. So clearing the queue drops
    every event that has not begun. A lone event is given after a millisecond.

    Args:
        queue: Where events come in.
        most: Largest batch. A batch is smaller when, at the pace of the last one, it would take over half a second.
        within_seconds: How long a batch that is not full may be held back while events keep coming.
        size: Bytes of an event.
        begin: Called with each event as it is taken; from then on its ack is expected.
        is_ours: Whether an event may still be carried; asked when its batch is given.
        let_go: Called with each event that may not be carried: the new owner of its partition reads it again.
        clock: Monotonic seconds, to measure how long a batch is being carried.

    Yields:
        One event or more, until the queue raises ``StopAsyncIteration``, as Faust's does when its stream is stopped.
    """
    has_ended = False
    limit, limit_bytes = min(most, _FIRST_BATCH), _SMALLEST_BATCH_BYTES
    while not has_ended:
        taken: list[EventT] = []
        try:
            taken.append(await queue.get())
            begin(taken[-1])
            await _let_fill(queue, limit - 1, monotonic() + within_seconds)
            taken_bytes = size(taken[-1])
            while len(taken) < limit and taken_bytes < limit_bytes and not queue.empty():
                taken.append(queue.get_nowait())
                begin(taken[-1])
                taken_bytes += size(taken[-1])
        except StopAsyncIteration:
            has_ended = True
        batch = [event for event in taken if is_ours(event)]
        if len(batch) < len(taken):
            for event in taken:
                if not is_ours(event):
                    let_go(event)
        if batch:
            given_at = clock()
            yield batch
            share = _BATCH_SECONDS / max(clock() - given_at, _LULL_SECONDS)
            limit = min(most, max(_SMALLEST_BATCH, int(len(batch) * share)))
            limit_bytes = max(_SMALLEST_BATCH_BYTES, int(sum(map(size, batch)) * share))


async def _let_fill(queue: asyncio.Queue[EventT], most: int, deadline: float) -> None:
    """Wait while events keep coming without a pause."""
    before = -1
    while before < queue.qsize() < most and monotonic() < deadline:
        before = queue.qsize()
        await asyncio.sleep(_LULL_SECONDS)
