"""Whether a worker is ready, for other threads to see and to wait for."""

from __future__ import annotations

import threading


class Readiness:
    """What a worker waits for before it is ready; set by its supervisor."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._problem: str | None = "the worker has not started"
        self._is_over = False

    def problem(self) -> str | None:
        """Why it is not ready; None when it is."""
        return self._problem

    def set(self, problem: str | None) -> None:
        """It is ready (None), or why it is not."""
        if problem != self._problem:
            with self._changed:
                self._problem = problem
                self._changed.notify_all()

    def set_over(self) -> None:
        """It has ended and will not be ready again."""
        with self._changed:
            self._is_over = True
            self._problem = self._problem or "the worker has stopped"
            self._changed.notify_all()

    def wait(self, timeout_seconds: float) -> str | None:
        """Wait until it is ready, or over, or that time has passed; returns the problem."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or self._problem is None, timeout_seconds)
            return self._problem
