"""Which Java is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.brokers import find_java
from pipeline.errors import KafkaMissingError

NO_WHEEL = "no_such_package"


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    home = fake_java(tmp_path / "home" / "bin", 'openjdk version "21.0.2" 2024-01-16')
    on_path = fake_java(tmp_path / "path", 'openjdk version "17.0.15" 2025-04-15')
    assert find_java({"JAVA_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "path")}) == home
    assert find_java({"PATH": str(tmp_path / "path")}) == on_path


def test_an_old_java_is_passed_over_for_a_newer_one(tmp_path: Path) -> None:
    fake_java(tmp_path / "home" / "bin", 'java version "1.8.0_392"')
    on_path = fake_java(tmp_path / "path", 'openjdk version "25" 2025-09-16')
    assert find_java({"JAVA_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "path")}) == on_path


def test_only_an_old_java_is_an_error_that_names_it(tmp_path: Path) -> None:
    java = fake_java(tmp_path, 'java version "1.8.0_392"')
    with pytest.raises(KafkaMissingError, match=rf"no Java 17 or later \({java} is version 8\)") as caught:
        find_java({"PATH": str(tmp_path)}, wheel=NO_WHEEL)
    assert caught.value.missing == "java"


@pytest.mark.parametrize(
    "script", ["echo 'The operation could not be completed. Unable to locate a Java Runtime.' >&2; exit 1", "exit 0"]
)
def test_a_java_that_cannot_run_is_none(tmp_path: Path, script: str) -> None:
    fake_program(tmp_path / "java", script)
    with pytest.raises(KafkaMissingError, match="none found by JAVA_HOME, on the PATH, or as no_such_package"):
        find_java({"PATH": str(tmp_path), "JAVA_HOME": str(tmp_path / "nowhere")}, wheel=NO_WHEEL)


def fake_java(directory: Path, version_line: str) -> Path:
    return fake_program(directory / "java", f"echo '{version_line}' >&2")


def fake_program(program: Path, script: str) -> Path:
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_the_wheel_is_asked_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_wheel = fake_java(tmp_path / "java_wheel" / "java-runtime" / "bin", 'openjdk version "25.0.2"')
    (tmp_path / "java_wheel" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert find_java({"PATH": str(tmp_path)}, wheel="java_wheel") == in_wheel
    on_path = fake_java(tmp_path / "path", 'openjdk version "17.0.15"')
    assert find_java({"PATH": str(on_path.parent)}, wheel="java_wheel") == on_path
