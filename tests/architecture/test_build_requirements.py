"""What the build of the knowledge base imports is what the wheel is built with."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
present = set(sys.modules)
import pipeline.concepts.build
print(*{name.partition(".")[0] for name in set(sys.modules) - present})
"""


def test_the_build_imports_no_package_that_the_build_system_lacks() -> None:
    """Without the minute that a build in isolation takes, which the contract tests have."""
    command = [sys.executable, "-c", PROGRAM]
    modules = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    owners = importlib.metadata.packages_distributions()
    imported = {canonicalize_name(owner) for module in modules for owner in owners.get(module, ())} - {"wirewatch"}
    required = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    names = {canonicalize_name(Requirement(text).name) for text in required}
    # Imported by others only where it is there.
    assert imported - names <= {"typing-extensions"}
    assert names - imported == {"hatchling"}
