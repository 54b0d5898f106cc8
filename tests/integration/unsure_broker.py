"""A port in front of a real Kafka, through which acknowledgements of messages get lost."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from typing import Any

from aiokafka.protocol.api import Response
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.produce import ProduceRequest

UNKNOWN_SERVER_ERROR = -1
_NO_LEADER = -1
_RESPONSES: dict[tuple[int, int], type[Response]] = {
    (request.API_KEY, request.API_VERSION): request.RESPONSE_TYPE
    for kind in (ProduceRequest, MetadataRequest)
    for request in kind._CLASSES
}


class UnsureBroker:
    """Passes on what clients and broker say, but for what a test wants lost.

    Args:
        behind: ``host:port`` of the real broker.

    Attributes:
        topic: The topic whose acknowledgements get lost.
        errors: How many acknowledgements more become an unknown error of the server.
        breaks: How many acknowledgements more get lost with their connection, and with the leader.
        has_leaders: Whether clients are told who leads a partition.
    """

    def __init__(self, behind: str) -> None:
        host, port = behind.rsplit(":", 1)
        self._behind = host, int(port)
        self._port = 0
        self.topic = ""
        self.errors = 0
        self.breaks = 0
        self.has_leaders = True

    @property
    def bootstrap_servers(self) -> str:
        """``host:port``."""
        return f"127.0.0.1:{self._port}"

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Serve clients for the length of the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter) -> None:
        reader, writer = await asyncio.open_connection(*self._behind)
        asked: dict[int, tuple[int, int]] = {}
        both = [
            asyncio.ensure_future(self._pass_requests(client_reader, writer, asked)),
            asyncio.ensure_future(self._pass_answers(reader, client_writer, asked)),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            writer.close()
            client_writer.close()

    async def _pass_requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: dict[int, tuple[int, int]]
    ) -> None:
        while True:
            frame = await _frame(reader)
            api, version, correlation = struct.unpack(">hhi", frame[:8])
            asked[correlation] = api, version
            writer.write(struct.pack(">i", len(frame)) + frame)
            await writer.drain()

    async def _pass_answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: dict[int, tuple[int, int]]
    ) -> None:
        while True:
            frame = await _frame(reader)
            kind = _RESPONSES.get(asked.pop(struct.unpack(">i", frame[:4])[0]))
            if kind is not None:
                answer = kind.decode(frame[4:])
                if kind.API_KEY == ProduceRequest.API_KEY:
                    if self._breaks_on(answer):
                        return
                else:
                    self._change_metadata(answer)
                frame = frame[:4] + answer.encode()
            writer.write(struct.pack(">i", len(frame)) + frame)
            await writer.drain()

    def _breaks_on(self, answer: Any) -> bool:
        """Whether the connection shall end instead; else makes an error of what shall be lost."""
        if self.topic not in dict(answer.topics):
            return False
        if self.breaks:
            self.breaks -= 1
            self.has_leaders = False
            return True
        if self.errors:
            self.errors -= 1
            answer.topics = [
                (topic, [(number, UNKNOWN_SERVER_ERROR, *rest) for number, _, *rest in partitions])
                for topic, partitions in answer.topics
            ]
        return False

    def _change_metadata(self, answer: Any) -> None:
        answer.brokers = [(node, "127.0.0.1", self._port, *rest) for node, _, _, *rest in answer.brokers]
        if not self.has_leaders:
            answer.topics = [
                (*start, [(error, number, _NO_LEADER, *rest) for error, number, _, *rest in partitions])
                for *start, partitions in answer.topics
            ]


async def _frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(length)
