"""A real Kafka with a second port, behind which one user may do nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pipeline.brokers import KafkaBroker, KafkaJars, free_port

USER, PASSWORD = "reader", "a-password"


@contextlib.contextmanager
def guarded_broker(program: tuple[Path, KafkaJars]) -> Iterator[tuple[KafkaBroker, str]]:
    """The broker, whose first port serves the administrator, and ``host:port`` that asks for a password."""
    port = free_port()
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    properties = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # A client of the listener without passwords is the administrator.
        "super.users": "User:ANONYMOUS",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": f'{plain} user_{USER}="{PASSWORD}";',
    }
    with KafkaBroker(*program, properties=properties, listeners={"SASL_PLAINTEXT": port}) as broker:
        yield broker, f"127.0.0.1:{port}"
