"""A process that ends with this one: the owner's side of ``guard.py``."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

_GUARD = Path(__file__).with_name("guard.py")
# Time that the guard and the system need beyond the grace.
_MARGIN_SECONDS = 10.0


class GuardedProcess:
    """Run a command under a guard, which ends the command when this process ends, however it ends.

    Args:
        command: Program and arguments.
        output: Takes the command's standard output and error.
        grace_seconds: Between SIGTERM and SIGKILL.
        inherited: A file descriptor, such as a lock's, that stays open while the command runs.
        orphan_directory: Removed if this process ends before the command.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        output: IO[bytes],
        grace_seconds: float,
        inherited: int,
        orphan_directory: Path | None = None,
    ) -> None:
        self._wait_seconds = grace_seconds + _MARGIN_SECONDS
        reading_end, self._line = os.pipe()
        guard = [sys.executable, "-I", "-S", str(_GUARD), str(os.getpid()), str(grace_seconds)]
        try:
            self._guard = subprocess.Popen(
                [*guard, str(orphan_directory or "-"), *command],
                stdin=reading_end,
                stdout=output,
                stderr=output,
                pass_fds=[inherited],
                # Out of the terminal's reach: at Ctrl-C the worker still needs its broker to finish.
                start_new_session=True,
            )
        except BaseException:
            os.close(self._line)
            raise
        finally:
            os.close(reading_end)
        self._line_is_open = True

    @property
    def exit_status(self) -> int | None:
        """None while it runs; 128 and the signal's number when a signal ended it."""
        return self._guard.poll()

    def terminate(self) -> None:
        """Send SIGTERM, after the grace SIGKILL, and wait for the end."""
        self._end(b"t")

    def kill(self) -> None:
        """Send SIGKILL and wait for the end."""
        self._end(b"k")

    def _end(self, order: bytes) -> None:
        if not self._line_is_open:
            return
        # The guard stops listening once its command has ended.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._line, order)
        try:
            self._guard.wait(self._wait_seconds)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        os.close(self._line)
        self._line_is_open = False
