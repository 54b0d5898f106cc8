"""How a supervisor starts the process of a service: its command line."""

from __future__ import annotations

import sys


def child_command(service: str, process: str) -> list[str]:
    """The command line of a service's process, without the descriptors of its pipes.

    Args:
        service: The name of the service to run.
        process: The process's name in logs and metrics, such as ``entities-0``.
    """
    return [
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        "pipeline.streaming.supervision.child",
        "--service",
        service,
        "--process",
        process,
    ]
