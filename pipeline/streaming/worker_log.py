"""The worker's log: one line a record on standard error, with the process that wrote it."""

from __future__ import annotations

import logging
import sys
import time

# Frameworks that tell of every heartbeat at INFO; Faust does so in the name of the app's module, too.
_CHATTERING = ("faust", "mode", "aiokafka", "kafka", "asyncio", "pipeline.streaming.app")


class _LineFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"
    default_time_format = "%Y-%m-%dT%H:%M:%S"


def configure_log(level: str, process: str) -> None:
    """Log to standard error, as ``2026-01-31T12:00:00.000Z INFO entities-0[4711] message``.

    Args:
        level: Least level that is logged; the frameworks' own chatter starts at WARNING whatever it is.
        process: The name of this process in every line.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LineFormatter(f"%(asctime)s %(levelname)s {process}[%(process)d] %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTERING:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
