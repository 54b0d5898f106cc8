"""A command that follows something ends when nobody reads it any more."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli.event_loop import while_read


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe's reading and writing end; the test closes the first."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(writing)


async def _wait_forever() -> None:
    await asyncio.Event().wait()


async def _nothing() -> None:
    pass


async def test_it_ends_when_the_reader_goes_though_nothing_is_written(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    asyncio.get_running_loop().call_soon(os.close, reading)
    async with asyncio.timeout(10):
        assert not await while_read(_wait_forever(), writing)


async def test_it_ends_when_the_reader_goes_while_it_writes(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.close(reading)

    async def write() -> None:
        os.write(writing, b"alert")

    assert not await while_read(write(), writing)


async def test_it_runs_to_its_end_while_the_reader_is_there(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    assert await while_read(_nothing(), writing)
    os.close(reading)


async def test_a_file_needs_no_reader(tmp_path: Path) -> None:
    with (tmp_path / "alerts.jsonl").open("wb") as file:
        assert await while_read(_nothing(), file.fileno())


async def test_an_interrupt_is_no_reader_that_has_gone(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    task = asyncio.ensure_future(while_read(_wait_forever(), writing))
    asyncio.get_running_loop().call_soon(task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    os.close(reading)


async def test_an_error_is_told(pipe: tuple[int, int]) -> None:
    reading, writing = pipe

    async def fail() -> None:
        raise ValueError("no broker")

    with pytest.raises(ValueError, match="no broker"):
        await while_read(fail(), writing)
    os.close(reading)
