"""The command line in this process: arguments and standard input in; status, output and errors out."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass

import pytest

from pipeline.cli import run
from pipeline.settings import ENV_PREFIX


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def first_error_line(self) -> str:
        return self.err.partition("\n")[0]


class CommandLine:
    """Runs command lines with exactly these settings, whatever the developer's own are."""

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
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = run(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
        captured = self._capfd.readouterr()
        return Outcome(status, captured.out, captured.err)
