"""What a local broker is, and which one is chosen: a real Apache Kafka wherever there is one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from pipeline.brokers.class_archive import prepare_class_archive
from pipeline.brokers.in_memory import InMemoryBroker
from pipeline.brokers.kafka import KafkaBroker
from pipeline.brokers.kafka_program import Progress, fetch_jars, find_java, silent
from pipeline.errors import KafkaMissingError


class Broker(Protocol):
    """A broker on loopback that this process starts and stops; as a context manager it runs for the block."""

    @property
    def bootstrap_servers(self) -> str:
        """``host:port`` for any Kafka client.

        Raises:
            BrokerError: It is not running.
        """
        ...

    @property
    def description(self) -> str:
        """One line for people: which broker this is, why it was chosen, and what it cannot do."""
        ...

    @property
    def supports_topic_creation(self) -> bool:
        """Whether topics can be created with partitions and settings; if not, they appear when first used."""
        ...

    @property
    def end(self) -> str | None:
        """How it ended, in a few words, if it did so by itself; None while it runs and when it was stopped."""
        ...

    def start(self) -> None:
        """Start it and return when a client gets answers.

        Raises:
            BrokerStartError: It did not come up.
        """
        ...

    def stop(self) -> None:
        """Stop it within a bounded time; nothing happens if it is not running."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


def local_broker(
    cache_dir: Path,
    *,
    data_directory: Path | None = None,
    port: int = 0,
    kafka_required: bool | None = None,
    on_progress: Progress | None = None,
    environment: Mapping[str, str] | None = None,
) -> Broker:
    """Choose a broker for this machine; ``description`` says which and why. It is not started yet.

    Chooses a real Apache Kafka if Java 17 is installed and Kafka's jars are cached or Maven can fetch them; else the
    in-memory broker.

    Args:
        cache_dir: Where Kafka's jars are kept.
        data_directory: Kafka's data, kept between runs; None: temporary. The in-memory broker keeps nothing.
        port: Kafka's port; 0 takes a free one. The in-memory broker always takes a free one.
        kafka_required: Whether a missing Kafka is an error; by default, if ``CI=true`` is in the environment.
        on_progress: Called with a sentence that says what is waited for.
        environment: Where ``PATH``, ``JAVA_HOME`` and ``CI`` are read; by default this process's environment.

    Raises:
        KafkaMissingError: Kafka is required and something that it needs is missing.
    """
    variables = os.environ if environment is None else environment
    required = is_continuous_integration(variables) if kafka_required is None else kafka_required
    try:
        java = find_java(variables)
        jars = fetch_jars(cache_dir, java, on_progress=on_progress or silent, environment=variables)
        prepare_class_archive(java, jars, on_progress=on_progress or silent)
    except KafkaMissingError as error:
        if required:
            raise
        return InMemoryBroker(reason=str(error))
    return KafkaBroker(java, jars, data_directory=data_directory, port=port, reason=f"on {java}")


def is_continuous_integration(environment: Mapping[str, str]) -> bool:
    """Whether ``CI=true`` is set: tests may not be skipped for a missing tool then."""
    return environment.get("CI", "").lower() == "true"
