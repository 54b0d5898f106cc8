"""The worker's log: one line a record on standard error, with the process that wrote it."""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable

# Frameworks that tell of every heartbeat at INFO; Faust does so in the name of the app's module, too.
_FRAMEWORKS = ("faust", "mode", "aiokafka", "kafka", "asyncio")
_CHATTERING = (*_FRAMEWORKS, "pipeline.streaming.app")


# While a broker is away its clients tell of every vain attempt, hundreds of lines a second in a worker.
_REPEAT_SECONDS = 10.0


class RepeatFilter(logging.Filter):
    """Lets a framework's message through once in a while, however often it comes.

    Messages are the same when their logger, level and unfilled text are. What was held back is counted on the next one
    that passes. Our own messages all pass: each is about another thing.

    Args:
        clock: Seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._passed_at: dict[tuple[str, int, str], float] = {}
        self._held_back: Counter[tuple[str, int, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written."""
        if record.name.partition(".")[0] not in _FRAMEWORKS:
            return True
        kind = (record.name, record.levelno, str(record.msg))
        now = self._clock()
        if now - self._passed_at.get(kind, float("-inf")) < _REPEAT_SECONDS:
            self._held_back[kind] += 1
            return False
        self._passed_at[kind] = now
        if count := self._held_back.pop(kind, 0):
            record.msg = f"{record.getMessage()} (and {count} more like this since the last)"
            record.args = None
        return True


class _LineFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"
    default_time_format = "%Y-%m-%dT%H:%M:%S"


def configure_log(level: str, process: str) -> None:
    """Log to standard error, as ``2026-01-31T12:00:00.000Z INFO entities-0[4711] message``.

    Args:
        level: Least level that is logged; the frameworks' own chatter starts at WARNING whatever it is, and a message
            of theirs that comes again and again is written every ten seconds, with a count.
        process: The name of this process in every line.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LineFormatter(f"%(asctime)s %(levelname)s {process}[%(process)d] %(message)s"))
    handler.addFilter(RepeatFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTERING:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
