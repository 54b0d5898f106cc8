"""Cut a queue of events into batches: all that has come while the last batch was on its way, at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import TypeVar

EventT = TypeVar("EventT")

_LULL_SECONDS = 0.001
# What a batch costs by itself, above all the broker's answer, is spread over as many events as take this long: so a
# backlog is read faster, and a slow step never has much in hand that a death would repeat.
_BATCH_SECONDS = 0.5
_SMALLEST_BATCH = 20
# As long as nothing is known of the pace: what a slow model reads first is on its way soon after a start.
_FIRST_BATCH = 5
# As many events of a few kilobytes: long articles are as much work as many short ones.
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

    While a batch is being carried the next one gathers in the queue, and nowhere else: whoever clears the queue has
    all that has not begun. A lone event is given after a millisecond.

    Args:
        queue: Where events come in.
        most: In one batch; fewer where so many, or so many bytes, would take longer than half a second, by the last.
        within_seconds: Longest that a batch that is not full is held back while others keep coming.
        size: Bytes of an event.
        begin: Called with each event as it is taken: from now on it is waited for.
        is_ours: Whether an event may still be carried; asked when its batch is given.
        let_go: Called with each event that may not: its partition has been taken away, and will give it again.
        clock: Seconds, never going back: how long a batch is being carried.

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
    """Wait as long as more come without a lull."""
    before = -1
    while before < queue.qsize() < most and monotonic() < deadline:
        before = queue.qsize()
        await asyncio.sleep(_LULL_SECONDS)
