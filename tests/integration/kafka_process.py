"""The Java process of a local Kafka, for tests that end or stop it."""

from __future__ import annotations

import contextlib
from pathlib import Path


def pid_of_kafka(directory: Path) -> int:
    """The process id of the broker that keeps its data in that folder."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().decode().split("\0")
            if Path(words[0]).name == "java" and str(directory / "server.properties") in words:
                return int(process.name)
    raise AssertionError(f"no Kafka runs in {directory}")
