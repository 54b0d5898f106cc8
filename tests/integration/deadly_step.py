"""A step's process whose handler passes articles on, except those that kill it or block it for ever.

Run as ``pipeline.streaming.supervision.child`` is, with the same arguments.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pipeline.settings import Settings
from pipeline.streaming.clock import utc_now
from pipeline.streaming.loading import LoadedStep
from pipeline.streaming.records import Outcome, Output, Record
from pipeline.streaming.steps.article_records import ArticleFacts, StatelessHandler
from pipeline.streaming.supervision.child import main
from pipeline.topology import STEPS, Service


class DeadlyHandler(StatelessHandler[ArticleFacts]):
    def __init__(self, step: str, sink: str) -> None:
        super().__init__(step, utc_now)
        self._sink = sink

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
        for record in records:
            if record.value == b"kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if record.value == b"hang":
                threading.Event().wait()
        return [Outcome(record, (Output(self._sink, record.key, record.value),)) for record in records]


@contextlib.asynccontextmanager
async def deadly_step(service: Service, settings: Settings) -> AsyncIterator[LoadedStep]:
    yield LoadedStep(DeadlyHandler(service.name, STEPS[service.name].sink.full_name(settings.topic_prefix)))


if __name__ == "__main__":
    main(load=deadly_step)
