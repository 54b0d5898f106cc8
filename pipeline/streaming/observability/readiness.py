"""A worker's readiness, which other threads can read and wait for."""

from __future__ import annotations

import threading


class Readiness:
    """What a worker still waits for; its supervisor sets it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._problem: str | None = "the worker has not started"
        self._is_over = False

    def problem(self) -> str | None:
        """Why the worker is not ready; None if it is."""
        return self._problem

    def set(self, problem: str | None) -> None:
        """Set the reason why the worker is not ready; None: it is ready."""
        if problem != self._problem:
            with self._changed:
                self._problem = problem
                self._changed.notify_all()

    def set_over(self) -> None:
        """Set that the worker has ended and will not be ready again."""
        with self._changed:
            self._is_over = True
            self._problem = self._problem or "the worker has stopped"
            self._changed.notify_all()

    def wait(self, timeout_seconds: float) -> str | None:
        """Wait until the worker is ready or has ended, or the time has passed; returns the problem."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or self._problem is None, timeout_seconds)
            return self._problem
