"""Pages are read beside the event loop, one after the other."""

from __future__ import annotations

import asyncio

import pytest

from pipeline.sources.pages import PageError
from pipeline.streaming.polling.page_process import PageProcess
from tests.unit.sources.polled_sources import answer

SENTENCE = "Die Minister haben am Montag in Brüssel über den Haushalt des kommenden Jahres beraten. "
PAGE = f"<html><body><article><h1>Haushalt</h1>{f'<p>{SENTENCE * 4}</p>' * 5}</article></body></html>"


async def test_pages_are_read_side_by_side_and_a_bad_one_disturbs_none() -> None:
    async with PageProcess() as pages:
        reading = [pages.read(answer(PAGE.encode())), pages.read(answer(b"")), pages.read(answer(PAGE.encode()))]
        first, bad, second = await asyncio.gather(*reading, return_exceptions=True)
        assert isinstance(bad, PageError)
        assert first == second
        assert not isinstance(first, BaseException)
        assert first.title == "Haushalt"
        with pytest.raises(PageError, match="empty"):
            await pages.read(answer(b" "))
