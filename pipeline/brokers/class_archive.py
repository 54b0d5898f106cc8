"""Java's archive of the classes that Kafka loads: it halves the processor time of a start, and saves memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pipeline.brokers.kafka import KafkaBroker
from pipeline.brokers.kafka_program import KafkaJars, Progress, only_one
from pipeline.errors import BrokerError

_STOP_SECONDS = 120.0


def prepare_class_archive(java: Path, jars: KafkaJars, *, on_progress: Progress) -> None:
    """Make the archive for this Java and these jars unless it is there: a broker writes it at its end (some seconds).

    Two processes may call this at once: the second waits for the first. Without the archive Kafka only starts later, so
    that a failure is told and is no error.

    Args:
        java: Runs Kafka, now and later.
        jars: Of Kafka; the archive is kept beside them.
        on_progress: Called with a sentence that says what is waited for, or why there is no archive.
    """
    archive = jars.class_archive(java)
    if archive.is_file():
        return
    try:
        with only_one(archive.with_suffix(".lock"), on_progress):
            if not archive.is_file():
                on_progress("Preparing Apache Kafka to start sooner (some seconds, only this once)")
                _make(java, jars, archive)
    except (BrokerError, OSError) as error:
        on_progress(f"Apache Kafka starts later than it could, since its classes cannot be archived: {error}")


def _make(java: Path, jars: KafkaJars, archive: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="archiving-", dir=archive.parent) as folder:
        partial = Path(folder) / archive.name
        broker = KafkaBroker(
            java,
            jars,
            # Data that are kept are closed in order, which is when Java writes the archive.
            data_directory=Path(folder) / "kafka",
            jvm_options=(f"-XX:ArchiveClassesAtExit={partial}",),
            stop_timeout_seconds=_STOP_SECONDS,
        )
        with broker:
            pass
        partial.rename(archive)
