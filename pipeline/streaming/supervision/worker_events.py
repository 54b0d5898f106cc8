"""The events that a running worker reports."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

_log = logging.getLogger(__name__)

EventKind = Literal[
    "started",
    "serving",
    "ready",
    "waiting",
    "resumed",
    "died",
    "stuck",
    "alone",
    "condemned",
    "gave-up",
    "template",
    "targets",
    "stopping",
    "killed",
    "stopped",
]

_LEVELS: dict[EventKind, int] = {
    "waiting": logging.WARNING,
    "died": logging.WARNING,
    "stuck": logging.ERROR,
    "alone": logging.WARNING,
    "condemned": logging.ERROR,
    "gave-up": logging.ERROR,
    "template": logging.WARNING,
    "targets": logging.WARNING,
    "killed": logging.WARNING,
}


@dataclass(frozen=True, slots=True)
class WorkerEvent:
    """One event of a worker; ``str()`` gives one line for people.

    Attributes:
        kind: ``started`` a process; ``serving`` its metrics and health; ``ready`` to process; ``waiting``: processes
            that were ready cannot work now; ``resumed``: all are ready again; ``died`` not by order; ``stuck``, and so
            ended; ``alone`` or ``condemned`` are records from now on; ``gave-up`` on purpose, which stops the worker;
            ``template``: what processes are forked from has ended; ``targets`` cannot be written; ``stopping`` all;
            ``killed``, because it did not stop in time; ``stopped`` the whole worker.
        text: What happened, without saying to whom.
        service: The service of the process, or None for the worker as a whole.
        process: The process's name, such as ``entities-0``; ``supervisor`` for the worker as a whole.
        pid: Of that process.
        address: Where it serves, ``host:port``, with ``serving``; else empty.
    """

    kind: EventKind
    text: str
    service: str | None
    process: str
    pid: int
    address: str = ""

    def __str__(self) -> str:
        return f"{self.process}[{self.pid}] {self.text}"


def log_event(event: WorkerEvent) -> None:
    """Log an event at the level that it deserves."""
    context = {"step": event.service} if event.service else {}
    _log.log(_LEVELS.get(event.kind, logging.INFO), "%s", event, extra=context)
