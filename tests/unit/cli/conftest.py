"""The command line in this process: arguments and standard input in; status, output and errors out."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
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


Wirewatch = Callable[..., Outcome]


@pytest.fixture
def wirewatch(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Wirewatch:
    """Runs a command line; nothing of the developer's own settings reaches it, and no broker answers it."""
    for name in os.environ:
        if name.startswith(ENV_PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WIREWATCH_BOOTSTRAP_SERVERS", "127.0.0.1:9")

    def call(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["wirewatch", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = run(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
        captured = capfd.readouterr()
        return Outcome(status, captured.out, captured.err)

    return call
