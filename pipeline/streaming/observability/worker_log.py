"""The log of a process on standard error: JSON for machines, coloured text on a terminal.

Modules log by the standard library; structlog renders. A record about one article names it and never quotes it: of a
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
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["auto", "json", "console"]

CONTEXT_FIELDS = ("article", "step", "trace_id")
"""Fields that a record may have beside its text: the article's id, the step, and the trace of its messages."""

# Frameworks that log every heartbeat at INFO; Faust also logs under the name of the app's module.
_FRAMEWORKS = ("faust", "mode", "aiokafka", "kafka", "asyncio")
_CHATTERING = (*_FRAMEWORKS, "pipeline.streaming.faust.app")

# While a broker is away its clients log every failed attempt: hundreds of lines a second in a worker.
_REPEAT_SECONDS = 10.0
# Some format their texts before they log them, so that each text is new.
_REMEMBERED_KINDS = 500


@dataclass(slots=True)
class _Repeated:
    passed_at: float
    held_back: int = 0


class RepeatFilter(logging.Filter):
    """Passes a framework's repeated message only once in a while.

    Messages are the same when their logger, level and unfilled text are. The next one that passes says how many were
    held back. Our own messages all pass, since each is about something else. The last 500 kinds are remembered.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        # In order of the time last passed, oldest first.
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


def configure_log(
    level: str, process: str, *, step: str = "", log_format: LogFormat = "auto", stream: TextIO | None = None
) -> None:
    """Log to standard error, or to another stream, each record with its time in UTC, level, logger, process and pid.

    Args:
        level: Lowest level that is logged. Frameworks are logged from WARNING on, whatever the level is, and their
            repeated messages are written every ten seconds, with a count.
        process: The name of this process in every record, such as ``rules-0``.
        step: The step of this process, if any.
        log_format: ``json``: one object a line; ``console``: for a person; ``auto``: for a person on a terminal.
        stream: Where to; standard error when None.
    """
    stream = stream or sys.stderr
    is_for_people = log_format == "console" or (log_format == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(process, step, is_for_people=is_for_people, has_colours=stream.isatty()))
    handler.addFilter(RepeatFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTERING:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def _formatter(
    process: str, step: str, *, is_for_people: bool, has_colours: bool
) -> structlog.stdlib.ProcessorFormatter:
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
                colors=has_colours,
                timestamp_key="time",
                # The other formatters show the values of local variables, which are articles.
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
