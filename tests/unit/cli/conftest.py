"""A command line that no broker answers."""

from __future__ import annotations

import pytest

from tests.command_line import CommandLine


@pytest.fixture
def wirewatch(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capfd, bootstrap_servers="127.0.0.1:9")
