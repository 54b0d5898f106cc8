"""Replay articles of the past: with the gaps between them that they had, a number of times faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime


class Pace:
    """Waits until an article is due. The first with a time of publication is due at once, the others as far behind it.

    Args:
        speed: How many times faster than it was.
        now: Gives seconds of a clock that only goes forward.
        wait: Waits for so many seconds.
    """

    def __init__(
        self, speed: float, *, now: Callable[[], float] = time.monotonic, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._speed = speed
        self._now = now
        self._wait = wait
        self._first: tuple[datetime, float] | None = None

    def keep(self, published_at: datetime | None) -> None:
        """Wait for an article's turn; one without a time, or older than one before it, is not waited for."""
        if published_at is None:
            return
        if self._first is None:
            self._first = published_at, self._now()
        first, began = self._first
        seconds = began + (published_at - first).total_seconds() / self._speed - self._now()
        if seconds > 0:
            self._wait(seconds)
