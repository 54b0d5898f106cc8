"""The configuration of a local, one-node Apache Kafka, as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HOST = "127.0.0.1"
# The dead letters' topic takes 8 MiB; headers come on top.
_MAX_MESSAGE_BYTES = 9 * 1024 * 1024


def server_properties(
    data_directory: Path, port: int, controller_port: int, listeners: Mapping[str, int] | None = None
) -> dict[str, str]:
    """Settings of one KRaft node, broker and controller in one, that listens on loopback only.

    Args:
        data_directory: Where the node keeps its logs.
        port: For clients.
        controller_port: For the node itself.
        listeners: More ports for clients, by security protocol.

    Source: https://kafka.apache.org/43/configuration/broker-configs/
    """
    ports = {"PLAINTEXT": port, "CONTROLLER": controller_port, **(listeners or {})}
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": ",".join(f"{name}://{HOST}:{number}" for name, number in ports.items()),
        "listener.security.protocol.map": ",".join(
            f"{name}:{'PLAINTEXT' if name == 'CONTROLLER' else name}" for name in ports
        ),
        "log.dirs": str(data_directory),
        # A misspelt topic must be an error, not a new topic with default settings.
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        # After kill -9 the controller refuses the node until its old session expires: 9 s by default.
        "broker.heartbeat.interval.ms": "500",
        "broker.session.timeout.ms": "3000",
        "message.max.bytes": str(_MAX_MESSAGE_BYTES),
        "replica.fetch.max.bytes": str(_MAX_MESSAGE_BYTES),
        # One node: one replica of everything, and few partitions for Kafka's internal topics.
        "default.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # The default of 128 MiB is nearly the whole heap.
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    }


def log4j_properties(log_file: Path) -> dict[str, str]:
    """Settings of Log4j 2: warnings and worse into one file, which is rolled at 10 MB and kept twice."""
    return {
        "status": "error",
        "appender.file.type": "RollingFile",
        "appender.file.name": "file",
        "appender.file.fileName": str(log_file),
        "appender.file.filePattern": f"{log_file}.%i",
        "appender.file.layout.type": "PatternLayout",
        "appender.file.layout.pattern": "%d{ISO8601} %p %c{1}: %m%n",
        "appender.file.policies.type": "Policies",
        "appender.file.policies.size.type": "SizeBasedTriggeringPolicy",
        "appender.file.policies.size.size": "10MB",
        "appender.file.strategy.type": "DefaultRolloverStrategy",
        "appender.file.strategy.max": "2",
        "rootLogger.level": "warn",
        "rootLogger.appenderRef.file.ref": "file",
    }


def as_properties_file(properties: Mapping[str, str]) -> str:
    """Write settings in the format of ``java.util.Properties``, one a line."""
    return "".join(f"{name}={_escaped(value)}\n" for name, value in properties.items())


def _escaped(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    ascii_only = "".join(_unicode_escape(character) for character in escaped)
    return f"\\{ascii_only}" if ascii_only.startswith(" ") else ascii_only


def _unicode_escape(character: str) -> str:
    # Properties files are read as ISO 8859-1; anything else is UTF-16 code units.
    if character.isascii():
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
