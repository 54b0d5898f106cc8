"""Which Java is taken; the jars are fetched once, whole, by one process at a time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.brokers import cached_jars, fetch_jars, find_java, kafka_version
from pipeline.errors import KafkaMissingError
from tests.unit.brokers.fake_program import fake_program

NO_WHEEL = "no_such_package"
JAVA = Path("/opt/java/bin/java")
# A Maven that writes down each run and puts two jars where it is told.
FETCHES = """
echo "$JAVA_HOME $*" >> "$RUNS"
for argument; do case "$argument" in -DoutputDirectory=*) directory="${argument#*=}";; esac; done
mkdir -p "$directory"
touch "$directory/kafka_2.13-9.jar"
sleep 0.1
touch "$directory/kafka-clients-9.jar"
"""


def test_they_are_fetched_once(tmp_path: Path) -> None:
    environment = with_maven(tmp_path, FETCHES)
    told: list[str] = []
    assert cached_jars(tmp_path / "cache") is None
    first = fetch_jars(tmp_path / "cache", JAVA, on_progress=told.append, environment=environment)
    second = fetch_jars(tmp_path / "cache", JAVA, on_progress=told.append, environment=environment)
    assert first == second == cached_jars(tmp_path / "cache")
    assert first.version == kafka_version()
    assert names(first.directory) == ["kafka-clients-9.jar", "kafka_2.13-9.jar"]
    assert told == [f"Fetching Apache Kafka {kafka_version()} with Maven (54 MB, only this once)"]
    [run] = (tmp_path / "runs").read_text().splitlines()
    assert run.startswith("/opt/java ")
    assert "--strict-checksums" in run


def test_two_at_once_fetch_them_once_and_both_get_them_whole(tmp_path: Path) -> None:
    environment = with_maven(tmp_path, FETCHES)
    with ThreadPoolExecutor(4) as executor:
        calls = [executor.submit(fetch_jars, tmp_path / "cache", JAVA, environment=environment) for _ in range(4)]
        directories = {call.result().directory for call in calls}
    assert len(directories) == 1
    assert names(directories.pop()) == ["kafka-clients-9.jar", "kafka_2.13-9.jar"]
    assert len((tmp_path / "runs").read_text().splitlines()) == 1


def test_a_failed_fetch_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    failing = FETCHES + "echo '[ERROR] Could not resolve org.apache.kafka:kafka_2.13'; exit 1"
    with pytest.raises(KafkaMissingError, match="could not fetch Apache Kafka: Could not resolve org") as caught:
        fetch_jars(tmp_path / "cache", JAVA, environment=with_maven(tmp_path, failing))
    assert caught.value.missing == "jars"
    assert cached_jars(tmp_path / "cache") is None
    assert names(tmp_path / "cache") == ["kafka.lock"]


def test_what_an_interrupted_fetch_left_is_not_taken_for_the_jars(tmp_path: Path) -> None:
    partial = tmp_path / "cache" / "fetching-abc" / "jars"
    partial.mkdir(parents=True)
    (partial / "kafka_2.13-9.jar").touch()
    assert cached_jars(tmp_path / "cache") is None
    fetch_jars(tmp_path / "cache", JAVA, environment=with_maven(tmp_path, FETCHES))
    assert not partial.exists()


def test_a_maven_that_succeeds_without_kafka_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KafkaMissingError, match="exit status 0"):
        fetch_jars(tmp_path / "cache", JAVA, environment=with_maven(tmp_path, "exit 0"))


def test_without_maven_the_cache_serves_and_else_it_is_an_error(tmp_path: Path) -> None:
    without_maven = {"PATH": str(tmp_path / "empty")}
    with pytest.raises(KafkaMissingError, match="no Maven") as caught:
        fetch_jars(tmp_path / "cache", JAVA, environment=without_maven)
    assert caught.value.missing == "maven"
    fetched = fetch_jars(tmp_path / "cache", JAVA, environment=with_maven(tmp_path, FETCHES))
    assert fetch_jars(tmp_path / "cache", JAVA, environment=without_maven) == fetched


def test_a_cache_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the directory should be")
    with pytest.raises(KafkaMissingError, match=f"cannot keep Apache Kafka's jars in {tmp_path / 'cache'}"):
        fetch_jars(tmp_path / "cache", JAVA, environment=with_maven(tmp_path, FETCHES))


def with_maven(tmp_path: Path, script: str) -> dict[str, str]:
    maven = fake_program(tmp_path / "bin" / "mvn", script)
    return {"PATH": f"{maven.parent}{os.pathsep}{os.defpath}", "RUNS": str(tmp_path / "runs")}


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


def fake_java(directory: Path, version_line: str) -> Path:
    return fake_program(directory / "java", f"echo '{version_line}' >&2")


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


def test_the_wheel_is_asked_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_wheel = fake_java(tmp_path / "java_wheel" / "java-runtime" / "bin", 'openjdk version "25.0.2"')
    (tmp_path / "java_wheel" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert find_java({"PATH": str(tmp_path)}, wheel="java_wheel") == in_wheel
    on_path = fake_java(tmp_path / "path", 'openjdk version "17.0.15"')
    assert find_java({"PATH": str(on_path.parent)}, wheel="java_wheel") == on_path
