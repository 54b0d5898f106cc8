"""A worker as a process of its own, as an orchestrator runs it: settings from the environment, events on stdout."""

from __future__ import annotations

import json
import sys

from pipeline.settings import load_settings
from pipeline.streaming.observability.worker_log import configure_log
from pipeline.streaming.supervision.running_worker import run_worker
from pipeline.streaming.supervision.worker_events import WorkerEvent, log_event


def tell(event: WorkerEvent) -> None:
    log_event(event)
    print(json.dumps([event.kind, event.service, event.pid, event.text]), flush=True)


if __name__ == "__main__":
    configure_log("INFO", "supervisor")
    sys.exit(run_worker(load_settings(), on_event=tell))
