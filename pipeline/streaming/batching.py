"""Cut a stream of events into batches: all that has come while the last batch was on its way, at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import TypeVar

EventT = TypeVar("EventT")

# Faust hands over a backlog at about one event in 0.1 ms.
_LULL_SECONDS = 0.001


async def take_batches(
    events: AsyncIterator[EventT],
    *,
    most: int,
    within_seconds: float,
    is_ours: Callable[[EventT], bool],
    let_go: Callable[[EventT], object],
) -> AsyncIterator[list[EventT]]:
    """Take events as they come and give them in batches, in order.

    While a batch is being carried the next one gathers, so that Faust's work on each event fills the time in which
    the broker's acknowledgements are awaited. A lone event is given after a millisecond.

    Args:
        events: Read ahead by one batch at most.
        most: In one batch.
        within_seconds: Longest that a batch that is not full is held back while others keep coming.
        is_ours: Whether an event may still be carried; asked when its batch is given.
        let_go: Called with each event that may not: its partition has been taken away, and will give it again.

    Yields:
        One event or more.

    Raises:
        Exception: Whatever ended ``events``, once all that came before has been given.
    """
    waiting: deque[EventT] = deque()
    arrived = asyncio.Event()
    has_room = asyncio.Event()

    async def gather() -> None:
        try:
            async for event in events:
                while len(waiting) >= most:
                    has_room.clear()
                    await has_room.wait()
                waiting.append(event)
                arrived.set()
        finally:
            arrived.set()

    gathering = asyncio.create_task(gather())
    try:
        while True:
            await arrived.wait()
            await _let_fill(waiting, most, monotonic() + within_seconds)
            taken = [waiting.popleft() for _ in range(min(most, len(waiting)))]
            if not waiting and not gathering.done():
                arrived.clear()
            has_room.set()
            batch = [event for event in taken if is_ours(event)]
            if len(batch) < len(taken):
                for event in taken:
                    if not is_ours(event):
                        let_go(event)
            if batch:
                yield batch
            elif not taken:
                gathering.result()
                return
    finally:
        gathering.cancel()
        await asyncio.wait({gathering})


async def _let_fill(waiting: deque[EventT], most: int, deadline: float) -> None:
    """Wait as long as more come without a lull."""
    before = 0
    while before < len(waiting) < most and monotonic() < deadline:
        before = len(waiting)
        await asyncio.sleep(_LULL_SECONDS)
