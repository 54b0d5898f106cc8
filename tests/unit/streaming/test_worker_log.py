from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import logging
from pipeline.streaming.worker_log import configure_log
configure_log("DEBUG", "rules-0")
logging.getLogger("faust.transport").info("heartbeat")
logging.getLogger("aiokafka").warning("lost a broker")
logging.getLogger("pipeline.streaming").debug("taken %d", 7)
"""


def test_every_line_names_its_process_and_the_frameworks_keep_to_warnings() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    lines = [line.split(" ", 1) for line in ran.stderr.splitlines()]
    assert [text.split("[")[0] for _, text in lines] == ["WARNING rules-0", "DEBUG rules-0"]
    assert [text.split("] ")[1] for _, text in lines] == ["lost a broker", "taken 7"]
    assert all(time.endswith("Z") and len(time) == len("2026-01-31T12:00:00.000Z") for time, _ in lines)
