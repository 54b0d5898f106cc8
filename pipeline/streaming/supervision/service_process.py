"""The supervisor's side of one process of a service: its command line, pipes, signals and reports."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from pipeline.streaming.records import Caution
from pipeline.streaming.supervision.in_flight import CautionOrder, Report, read_report, write_line

_READ_BYTES = 65_536


class ServiceProcess:
    """A running child, with a pipe for its reports and a pipe for its orders.

    Args:
        command: Program and arguments; ``--report-fd N --order-fd N`` are added.
        environment: The child's whole environment.
        output: Descriptor of its standard output and error; None: this process's standard error.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], output: int | None) -> None:
        with contextlib.ExitStack() as on_failure, contextlib.ExitStack() as child_ends:
            self._report_end, child_report_end = os.pipe()
            on_failure.callback(os.close, self._report_end)
            child_ends.callback(os.close, child_report_end)
            child_order_end, self._order_end = os.pipe()
            on_failure.callback(os.close, self._order_end)
            child_ends.callback(os.close, child_order_end)
            os.set_blocking(self._report_end, False)
            os.set_blocking(self._order_end, False)
            destination = 2 if output is None else output
            self._popen = subprocess.Popen(
                [*command, "--report-fd", str(child_report_end), "--order-fd", str(child_order_end)],
                stdin=subprocess.DEVNULL,
                stdout=destination,
                stderr=destination,
                env=dict(environment),
                pass_fds=(child_report_end, child_order_end),
                # Ctrl-C in a terminal must reach the supervisor only, which stops its children in order.
                start_new_session=True,
            )
            on_failure.pop_all()
        self._unread = b""
        self._unsent = b""
        self._orders_end_open = True
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._popen.poll()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        self._popen.send_signal(number)

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


def child_command(service: str, process: str) -> list[str]:
    """The command line of a service's process, such as ``entities-0``, without the descriptors of its pipes."""
    module = "pipeline.streaming.supervision.child"
    return [sys.executable, "-X", "faulthandler", "-m", module, "--service", service, "--process", process]
