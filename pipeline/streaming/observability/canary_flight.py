"""Which canaries are on their way, which came back, and which are missed: each of them once."""

from __future__ import annotations

import time
from collections.abc import Callable

# A canary of a day ago tells nothing any more when it comes after all.
_MOST_MISSED = 1_500
_CATCH_UP_SECONDS = 2.0


class CanaryFlight:
    """The canaries that one process has sent.

    Args:
        timeout_seconds: One whose alert has not come after this time is missed.
        clock: Seconds, never going back.
    """

    def __init__(self, timeout_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        # By the time due, oldest first.
        self._awaited: dict[str, float] = {}
        self._missed: dict[str, float] = {}
        # Since when not all alerts have been seen, also while those that came meanwhile are being read.
        self._deaf_since: float | None = None
        self._caught_up_at: float | None = clock()

    def start(self, canary: str) -> None:
        """It is due now, whether or not a broker takes it."""
        self._awaited[canary] = self._clock()

    def end(self, canary: str) -> float | None:
        """Its alert has come.

        Returns:
            Seconds since it was due, also for one that was missed; None when it is another process's, or came before.
        """
        for canaries in (self._awaited, self._missed):
            if canary in canaries:
                return self._clock() - canaries.pop(canary)
        return None

    def stop_listening(self) -> None:
        """From now on no alert can be seen: none is missed for that alone, unless it lasts as long as the timeout."""
        self._caught_up_at = None
        if self._deaf_since is None:
            self._deaf_since = self._clock()

    def listen(self) -> None:
        """Alerts are seen again, also those that came meanwhile; they have a moment to be read."""
        self._caught_up_at = self._clock() + _CATCH_UP_SECONDS

    def newly_missed(self) -> list[str]:
        """Those whose time has run out since the last call."""
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
