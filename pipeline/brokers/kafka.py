"""A real Apache Kafka, one KRaft node as a local Java process."""

from __future__ import annotations

import asyncio
import base64
import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from pipeline.brokers.guarded_process import GuardedProcess
from pipeline.brokers.kafka_program import KafkaJars
from pipeline.brokers.ports import free_port, port_answers, port_is_free
from pipeline.brokers.server_properties import HOST, as_properties_file, log4j_properties, server_properties
from pipeline.errors import BrokerError, BrokerStartError

_POLL_SECONDS = 0.05
_PORT_TRIES = 3
_LOG_TAIL_LINES = 20
_EXCEPTION = re.compile(r"^(?:Caused by: |Exception in thread \S+ )?(?:[\w$]+\.)+([\w$]*(?:Exception|Error): .+)$")
_SIGNALS = frozenset(map(int, signal.Signals))
_SIGNAL_STATUS = 128
_PORT_TAKEN = "Address already in use"

# For a short run on a small machine the optimising compiler and the parallel collector cost more than they save.
# Over 4,000 articles on two cores the broker took 430 us of processor time an article, without these flags 715 us.
# Java would begin with a heap of a 64th of the machine's memory, and fill it before it looks for what can be dropped.
_JVM_OPTIONS = ("-Xms32m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class KafkaBroker:
    """One Apache Kafka node on loopback; it ends when this process ends, even by ``kill -9``.

    Args:
        java: A Java of version 17 or later (``find_java``).
        jars: Kafka's jars (``fetch_jars``).
        data_directory: Kept between runs, and used by one broker at a time; None: a temporary one, removed at the end.
        port: For clients; 0 takes a free one and keeps it over ``restart`` and ``kill``.
        properties: More settings of the broker, which win over its own.
        listeners: More ports for clients, by security protocol (``{"SASL_PLAINTEXT": 9094}``); ``properties`` holds
            their configuration.
        cluster_id: Of the cluster that this node is formatted for, where several are one; None: a new one of its own.
        jvm_options: More of Java's own options.
        reason: Why this broker was chosen, for ``description``.
        start_timeout_seconds: Longest that ``start`` waits.
        stop_timeout_seconds: How long ``stop`` waits for a clean end before it kills.
        lock_wait_seconds: Longest that ``start`` waits for a broker whose owner was killed to release the data.
    """

    supports_topic_creation = True

    def __init__(
        self,
        java: Path,
        jars: KafkaJars,
        *,
        data_directory: Path | None = None,
        port: int = 0,
        properties: Mapping[str, str] | None = None,
        listeners: Mapping[str, int] | None = None,
        cluster_id: str | None = None,
        jvm_options: Sequence[str] = (),
        reason: str = "",
        start_timeout_seconds: float = 60.0,
        stop_timeout_seconds: float = 20.0,
        lock_wait_seconds: float = 10.0,
    ) -> None:
        self._java = java
        self._jars = jars
        self._kept_directory = data_directory
        self._temporary_directory: Path | None = None
        self._chosen_port = port
        self._port = port
        self._properties = dict(properties or {})
        self._listeners = dict(listeners or {})
        self._cluster_id = cluster_id or _new_cluster_id()
        self._jvm_options = tuple(jvm_options)
        self._reason = reason
        self._start_timeout_seconds = start_timeout_seconds
        self._stop_timeout_seconds = stop_timeout_seconds
        self._lock_wait_seconds = lock_wait_seconds
        self._process: GuardedProcess | None = None

    @property
    def bootstrap_servers(self) -> str:
        """``127.0.0.1:port``; it stays the same over ``restart`` and ``kill``.

        Raises:
            BrokerError: It was never started and its port is not chosen yet.
        """
        if not self._port:
            raise BrokerError("Apache Kafka was not started yet, so that it has no port: start it first")
        return f"{HOST}:{self._port}"

    @property
    def description(self) -> str:
        """One line for a person: which Kafka, where its data are, and why it was chosen."""
        data = f"data kept in {self._kept_directory}" if self._kept_directory else "temporary data"
        reason = f" ({self._reason})" if self._reason else ""
        return f"Apache Kafka {self._jars.version}, {data}{reason}"

    @property
    def is_running(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.exit_status is None

    @property
    def end(self) -> str | None:
        """How it ended, in a few words, if it did so by itself; None while it runs and when it was stopped."""
        process = self._process
        status = None if process is None else process.exit_status
        if status is None:
            return None
        # The guard gives its command's signal as 128 and more; its own as a negative number.
        number = -status if status < 0 else status - _SIGNAL_STATUS
        cause = signal.Signals(number).name if number in _SIGNALS else f"exit status {status}"
        log = f" (log: {self._kept_directory / 'kafka.log'})" if self._kept_directory else ""
        return f"Apache Kafka ended with {cause}{log}"

    def start(self) -> None:
        """Start it and return when a client gets answers (2 to 3 s on an idle machine); nothing happens if it runs.

        Raises:
            BrokerStartError: The port or the data are in use, or Kafka ended or did not answer in time; with the last
                lines of its log.
        """
        if self.is_running:
            return
        self.kill()
        directory = self._directory()
        lock = _locked(directory, self._lock_wait_seconds)
        try:
            for tries_left in reversed(range(_PORT_TRIES)):
                self._choose_port()
                try:
                    self._launch(directory, lock)
                    break
                except BrokerStartError as error:
                    self.kill()
                    lost_a_race = any(_PORT_TAKEN in line for line in error.log_tail) and not self._chosen_port
                    if not (lost_a_race and tries_left):
                        raise
                    self._port = 0
                except BaseException:
                    self.kill()
                    raise
        except BaseException:
            self._remove_temporary_directory()
            raise
        finally:
            # The guard inherits the lock, so the data stay locked while Kafka runs.
            os.close(lock)

    def stop(self) -> None:
        """Stop it within the bound; nothing happens if it does not run. Temporary data are removed."""
        if self._temporary_directory is not None:
            # Temporary data are removed, so they need no clean shutdown.
            self.kill()
        elif self._process is not None:
            self._process.terminate()
            self._process = None
        self._remove_temporary_directory()

    def kill(self) -> None:
        """End it as ``kill -9`` does, and keep its data; ``start`` brings it back on the same port."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Stop it cleanly and start it again, with the same port and data."""
        if self._process is not None:
            self._process.terminate()
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.stop()

    def _directory(self) -> Path:
        directory = self._kept_directory or self._temporary_directory
        if directory is None:
            directory = self._temporary_directory = Path(tempfile.mkdtemp(prefix="wirewatch-kafka-"))
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise BrokerStartError(f"cannot keep Apache Kafka's data in {directory}: {error}") from error
        return directory

    def _choose_port(self) -> None:
        if not self._port:
            self._port = free_port()
        elif not port_is_free(self._port):
            raise BrokerStartError(
                f"port {self._port} on {HOST} is taken: stop what listens there, choose another with "
                f"WIREWATCH_LOCAL_BROKER_PORT, or use it, if it is a Kafka, with "
                f"WIREWATCH_BOOTSTRAP_SERVERS={HOST}:{self._port}"
            )

    def _launch(self, directory: Path, lock: int) -> None:
        deadline = time.monotonic() + self._start_timeout_seconds
        log_file, console_file = directory / "kafka.log", directory / "console.log"
        log_start = log_file.stat().st_size if log_file.exists() else 0
        data = directory / "data"
        configuration = directory / "server.properties"
        properties = server_properties(data, self._port, free_port(), self._listeners) | self._properties
        configuration.write_text(as_properties_file(properties), encoding="ascii")
        logging_configuration = directory / "log4j2.properties"
        logging_configuration.write_text(as_properties_file(log4j_properties(log_file)), encoding="ascii")
        java = [str(self._java), *_JVM_OPTIONS, "-Djava.awt.headless=true"]
        archive = self._jars.class_archive(self._java)
        if archive.is_file():
            java.append(f"-XX:SharedArchiveFile={archive}")
        java += [f"-Dlog4j2.configurationFile={logging_configuration}", "-cp", self._jars.classpath]
        with console_file.open("wb") as console:
            # The formatter writes this file last: a directory that has it is complete.
            if not (data / "meta.properties").exists():
                self._format(java, configuration, console)
            self._process = process = GuardedProcess(
                [*java, *self._jvm_options, "kafka.Kafka", str(configuration)],
                output=console,
                grace_seconds=self._stop_timeout_seconds,
                inherited=lock,
                orphan_directory=self._temporary_directory,
            )
        while not (port_answers(self._port) and _client_gets_answers(self.bootstrap_servers)):
            status = process.exit_status
            if status is not None or time.monotonic() > deadline:
                log = (*_lines(console_file, 0), *_lines(log_file, log_start))
                happened = (
                    f"did not answer within {self._start_timeout_seconds:g} s"
                    if status is None
                    else f"ended at once with exit status {status}"
                )
                raise self._start_error(f"Apache Kafka {happened}", log, log_file)
            time.sleep(_POLL_SECONDS)

    def _format(self, java: list[str], configuration: Path, console: IO[bytes]) -> None:
        command = [*java, "kafka.tools.StorageTool", "format"]
        command += ["--cluster-id", self._cluster_id, "--config", str(configuration)]
        try:
            run = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=self._start_timeout_seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BrokerStartError(f"Apache Kafka's data could not be prepared: {error}") from error
        console.write(run.stdout)
        if run.returncode != 0:
            log = tuple(run.stdout.decode("utf-8", "replace").splitlines())
            happened = f"Apache Kafka's data could not be prepared, exit status {run.returncode}"
            raise self._start_error(happened, log, Path(console.name))

    def _start_error(self, happened: str, log: tuple[str, ...], log_file: Path) -> BrokerStartError:
        """An error with the innermost exception of the log, which says more than the exit status."""
        causes = [found[1] for line in log if (found := _EXCEPTION.match(line))]
        cause = causes[-1] if causes else next((line for line in reversed(log) if line.strip()), "its log is empty")
        # A temporary log is removed, so the error quotes its last lines.
        place = "" if self._temporary_directory else f"; log: {log_file}"
        return BrokerStartError(f"{happened}: {cause}{place}", log[-_LOG_TAIL_LINES:])

    def _remove_temporary_directory(self) -> None:
        if self._temporary_directory is not None:
            shutil.rmtree(self._temporary_directory, ignore_errors=True)
            self._temporary_directory = None


def _new_cluster_id() -> str:
    random_id = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
    # An id that starts with a dash would be read as an option.
    return f"W{random_id[1:]}"


def _locked(directory: Path, wait_seconds: float) -> int:
    """Lock the data for one broker; wait for a predecessor whose owner was killed to end."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise BrokerStartError(
                    f"another local broker uses the data in {directory}: use that one with "
                    "WIREWATCH_BOOTSTRAP_SERVERS, stop it, or choose other data with WIREWATCH_DATA_DIR"
                ) from None
            time.sleep(_POLL_SECONDS)
        else:
            return descriptor


def _client_gets_answers(bootstrap_servers: str) -> bool:
    # In a thread, so that a caller inside an event loop can start a broker too.
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(asyncio.run, _cluster_is_complete(bootstrap_servers)).result()


async def _cluster_is_complete(bootstrap_servers: str) -> bool:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=5_000)
    try:
        await client.start()
        cluster = await client.describe_cluster()
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()
    return bool(cluster["brokers"]) and cluster["controller_id"] >= 0


def _lines(log: Path, start: int) -> list[str]:
    if not log.exists():
        return []
    with log.open("rb") as handle:
        # The log was rolled if it is shorter than before.
        handle.seek(start if start <= log.stat().st_size else 0)
        return handle.read().decode("utf-8", "replace").splitlines()
