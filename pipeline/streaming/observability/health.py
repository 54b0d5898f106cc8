"""Serve /metrics, /livez and /readyz of one process.

A thread serves them, so that they answer while the process loads its models. A heartbeat tells whether its event loop
runs.
"""

from __future__ import annotations

import asyncio
import errno
import socketserver
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib.metadata import version
from socket import AF_INET, AF_INET6, socket
from types import TracebackType
from typing import Any, ClassVar, Self

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from pipeline.errors import SettingError
from pipeline.metrics import BUILD

Probe = Callable[[], str | None]
"""Returns what is wrong, in a few words; None if nothing is."""

STUCK_LOOP_SECONDS = 20.0
"""After this time without a turn a loop counts as stuck."""

_BEAT_SECONDS = 1.0
_PORTS_TRIED = 200
_HIGHEST_PORT = 65_535
_CONNECTIONS = 16


class Heartbeat:
    """Tells how long ago an event loop last ran.

    Args:
        limit_seconds: After this time the loop counts as stuck. A loop that has not run yet is still starting.
    """

    def __init__(self, limit_seconds: float = STUCK_LOOP_SECONDS) -> None:
        self._limit_seconds = limit_seconds
        self._turned_at: float | None = None

    def turned(self) -> None:
        """Called by the loop each time it runs."""
        self._turned_at = time.monotonic()

    async def beat(self, also: Callable[[], object] = lambda: None) -> None:
        """Run on an event loop until cancelled: say once a second that it turns, and call ``also``."""
        while True:
            self.turned()
            also()
            await asyncio.sleep(_BEAT_SECONDS)

    def problem(self) -> str | None:
        """Why the loop counts as stuck; a ``Probe``."""
        turned_at = self._turned_at
        if turned_at is None:
            return None
        age = time.monotonic() - turned_at
        return None if age < self._limit_seconds else f"the event loop has not turned for {age:.0f} s"


class Readiness:
    """What a worker or service still waits for; other threads read it and wait for it. A ``Standing``."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._problem: str | None = "the worker has not started"
        self._changed_at = time.time()
        self._is_over = False

    def problem(self) -> str | None:
        """Why it is not ready; a ``Probe``."""
        return self._problem

    def changed_at(self) -> float:
        """Since when it is as it is, in seconds since 1970."""
        return self._changed_at

    def ready(self) -> None:
        """It does its work."""
        self._set(None)

    def waiting(self, problem: str) -> None:
        """It cannot work now: what it waits for, in a few words."""
        self._set(problem)

    def set_over(self) -> None:
        """It has ended and will not be ready again."""
        with self._changed:
            self._is_over = True
            self._problem = self._problem or "the worker has stopped"
            self._changed.notify_all()

    def wait(self, timeout_seconds: float) -> str | None:
        """Wait until it is ready or has ended, or the time has passed; returns the problem."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or self._problem is None, timeout_seconds)
            return self._problem

    def _set(self, problem: str | None) -> None:
        if problem != self._problem:
            with self._changed:
                self._problem = problem
                self._changed_at = time.time()
                self._changed.notify_all()


class HealthServer:
    """A read-only HTTP server with three paths, in a thread.

    Args:
        host: Address to listen on.
        first_port: The first port to try; the next free one is used. 0: any.
        live: Behind /livez, 200 or 503.
        ready: Behind /readyz, 200 or 503.
        ready_since: Since when ``ready`` says what it says, in seconds since 1970; sent as ``Last-Modified``.
        registry: The metrics to serve.
        request_seconds: A client that sends nothing for this long is disconnected.

    Raises:
        SettingError: The address is not this machine's, or no port from the first on is free.
    """

    def __init__(
        self,
        host: str,
        first_port: int,
        *,
        live: Probe,
        ready: Probe,
        ready_since: Callable[[], float] | None = None,
        registry: CollectorRegistry = REGISTRY,
        request_seconds: float = 5.0,
    ) -> None:
        pages: dict[str, Callable[[], _Page]] = {
            "/livez": lambda: _probe_page(live),
            "/readyz": lambda: _probe_page(
                ready, None if ready_since is None else formatdate(ready_since(), usegmt=True)
            ),
            "/metrics": lambda: _Page(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(registry)),
        }
        BUILD.labels(version("wirewatch")).set(1)
        handler = type("_BoundHandler", (_Handler,), {"pages": pages, "timeout": request_seconds})
        self._server = _bind_next_free(host, first_port, handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="health", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """``host:port``, with brackets around an IPv6 host."""
        host, port = self._server.server_address[:2]
        return f"[{host!s}]:{port}" if ":" in str(host) else f"{host!s}:{port}"

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Page:
    __slots__ = ("body", "content_type", "last_modified", "status")

    def __init__(self, status: HTTPStatus, content_type: str, body: bytes, last_modified: str | None = None) -> None:
        self.status = status
        self.content_type = content_type
        self.body = body
        self.last_modified = last_modified


def _text_page(status: HTTPStatus, text: str, last_modified: str | None = None) -> _Page:
    return _Page(status, "text/plain; charset=utf-8", f"{text}\n".encode(), last_modified)


def _probe_page(probe: Probe, last_modified: str | None = None) -> _Page:
    problem = probe()
    if problem is None:
        return _text_page(HTTPStatus.OK, "ok", last_modified)
    return _text_page(HTTPStatus.SERVICE_UNAVAILABLE, problem, last_modified)


class _Handler(BaseHTTPRequestHandler):
    server_version = "wirewatch"
    sys_version = ""
    pages: ClassVar[dict[str, Callable[[], _Page]]]

    def do_GET(self) -> None:
        page = self.pages.get(self.path.partition("?")[0])
        found = page() if page else _text_page(HTTPStatus.NOT_FOUND, "here are /metrics, /livez and /readyz")
        self.send_response(found.status)
        self.send_header("Content-Type", found.content_type)
        if found.last_modified is not None:
            self.send_header("Last-Modified", found.last_modified)
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log no requests: a scrape comes every few seconds."""


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    # A client beyond this many that wait tries again after a second.
    request_queue_size = 64

    def __init__(self, host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = AF_INET6 if ":" in host else AF_INET
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        super().__init__((host, port), handler)

    def process_request(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:  # noqa: ANN401
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:  # noqa: ANN401
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:  # noqa: ANN401
        """Ignore a client that closed the connection."""


def _bind_next_free(host: str, first_port: int, handler: type[BaseHTTPRequestHandler]) -> _Server:
    last_port = min(first_port + _PORTS_TRIED, _HIGHEST_PORT) if first_port else 0
    for port in range(first_port, last_port + 1):
        try:
            return _Server(host, port, handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                name = "WIREWATCH_METRICS_PORT" if error.errno == errno.EACCES else "WIREWATCH_METRICS_HOST"
                problem = f"cannot listen on {host}:{port} ({error.strerror or error})"
                raise SettingError(name, problem) from error
    raise SettingError("WIREWATCH_METRICS_PORT", f"no port from {first_port} to {last_port} is free on {host}")
