"""The knowledge base is the same, byte for byte, wherever it is built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.concepts.built_file import BUILT_FILE


@pytest.mark.timeout(900)
def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    again = tmp_path / "again"
    # Another hash seed changes the order of sets of strings: a build that depends on the order would differ.
    command = [sys.executable, "-m", "pipeline.concepts.build", "--output", str(again)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    assert again.read_bytes() == BUILT_FILE.read_bytes(), "run `make concepts`"
