"""Run a command's conversation with Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_quietly(conversation: Coroutine[Any, Any, T]) -> T:
    """Run it to its end; the Kafka client's own log stays off the terminal, since a command tells its errors itself."""
    from pipeline.streaming.kafka.client import silence_client_logs  # noqa: PLC0415 - loads Kafka; --help need not

    silence_client_logs()
    return asyncio.run(conversation)
