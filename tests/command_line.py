"""Run the command line: in this process with its output, or as a program, checking what it leaves running."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import AnyStr, TextIO

import pytest

from pipeline.cli import run
from pipeline.settings import ENV_PREFIX

WIREWATCH = (sys.executable, "-c", "from pipeline.cli import main; main()")


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    """This process's environment without Wirewatch settings, and with a folder that marks the processes it starts."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
    return {**own, "XDG_DATA_HOME": str(tmp_path), "TMPDIR": str(tmp_path), **variables}


def still_running(tmp_path: Path) -> list[str]:
    """Command lines of the processes that were started with that folder in their environment."""
    mark = f"XDG_DATA_HOME={tmp_path}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


@contextlib.contextmanager
def bounded(process: subprocess.Popen[AnyStr], within_seconds: float = 150.0) -> Iterator[subprocess.Popen[AnyStr]]:
    """A program that is killed at the end, and after this time: every wait for it, or for what it says, has an end."""
    with process:
        timer = threading.Timer(within_seconds, process.kill)
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            process.kill()


def deaf(command: Sequence[str]) -> list[str]:
    """The command line that starts a program to ignore SIGINT and SIGTERM, as shells start background jobs."""
    return ["/bin/sh", "-c", 'trap "" INT TERM; exec "$@"', "sh", *command]


@contextlib.contextmanager
def standard_input(data: bytes) -> Iterator[TextIO]:
    """Bytes as a stream with a descriptor, as standard input is one."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        with io.TextIOWrapper(file) as stream:
            yield stream


@contextlib.contextmanager
def _log_restored() -> Iterator[None]:
    """Restore the log, which a worker configures for its process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def first_error_line(self) -> str:
        return self.err.partition("\n")[0]


class CommandLine:
    """Runs command lines with exactly these settings, whatever the developer's environment has."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], **variables: str) -> None:
        for name in os.environ:
            if name.startswith(ENV_PREFIX):
                monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(ENV_PREFIX + name.upper(), value)
        self._monkeypatch = monkeypatch
        self._capfd = capfd

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Outcome:
        self._monkeypatch.setattr(sys, "argv", ["wirewatch", *arguments])
        with standard_input(stdin) as stream:
            self._monkeypatch.setattr(sys, "stdin", stream)
            with _log_restored():
                status = run(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
        captured = self._capfd.readouterr()
        return Outcome(status, captured.out, captured.err)
