"""Fetch from the web by aiohttp, though whoever wrote the address, the name's records or the page may be hostile.

The check of addresses stands where sockets are made: there every notation of a number, every record of a name and
every redirect has become the one address that is connected to, and nothing can change it between check and connection.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from aiohttp import (
    ClientConnectionError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver
from yarl import URL

from pipeline.sources.fetching.addresses import AddressPolicy
from pipeline.sources.fetching.decompression import CODINGS, BodyTooLargeError, BoundedBody, DecompressionError
from pipeline.sources.fetching.request import Fetched, FetchError, FetchFailure, FetchRequest

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})


class WebFetcher:
    """The web, within bounds; keeps connections open between fetches, so one serves a whole process.

    It obeys no robots.txt and keeps no pause: whoever calls it decides what to fetch and when.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        policy: AddressPolicy | None = None,
        connections: int = 100,
        resolver: AbstractResolver | None = None,
    ) -> None:
        """Needs a running event loop.

        Args:
            user_agent: Says who fetches, and where to complain.
            policy: What may be connected to; public addresses where it is not given.
            connections: How many are open at once; further fetches wait within their time.
            resolver: Turns names into addresses; the system's where it is not given.
        """
        self._policy = policy or AddressPolicy()
        self._session = ClientSession(
            connector=TCPConnector(limit=connections, resolver=resolver, socket_factory=self._socket),
            cookie_jar=DummyCookieJar(),
            headers={"User-Agent": user_agent, "Accept-Encoding": CODINGS},
            timeout=ClientTimeout(total=None, sock_connect=None),  # One time for the whole fetch is kept below.
            auto_decompress=False,
            trust_env=False,  # A proxy would connect in our place, where nothing is checked.
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def fetch(self, request: FetchRequest) -> Fetched:
        """As ``Fetcher.fetch``; follows redirects, each of them checked as the first address was."""
        try:
            async with asyncio.timeout(request.limits.seconds):
                return await self._follow(request)
        except TimeoutError as error:
            reason = f"no whole answer within {request.limits.seconds:g} s"
            raise FetchError(request.url, "slow", reason) from error

    async def _follow(self, request: FetchRequest) -> Fetched:
        url = first = _checked(request.url)
        permanent: URL | None = None
        all_permanent = True
        for _ in range(request.limits.redirects + 1):
            own = request.headers if url.origin() == first.origin() else {}
            answer = await self._ask(url, request, own)
            if isinstance(answer, ClientResponse):
                return await self._read(answer, url, permanent, request)
            status, target = answer
            all_permanent = all_permanent and status in _PERMANENT
            url = _checked(target, url)
            if all_permanent:
                permanent = url
        raise FetchError(str(first), "redirects", f"over {request.limits.redirects} redirects, the last to {url}"[:300])

    async def _ask(self, url: URL, request: FetchRequest, own: Mapping[str, str]) -> ClientResponse | tuple[int, str]:
        """The answer, or the status and target of a redirect."""
        headers = dict(own)
        if request.etag is not None:
            headers["If-None-Match"] = request.etag
        if request.last_modified is not None:
            headers["If-Modified-Since"] = request.last_modified
        try:
            response = await self._session.get(url, headers=headers, allow_redirects=False)
        except (ClientError, OSError, ValueError) as error:
            raise FetchError(str(url), *_why(error)) from error
        if response.status not in _REDIRECTS:
            return response
        response.close()
        if "Location" not in response.headers:
            raise FetchError(str(url), "redirects", f"status {response.status} redirects to nowhere")
        return response.status, response.headers["Location"]

    async def _read(self, response: ClientResponse, url: URL, permanent: URL | None, request: FetchRequest) -> Fetched:
        try:
            body = await _body(response, request) if 200 <= response.status < 300 else b""
        except BodyTooLargeError as error:
            raise FetchError(str(url), "too-large", str(error)) from error
        except DecompressionError as error:
            raise FetchError(str(url), "unreadable", str(error)) from error
        except (ClientError, OSError) as error:
            raise FetchError(str(url), *_why(error)) from error
        finally:
            response.release()
        return Fetched(
            status=response.status,
            url=str(url),
            permanent_url=None if permanent is None else str(permanent),
            headers={name.lower(): ", ".join(response.headers.getall(name)) for name in response.headers},
            body=body,
        )

    def _socket(self, place: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
        """A socket for an address that is allowed."""
        family, kind, protocol, _, address = place
        if (reason := self._policy.refusal(address[0], address[1])) is not None:
            raise PermissionError(errno.EACCES, reason)
        return socket.socket(family, kind, protocol)


async def _body(response: ClientResponse, request: FetchRequest) -> bytes:
    most = request.limits.wire_bytes
    body = BoundedBody(response.headers.get("Content-Encoding", ""), request.limits.body_bytes)
    travelled = 0
    if (response.content_length or 0) > most:
        raise BodyTooLargeError(f"the body is over {most:,} bytes on the wire")
    async for part in response.content.iter_any():
        travelled += len(part)
        if travelled > most:
            raise BodyTooLargeError(f"the body is over {most:,} bytes on the wire")
        body.feed(part)
    return body.finish()


def _checked(written: str, base: URL | None = None) -> URL:
    """An address that may be asked for, absolute.

    Raises:
        FetchError: It is none, or its scheme is not one of the web, or it carries a password.
    """
    try:
        url = URL(written.strip()) if base is None else base.join(URL(written.strip()))
        url.port  # noqa: B018 - where it is no number, it says so only now
    except ValueError as error:
        raise FetchError(written, "refused", f"it is no URL ({error})") from error
    if url.scheme not in {"http", "https"}:
        raise FetchError(written, "refused", "its scheme is not http or https")
    if not url.host:
        raise FetchError(written, "refused", "it names no host")
    if url.raw_user is not None or url.raw_password is not None:
        raise FetchError(written, "refused", "it holds a user's name or password; put them into a header")
    return url


def _why(error: ClientError | OSError | ValueError) -> tuple[FetchFailure, str]:
    """Kind and reason of an error of aiohttp."""
    if isinstance(error, InvalidURL):
        return "refused", f"it is no URL ({error.description or error.url})"  # 127.1 and 2130706433 among others
    if isinstance(error, ClientConnectorDNSError):
        return "unreachable", "no such host, or its name cannot be looked up"
    if isinstance(error, ClientConnectorError):
        cause = error.os_error
        if isinstance(cause, PermissionError):
            return "refused", f"it may not be fetched: {cause.strerror}"
        return "unreachable", f"no connection ({cause.strerror or cause})"
    if isinstance(error, ClientConnectionError):
        return "unreachable", "the connection was closed before the whole answer"
    return "unreachable", f"no valid answer ({str(error)[:150] or type(error).__name__})"
