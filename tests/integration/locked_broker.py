"""A real Kafka behind TLS, logins and rights: one broker with a port for each way in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined] # it names them in no __all__
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from pipeline.brokers import KafkaBroker, KafkaJars, free_port
from pipeline.messages.rules import CANARY_CHANNEL
from pipeline.topology import ALERTS, RAW, channel_topic
from tests.integration.certificates import EXPIRED, NOT_YET, Authority, Pair

PASSWORD = "pa=ss;word#1"
PREFIX = "kept"
_TOPICS, _GROUPS = f"topic {PREFIX}.*", f"group {PREFIX}.wirewatch.*"
_RAW, _ALERTS = (topic.full_name(PREFIX) for topic in (RAW, ALERTS))
# What each may do where: all that the steps need, or less.
USERS: dict[str, dict[str, str]] = {
    "pipeline": {_TOPICS: "CREATE DESCRIBE DESCRIBE_CONFIGS READ WRITE", _GROUPS: "DESCRIBE READ"},
    "nobody": {},
    "without-group": {_TOPICS: "CREATE DESCRIBE DESCRIBE_CONFIGS READ WRITE"},
    "without-write": {_TOPICS: "DESCRIBE READ"},
    "without-raw": {_TOPICS: "DESCRIBE", f"topic {_ALERTS}": "WRITE"},
    "without-read": {_TOPICS: "DESCRIBE WRITE"},
    "without-configs": {_TOPICS: "CREATE DESCRIBE READ WRITE"},
    # As docs/how-to/use-your-own-kafka.md says, and for the canary docs/how-to/watch-it.md.
    "source": {f"topic {_RAW}": "WRITE"},
    "canary": {
        f"topic {_RAW}": "WRITE",
        f"topic {channel_topic(CANARY_CHANNEL).full_name(PREFIX)}": "READ DESCRIBE CREATE",
        _TOPICS: "DESCRIBE",
        _GROUPS: "DESCRIBE",
    },
}
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_PROTOCOLS = {
    "TLS": "SSL",
    "MUTUAL": "SSL",
    "LOGIN": "SASL_SSL",
    "OPEN_LOGIN": "SASL_PLAINTEXT",
    "MISLEADING": "SSL",
    "EXPIRED": "SSL",
    "NOT_YET": "SSL",
    "OTHER_HOST": "SSL",
    "SELF_SIGNED": "SSL",
    "OLD": "SSL",
}


@dataclass(frozen=True)
class LockedBroker:
    """The running broker.

    Attributes:
        broker: Its first port serves the administrator, without TLS and without a password.
        ports: Of each listener.
        folder: With all keys and certificates.
        authority: It has signed the broker's certificates, and clients' that the broker takes.
        client: A client's key and certificate that the broker takes.
    """

    broker: KafkaBroker
    ports: dict[str, int]
    folder: Path
    authority: Authority
    client: Pair

    def servers(self, listener: str) -> str:
        """``host:port`` of a listener; ``PLAINTEXT`` is the administrator's."""
        return f"127.0.0.1:{self.ports[listener]}" if listener in self.ports else self.broker.bootstrap_servers


@contextlib.contextmanager
def locked_broker(program: tuple[Path, KafkaJars], folder: Path) -> Iterator[LockedBroker]:
    """Start the broker, with its certificates in a folder."""
    authority = Authority(folder, "authority")
    good = authority.signed("broker")
    shown = {
        "EXPIRED": authority.signed("expired", dates=EXPIRED),
        "NOT_YET": authority.signed("not-yet", dates=NOT_YET),
        "OTHER_HOST": authority.signed("other-host", "DNS:kafka.example"),
        "SELF_SIGNED": authority.self_signed("self-signed"),
    }
    plain = free_port()
    ports = {name: free_port() for name in _PROTOCOLS}
    own = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT", **_PROTOCOLS}
    # The broker that one port names has a certificate of another host.
    advertised = {"PLAINTEXT": plain, **ports, "MISLEADING": ports["OTHER_HOST"]}
    properties = {
        "advertised.listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in advertised.items()),
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in own.items()),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # A client of the listener without passwords is the administrator.
        "super.users": "User:ANONYMOUS",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(good.both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.certificate),
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.mutual.ssl.client.auth": "required",
        "listener.name.old.ssl.enabled.protocols": "TLSv1.1",
        "listener.name.old.ssl.protocol": "TLSv1.1",
    }
    for name, pair in shown.items():
        properties[f"listener.name.{name.lower()}.ssl.keystore.type"] = "PEM"
        properties[f"listener.name.{name.lower()}.ssl.keystore.location"] = str(pair.both)
    logins = " ".join(f'user_{user}="{PASSWORD}"' for user in USERS)
    for name in ("login", "open_login"):
        properties[f"listener.name.{name}.plain.sasl.jaas.config"] = f"{_PLAIN} {logins};"
    security = folder / "java.security"
    # Java would refuse to start a listener for a TLS as old as that.
    security.write_text("jdk.tls.disabledAlgorithms=\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JDK_JAVA_OPTIONS", f"-Djava.security.properties={security}")
        broker = KafkaBroker(*program, port=plain, properties=properties, listeners=ports)
        broker.start()
    with broker:
        _grant(broker)
        yield LockedBroker(broker, ports, folder, authority, authority.signed("client"))


def _grant(broker: KafkaBroker) -> None:
    bindings = [
        AclBinding(
            ResourceType[resource.split()[0].upper()],
            resource.split()[1].rstrip("*"),
            ResourcePatternType.PREFIXED if resource.endswith("*") else ResourcePatternType.LITERAL,
            f"User:{user}",
            "*",
            AclOperation[operation],
            AclPermissionType.ALLOW,
        )
        for user, rights in USERS.items()
        for resource, operations in rights.items()
        for operation in operations.split()
    ]
    administrator = AdminClient({"bootstrap.servers": broker.bootstrap_servers})
    for granted in administrator.create_acls(bindings).values():
        granted.result(timeout=30)
