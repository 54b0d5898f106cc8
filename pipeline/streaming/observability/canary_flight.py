"""Track the canaries: pending, returned or missed, each counted once."""

from __future__ import annotations

import time
from collections.abc import Callable

# After a day a canary is forgotten.
_MOST_MISSED = 1_500
_CATCH_UP_SECONDS = 2.0


class CanaryFlight:
    """The canaries that this process has sent.

    Args:
        timeout_seconds: A canary without an alert after this time is missed.
        clock: Seconds, never going back.
    """

    def __init__(self, timeout_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        # In order of the time due, oldest first.
        self._awaited: dict[str, float] = {}
        self._missed: dict[str, float] = {}
        # Since when alerts may have been overlooked; kept until those that came meanwhile are read.
        self._deaf_since: float | None = None
        self._caught_up_at: float | None = clock()

    def start(self, canary: str) -> None:
        """A canary is due now, whether or not a broker accepts it."""
        self._awaited[canary] = self._clock()

    def end(self, canary: str) -> float | None:
        """A canary's alert has arrived.

        Returns:
            Seconds since the canary was due, also for a missed one; None if another process sent it, or if its alert
            came before.
        """
        for canaries in (self._awaited, self._missed):
            if canary in canaries:
                return self._clock() - canaries.pop(canary)
        return None

    def stop_listening(self) -> None:
        """From now on no alert can be read; canaries are missed for that only if it lasts as long as the timeout."""
        self._caught_up_at = None
        if self._deaf_since is None:
            self._deaf_since = self._clock()

    def listen(self) -> None:
        """Alerts can be read again; those that came meanwhile get a moment to be read."""
        self._caught_up_at = self._clock() + _CATCH_UP_SECONDS

    def newly_missed(self) -> list[str]:
        """The canaries that have timed out since the last call."""
        now = self._clock()
        if self._caught_up_at is not None and now >= self._caught_up_at:
            self._deaf_since = None
        if self._deaf_since is not None and now - self._deaf_since < self._timeout_seconds:
            return []
        latest = now - self._timeout_seconds
        missed = [canary for canary, due_at in self._awaited.items() if due_at <= latest]
        for canary in missed:
            self._missed[canary] = self._awaited.pop(canary)
        while len(self._missed) > _MOST_MISSED:
            del self._missed[next(iter(self._missed))]
        return missed
