"""Read pages in a process of their own, which is ended where a page takes too long or too much memory."""

from __future__ import annotations

import logging
import multiprocessing
import resource
import signal
from multiprocessing.connection import Connection
from typing import Self

from pipeline.sources.pages.page import Page, PageError

_MOST_MEMORY_BYTES = 1024 * 1024 * 1024
_START_SECONDS = 60.0


class ExtractionProcess:
    """A process that reads pages, one at a time; started when the first comes, and anew after one that ends it.

    Args:
        seconds: The longest that one page may take.
        memory_bytes: The most address space that the process may take.
    """

    def __init__(self, seconds: float = 10.0, memory_bytes: int = _MOST_MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def extract(self, data: bytes, *, url: str | None = None, content_type: str | None = None) -> Page:
        """Read a page, as ``extract_page`` does; it blocks, so an event loop calls it in a thread.

        Raises:
            PageError: As there; or the page took longer or more memory than it may, and nothing of it is known.
        """
        connection = self._connection or self._start()
        try:
            connection.send((data, url, content_type))
            if not connection.poll(self._seconds):
                self.close()
                raise PageError(f"no page: reading it took over {self._seconds:g} s")
            answer = connection.recv()
        except (EOFError, ConnectionError):
            self.close()
            raise PageError("no page: the process that read it died") from None
        if isinstance(answer, Page):
            return answer
        raise PageError(str(answer))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _start(self) -> Connection:
        # Spawned: a fork of a process with threads may hold their locks for ever.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._memory_bytes), daemon=True)
        self._process.start()
        theirs.close()
        if not self._connection.poll(_START_SECONDS) or self._connection.recv() != "ready":
            self.close()
            raise PageError(f"no page: the process that reads pages did not start in {_START_SECONDS:g} s")
        return self._connection


def _serve(connection: Connection, memory_bytes: int) -> None:
    from pipeline.sources.pages.extraction import extract_page  # noqa: PLC0415 - 35 MB that only this process needs

    # Ctrl-C is for whoever started it, who then ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # Its complaints name no page; what came of a page is in the answer.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    connection.send("ready")
    while True:
        try:
            data, url, content_type = connection.recv()
        except EOFError:
            return
        try:
            answer: Page | str = extract_page(data, url=url, content_type=content_type)
        except PageError as error:
            answer = str(error)
        except MemoryError:
            answer = "no page: reading it takes too much memory"
        except Exception as error:  # noqa: BLE001 - the library fails in many ways on broken pages; each is told
            answer = f"no page: {type(error).__name__}: {error}"
        connection.send(answer)
