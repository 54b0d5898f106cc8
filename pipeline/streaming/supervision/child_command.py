"""How a supervisor starts the process of a step: its command line."""

from __future__ import annotations

import sys

from pipeline.topology import StepName


def child_command(step: StepName, process: str) -> list[str]:
    """The command line of a step's process, without the descriptors of its pipes.

    Args:
        step: The step to run.
        process: The process's name in logs and metrics, such as ``entities-0``.
    """
    return [
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        "pipeline.streaming.supervision.child",
        "--step",
        step,
        "--process",
        process,
    ]
