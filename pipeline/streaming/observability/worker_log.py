"""The log of a process on standard error: JSON for machines, colours for a person at a terminal.

Modules log by the standard library; structlog renders. What is about one article names it, never quotes it: of a
record's ``extra`` only the fields of ``CONTEXT_FIELDS`` are written.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["auto", "json", "console"]

CONTEXT_FIELDS = ("article", "step", "trace_id")
"""What a record may say beside its text: the article's id, the step, and the trace that its messages carry."""

# Frameworks that tell of every heartbeat at INFO; Faust does so in the name of the app's module, too.
_FRAMEWORKS = ("faust", "mode", "aiokafka", "kafka", "asyncio")
_CHATTERING = (*_FRAMEWORKS, "pipeline.streaming.faust.app")

# While a broker is away its clients tell of every vain attempt, hundreds of lines a second in a worker.
_REPEAT_SECONDS = 10.0
# Some fill their texts in themselves, so that each is new.
_REMEMBERED_KINDS = 500


@dataclass(slots=True)
class _Repeated:
    passed_at: float
    held_back: int = 0


class RepeatFilter(logging.Filter):
    """Lets a framework's message through once in a while, however often it comes.

    Messages are the same when their logger, level and unfilled text are. What was held back is counted on the next one
    that passes. Our own messages all pass: each is about another thing. The last 500 kinds are remembered.

    Args:
        clock: Seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        # By the time last passed, longest ago first.
        self._kinds: OrderedDict[tuple[str, int, str], _Repeated] = OrderedDict()

    def __len__(self) -> int:
        """How many kinds of messages are remembered."""
        return len(self._kinds)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written."""
        if record.name.partition(".")[0] not in _FRAMEWORKS:
            return True
        kind = (record.name, record.levelno, str(record.msg))
        now = self._clock()
        before = self._kinds.get(kind)
        if before is not None and now - before.passed_at < _REPEAT_SECONDS:
            before.held_back += 1
            return False
        if before is not None and before.held_back:
            record.msg = f"{record.getMessage()} (and {before.held_back} more like this since the last)"
            record.args = None
        self._kinds[kind] = _Repeated(now)
        self._kinds.move_to_end(kind)
        if len(self._kinds) > _REMEMBERED_KINDS:
            self._kinds.popitem(last=False)
        return True


def configure_log(level: str, process: str, *, step: str = "", log_format: LogFormat = "auto") -> None:
    """Log to standard error, each record with its time in UTC, level, logger, process and pid.

    Args:
        level: Least level that is logged; the frameworks' own chatter starts at WARNING whatever it is, and a message
            of theirs that comes again and again is written every ten seconds, with a count.
        process: The name of this process in every record, such as ``rules-0``.
        step: The step of this process, if it has one.
        log_format: ``json``: one object a line; ``console``: for a person; ``auto``: for a person on a terminal.
    """
    is_for_people = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(process, step, is_for_people=is_for_people))
    handler.addFilter(RepeatFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTERING:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def _formatter(process: str, step: str, *, is_for_people: bool) -> structlog.stdlib.ProcessorFormatter:
    def add_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["process"] = process
        event["pid"] = os.getpid()
        if step:
            event["step"] = step
        return event

    shared: list[Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        add_process,
        structlog.stdlib.ExtraAdder(CONTEXT_FIELDS),
    ]
    rendering: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if is_for_people:
        rendering.append(
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                timestamp_key="time",
                # The others show the values of local variables, which are articles.
                exception_formatter=structlog.dev.plain_traceback,
            )
        )
    else:
        rendering += [
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(json.dumps, ensure_ascii=False),
        ]
    return structlog.stdlib.ProcessorFormatter(processors=rendering, foreign_pre_chain=shared)
