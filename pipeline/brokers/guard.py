"""Run one child process for an owner, and end it when the owner is gone.

A broker must not outlive the command that started it, even after ``kill -9``. Java cannot do that on every system; this
small process between the two does. It is run as a script and needs the standard library only:

    python -I -S guard.py OWNER_PID GRACE_SECONDS ORPHAN_DIRECTORY COMMAND...

Standard input is the owner's line: ``t`` ends the child with SIGTERM and, after the grace, with SIGKILL; ``k`` with
SIGKILL at once. End of file, or a parent other than the owner, means that the owner is gone: the child is ended as by
``t``, and the orphan directory (data needed only while the owner lives; ``-`` for none) is removed.
The exit status is the child's; 128 and the signal's number when a signal ended it.
"""

from __future__ import annotations

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
from types import FrameType

_POLL_SECONDS = 0.25
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run the command of ``arguments`` as the module's text says, and return its exit status."""
    owner, grace_seconds, orphan_directory, *command = arguments
    signal.signal(signal.SIGTERM, _end_as_orphan)
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=_die_with_the_guard,  # noqa: PLW1509 - this process has one thread
    )
    try:
        order = _await_order(child, int(owner))
    except _AskedToEndError:
        order = b""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if order == b"k":
        child.kill()
    elif order is not None:
        _terminate(child, float(grace_seconds))
    status = child.wait()
    if order == b"" and orphan_directory != "-":
        shutil.rmtree(orphan_directory, ignore_errors=True)
    return status if status >= 0 else 128 - status


class _AskedToEndError(Exception):
    """This process got SIGTERM; it acts as if the owner were gone."""


def _end_as_orphan(_number: int, _frame: FrameType | None) -> None:
    raise _AskedToEndError


def _await_order(child: subprocess.Popen[bytes], owner: int) -> bytes | None:
    """Wait for the owner's order (one byte), the owner's end (no byte) or the child's own end (None)."""
    while child.poll() is None:
        if os.getppid() != owner:
            return b""
        readable, _, _ = select.select([sys.stdin.fileno()], [], [], _POLL_SECONDS)
        if readable:
            return os.read(sys.stdin.fileno(), 1)
    return None


def _terminate(child: subprocess.Popen[bytes], grace_seconds: float) -> None:
    child.terminate()
    try:
        child.wait(grace_seconds)
    except subprocess.TimeoutExpired:
        child.kill()


def _die_with_the_guard() -> None:
    # Ends the child even after kill -9 of the guard, on Linux only; elsewhere the owner's end does.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
