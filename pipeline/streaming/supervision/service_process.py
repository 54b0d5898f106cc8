"""The supervisor's side of one process of a service: its pipes, signals and reports."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from pipeline.streaming.records import Caution
from pipeline.streaming.supervision.in_flight import CautionOrder, Report, read_report, write_line

_READ_BYTES = 65_536


class RunningProcess(Protocol):
    """What a process is asked by whoever has started it, as of ``subprocess.Popen``."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        ...

    def send_signal(self, number: int, /) -> None:
        """Send a signal, unless it has ended."""
        ...


class ServiceProcess:
    """A running child, with a pipe for its reports and a pipe for its orders.

    Args:
        start: Starts it with its ends of the pipes: for its reports, and for its orders.
    """

    def __init__(self, start: Callable[[int, int], RunningProcess]) -> None:
        with contextlib.ExitStack() as on_failure, contextlib.ExitStack() as child_ends:
            self._report_end, child_report_end = os.pipe()
            on_failure.callback(os.close, self._report_end)
            child_ends.callback(os.close, child_report_end)
            child_order_end, self._order_end = os.pipe()
            on_failure.callback(os.close, self._order_end)
            child_ends.callback(os.close, child_order_end)
            os.set_blocking(self._report_end, False)
            os.set_blocking(self._order_end, False)
            self._running = start(child_report_end, child_order_end)
            on_failure.pop_all()
        self._unread = b""
        self._unsent = b""
        self._orders_end_open = True
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._running.pid

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._running.poll()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        self._running.send_signal(number)

    def reports(self) -> list[Report]:
        """The reports since the last call, in order.

        Raises:
            msgspec.ValidationError: It sent something that is not a report.
        """
        while chunk := self._read():
            self._unread += chunk
        *lines, self._unread = self._unread.split(b"\n")
        return [read_report(line) for line in lines]

    def order(self, caution: Caution) -> None:
        """Order a caution. Writes what the pipe takes; ``send_orders`` writes the rest."""
        self._unsent += write_line(CautionOrder.of(caution))
        self.send_orders()

    def send_orders(self) -> None:
        """Write what the pipe did not take before. A process that is ending reads no more."""
        while self._unsent and self._orders_end_open:
            try:
                self._unsent = self._unsent[os.write(self._order_end, self._unsent) :]
            except BlockingIOError:
                return
            except BrokenPipeError:
                self._unsent = b""

    def close(self) -> None:
        """Close the pipes; a child that still runs takes this as its supervisor's end."""
        os.close(self._report_end)
        os.close(self._order_end)
        self._orders_end_open = False

    def _read(self) -> bytes:
        try:
            return os.read(self._report_end, _READ_BYTES)
        except BlockingIOError:
            return b""


def started(
    command: Sequence[str], environment: Mapping[str, str], output: int, report_end: int, order_end: int
) -> subprocess.Popen[bytes]:
    """Start a program as the process of a service.

    Args:
        command: Program and arguments; ``--report-fd N --order-fd N`` are added.
        environment: Its whole environment.
        output: Descriptor of its standard output and error.
        report_end: Its end of the pipe for reports.
        order_end: Its end of the pipe for orders.
    """
    return subprocess.Popen(
        [*command, "--report-fd", str(report_end), "--order-fd", str(order_end)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=dict(environment),
        pass_fds=(report_end, order_end),
        # Ctrl-C in a terminal must reach the supervisor only, which stops its children in order.
        start_new_session=True,
    )
