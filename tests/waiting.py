"""Wait for an effect: a test never sleeps for a time that should be enough."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

Said = str | Callable[[], str]
"""What is waited for; a function says it as it stands when the time is over."""


def wait_until(
    holds: Callable[[], object], what: Said, *, within_seconds: float = 60.0, look_seconds: float = 0.02
) -> None:
    """Wait until the condition holds.

    Raises:
        AssertionError: It does not hold in that time; says what was waited for.
    """
    deadline = time.monotonic() + within_seconds
    while not holds():
        _check(deadline, what, within_seconds)
        time.sleep(look_seconds)


async def until(
    holds: Callable[[], object | Awaitable[object]], what: Said = "it happens", *, within_seconds: float = 60.0
) -> None:
    """As ``wait_until``, on an event loop; the condition may be a coroutine."""
    deadline = time.monotonic() + within_seconds
    while True:
        found = holds()
        if await found if inspect.isawaitable(found) else found:
            return
        _check(deadline, what, within_seconds)
        await asyncio.sleep(0.02)


def _check(deadline: float, what: Said, within_seconds: float) -> None:
    assert time.monotonic() < deadline, f"not within {within_seconds:g} s: {what if isinstance(what, str) else what()}"
