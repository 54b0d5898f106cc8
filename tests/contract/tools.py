"""Run the programs that read deploy/, as an operator would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

_HOW_TO_GET = {
    "helm": "`make deploy-tools` builds it with Go",
    "compose-loader": "`make deploy-tools` builds it with Go",
    "promtool": "it comes with Prometheus (apt-get install prometheus)",
    "mvn": "it is Maven (apt-get install maven)",
    "go": "https://go.dev/dl has it",
}


def load(file: Path) -> Any:
    """A YAML file."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def tool(name: str) -> str:
    """A program of this environment or machine; if it is missing, the test is skipped, or fails in CI."""
    program = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if program is None:
        missing = f"{name} is not installed: {_HOW_TO_GET.get(name, '`make` installs it into .venv')}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return program


def run(command: list[str]) -> str:
    """Run a program that must succeed, and return its output."""
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout
