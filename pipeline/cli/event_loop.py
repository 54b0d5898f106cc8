"""Run a command's conversation with Kafka."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_quietly(conversation: Coroutine[Any, Any, T]) -> T:
    """Run it to its end; the Kafka client's own log stays off the terminal, since a command tells its errors itself."""
    from pipeline.streaming.kafka.client import silence_client_logs  # noqa: PLC0415 - loads Kafka; --help need not

    silence_client_logs()
    return asyncio.run(conversation)


async def while_read(conversation: Coroutine[Any, Any, None], output: int) -> bool:
    """Run it to its end, or until whoever reads its output has gone, as ``head`` does.

    Args:
        conversation: Writes to ``output``, perhaps hours apart.
        output: A file descriptor. Only of a pipe can it be told that its reader has gone; others are not watched.

    Returns:
        Whether the reader is still there.
    """
    task = asyncio.ensure_future(conversation)
    reader_gone = False

    def leave() -> None:
        nonlocal reader_gone
        reader_gone = True
        loop.remove_reader(output)
        task.cancel()

    loop = asyncio.get_running_loop()
    is_pipe = stat.S_ISFIFO(os.fstat(output).st_mode)
    if is_pipe:
        # The writing end of a pipe turns readable only when its reading end is closed.
        loop.add_reader(output, leave)
    try:
        await task
    except BrokenPipeError:
        reader_gone = True
    except asyncio.CancelledError:
        if not reader_gone:
            raise
    finally:
        if is_pipe:
            loop.remove_reader(output)
    return not reader_gone
