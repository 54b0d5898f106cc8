"""Fork the processes of services from one that has loaded what all need: they start sooner and share its memory.

``python -m pipeline.streaming.supervision.process_template FD`` loads, and then obeys the supervisor at the other end
of the socket. It has one thread, runs no service itself, and ends with its supervisor. What it forks is a session of
its own and runs ``child.main``. Orders and news are JSON lines.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

UNKNOWN_STATUS = 256
"""The exit status of a process whose template ended before it, so that nobody has heard of it."""

_REPLY_SECONDS = 10.0
_END_SECONDS = 5.0
_READ_BYTES = 65_536
_DESCRIPTORS = 3
_COMM_BYTES = 15


class ForkOrder(msgspec.Struct, frozen=True, array_like=True):
    """Fork a process; its ends of the pipes and its output come as descriptors beside the order.

    Attributes:
        service: The service that it runs.
        process: Its name, such as ``entities-0``.
        environment: Its whole environment, from which it takes its settings.
    """

    service: str
    process: str
    environment: dict[str, str]


class TemplateLoaded(msgspec.Struct, frozen=True, array_like=True, tag="loaded"):
    """The template can fork."""


class Forked(msgspec.Struct, frozen=True, array_like=True, tag="forked"):
    """The answer to an order."""

    pid: int


class Ended(msgspec.Struct, frozen=True, array_like=True, tag="ended"):
    """A forked process has ended; its status is negative for a signal."""

    pid: int
    status: int


News = TemplateLoaded | Forked | Ended

_news_decoder: msgspec.json.Decoder[News] = msgspec.json.Decoder(News)
_order_decoder = msgspec.json.Decoder(ForkOrder)


class ForkedProcess:
    """A process that a template has forked; it is used as a ``subprocess.Popen`` is.

    Attributes:
        pid: Its process id.
    """

    def __init__(self, pid: int, template: ProcessTemplate) -> None:
        self.pid = pid
        self._template = template
        self._status: int | None = None

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        if self._status is None:
            self._status = self._template.status_of(self.pid)
        return self._status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it is known to have ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class ProcessTemplate:
    """The supervisor's side of a template: starts it at once, and returns while it still loads.

    As a context manager it is closed at the end.
    """

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._popen = subprocess.Popen(
                [sys.executable, "-X", "faulthandler", "-m", __name__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # One pool of memory for each of a process's few threads would cost more than it speeds up.
                env={"MALLOC_ARENA_MAX": "2", **os.environ},
                # Ctrl-C in a terminal must reach the supervisor only, which stops its children in order.
                start_new_session=True,
            )
        self._socket.settimeout(0.0)
        self._unread = b""
        self._is_loaded = False
        self._is_gone = False
        self._forked: list[int] = []
        self._ended: dict[int, int] = {}

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    def is_loaded(self) -> bool:
        """Whether it can fork."""
        self._hear()
        return self._is_loaded and not self._is_gone

    def is_gone(self) -> bool:
        """Whether it has ended, by whatever cause."""
        self._hear()
        return self._is_gone

    def fork(self, order: ForkOrder, output: int, report_end: int, order_end: int) -> ForkedProcess:
        """Fork a process of a service; it does not inherit this process's ends of the pipes.

        Args:
            order: Which.
            output: Descriptor of its standard output and error.
            report_end: Its end of the pipe for reports.
            order_end: Its end of the pipe for orders.

        Raises:
            ConnectionError: The template has ended, or does not answer and is ended.
        """
        line = msgspec.json.encode(order) + b"\n"
        self._forked.clear()
        self._socket.settimeout(_REPLY_SECONDS)
        try:
            sent = socket.send_fds(self._socket, [line], [report_end, order_end, output])
            self._socket.sendall(line[sent:])
            while not self._forked:
                self._take(self._socket.recv(_READ_BYTES))
        except OSError as error:
            self._is_gone = True
            self._popen.kill()
            raise ConnectionError(f"the process that others are forked from does not answer: {error}") from error
        finally:
            self._socket.settimeout(0.0)
        return ForkedProcess(self._forked.pop(), self)

    def status_of(self, pid: int) -> int | None:
        """The exit status of a process that it has forked; None while that runs."""
        self._hear()
        if pid in self._ended:
            return self._ended.pop(pid)
        return _status_of_orphan(pid) if self._is_gone else None

    def close(self) -> None:
        """End it, or do nothing where it is closed; what it has forked runs on."""
        self._socket.close()
        self._is_gone = True
        try:
            self._popen.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while not self._is_gone:
                try:
                    self._take(self._socket.recv(_READ_BYTES))
                except ConnectionError:
                    self._is_gone = True

    def _take(self, chunk: bytes) -> None:
        if not chunk:
            raise ConnectionResetError("it has ended")
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        for line in lines:
            match _news_decoder.decode(line):
                case TemplateLoaded():
                    self._is_loaded = True
                case Forked(pid):
                    self._forked.append(pid)
                case Ended(pid, status):
                    self._ended[pid] = status


def _status_of_orphan(pid: int) -> int | None:
    """Of a process whose template has ended: it is this process's child then if this is the first of its container."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return UNKNOWN_STATUS
        return None
    return os.waitstatus_to_exitcode(status) if ended else None


def main() -> None:
    """Load, and fork at each order until the supervisor is gone; in a forked process, run its service."""
    # What is loaded stays: there is nothing to collect, and no collection shall write to the memory that is shared.
    gc.disable()
    import pipeline.assembly  # noqa: F401, PLC0415 - the supervisor imports this module too, and needs none of these
    from pipeline.streaming.supervision import child  # noqa: PLC0415 - as above

    gc.collect()
    gc.freeze()
    place = _serve(socket.socket(fileno=int(sys.argv[1])))
    if place is not None:
        gc.enable()
        child.main(place)


def _serve(supervisor: socket.socket) -> list[str] | None:
    """Fork at each order; returns None when the supervisor is gone, and in a forked process its arguments."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    with supervisor, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        _send(supervisor, TemplateLoaded())
        while True:
            readable, _, _ = select.select([supervisor.fileno(), woken], [], [])
            if woken in readable:
                os.read(woken, _READ_BYTES)
                _reap(supervisor)
            if supervisor.fileno() in readable:
                order, descriptors = _receive(supervisor)
                if order is None:
                    return None
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for descriptor in (woken, wake):
                        os.close(descriptor)
                    return _take_place(order, *descriptors)
                for descriptor in descriptors:
                    os.close(descriptor)
                _send(supervisor, Forked(pid))
    return None


def _receive(supervisor: socket.socket) -> tuple[ForkOrder | None, list[int]]:
    line, descriptors, _, _ = socket.recv_fds(supervisor, _READ_BYTES, _DESCRIPTORS)
    while line and not line.endswith(b"\n"):
        chunk = supervisor.recv(_READ_BYTES)
        if not chunk:
            return None, descriptors
        line += chunk
    return (_order_decoder.decode(line) if line else None), descriptors


def _reap(supervisor: socket.socket) -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            pid, status = ended
            _send(supervisor, Ended(pid, os.waitstatus_to_exitcode(status)))


def _send(supervisor: socket.socket, news: News) -> None:
    supervisor.sendall(msgspec.json.encode(news) + b"\n")


def _take_place(order: ForkOrder, report_end: int, order_end: int, output: int) -> list[str]:
    """Become the process of a service, and return the arguments of its ``main``."""
    os.setsid()
    for standard in (1, 2):
        os.dup2(output, standard)
    os.close(output)
    os.environ.clear()
    os.environ.update(order.environment)
    # The name that ps and top show; the command line is the template's.
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_bytes(order.process.encode()[:_COMM_BYTES])
    pipes = ["--report-fd", str(report_end), "--order-fd", str(order_end)]
    return ["--service", order.service, "--process", order.process, *pipes]


if __name__ == "__main__":
    main()
