"""Reads pages for an event loop, in one process beside it, which is started with the first page."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Self

from pipeline.sources.fetching import Fetched
from pipeline.sources.pages import ExtractionProcess, Page


class PageProcess:
    """One page at a time, some thirty a second; further ones wait."""

    def __init__(self) -> None:
        self._process = ExtractionProcess()
        # One thread: it alone talks to the process, also to the end of a page for which nobody waits any more.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pages")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._process.close)
        self._thread.shutdown()

    async def read(self, answer: Fetched) -> Page:
        """See ``PolledPages``."""
        extract = partial(
            self._process.extract, answer.body, url=answer.url, content_type=answer.headers.get("content-type")
        )
        return await asyncio.get_running_loop().run_in_executor(self._thread, extract)
