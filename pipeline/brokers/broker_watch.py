"""Keep a local broker running: start it again, with its port and data, when it ends by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from pipeline.brokers.choice import Broker
from pipeline.errors import BrokerError

_LOOK_SECONDS = 0.1
_FIRST_PAUSE_SECONDS = 0.2
_MOST_SECONDS = 10.0
# A broker that has run for so long did not end because of how it was started.
_HEALTHY_SECONDS = 60.0


class BrokerWatch:
    """Watches a broker that has been started, in a thread, for as long as the block runs.

    The pause before a start doubles from 0.2 to 10 s while the broker does not come up, or ends within a minute.

    Args:
        broker: Who starts it also stops it, after the block.
        on_lost: Called in the thread with what happened and what is done, once each time the broker ends, and again
            when it cannot be started for another reason than the last.
        on_back: Called in the thread when it answers again, with the seconds that it was away.
    """

    def __init__(self, broker: Broker, *, on_lost: Callable[[str], None], on_back: Callable[[float], None]) -> None:
        self._broker = broker
        self._on_lost = on_lost
        self._on_back = on_back
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="broker-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the watch; a start under way is finished first, within its own bound."""
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        running_since = time.monotonic()
        while not self._is_over.wait(_LOOK_SECONDS):
            end = self._broker.end
            if end is None:
                continue
            ended_at = time.monotonic()
            if ended_at - running_since >= _HEALTHY_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            told = f"{end}: it is started again"
            self._on_lost(told)
            while not self._is_over.wait(pause):
                pause = min(_MOST_SECONDS, 2 * pause)
                problem = self._start_problem()
                if problem is None:
                    running_since = time.monotonic()
                    self._on_back(running_since - ended_at)
                    break
                if problem != told:
                    told = problem
                    self._on_lost(f"{problem}; trying again")

    def _start_problem(self) -> str | None:
        """Start the broker; returns why it did not come up."""
        try:
            self._broker.start()
        except BrokerError as error:
            return str(error)
        return None
