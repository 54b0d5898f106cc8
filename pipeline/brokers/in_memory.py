"""The in-memory broker inside librdkafka, for a first look without Java."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pipeline.errors import BrokerError, BrokerStartError, KafkaMissingError

if TYPE_CHECKING:
    from confluent_kafka import Producer

_ANSWER_SECONDS = 10.0
_LIMITS = (
    "in-memory broker of librdkafka, for a first look only: nothing is kept, 4 partitions a topic, about 4 MB each"
)


class InMemoryBroker:
    """librdkafka's mock cluster of one broker; it runs inside this process and ends with it.

    Any Kafka client of any process on this machine can use it. It creates topics when they are first used, always
    with four partitions; it cannot create or configure them, does not compact, and drops a partition's oldest messages
    at about 4 MB.

    Args:
        reason: Why this broker was chosen, for ``description``.

    Source: https://github.com/confluentinc/librdkafka/blob/master/src/rdkafka_mock.h
    """

    supports_topic_creation = False

    def __init__(self, reason: str = "") -> None:
        self._reason = reason
        self._host: Producer | None = None
        self._bootstrap_servers = ""

    @property
    def bootstrap_servers(self) -> str:
        """``host:port`` for any Kafka client; a new port at every start."""
        if not self._bootstrap_servers:
            raise BrokerError("the in-memory broker is not running: start it first")
        return self._bootstrap_servers

    @property
    def description(self) -> str:
        """One line for a person: its limits, and why it was chosen."""
        return f"{_LIMITS} ({self._reason})" if self._reason else _LIMITS

    @property
    def end(self) -> str | None:
        """None: it ends with this process."""
        return None

    def start(self) -> None:
        """Start it; nothing happens if it runs.

        Raises:
            KafkaMissingError: The package confluent-kafka is not installed.
            BrokerStartError: It does not answer.
        """
        if self._host is not None:
            return
        try:
            from confluent_kafka import KafkaException, Producer  # noqa: PLC0415 - an optional dependency
        except ImportError as error:
            raise KafkaMissingError(
                "confluent-kafka", "the in-memory broker needs confluent-kafka: pip install 'wirewatch[mock-broker]'"
            ) from error
        # The cluster lives as long as this client; the client's log would announce it on standard error.
        host = Producer({"test.mock.num.brokers": 1, "log_level": 4, "logger": logging.getLogger(__name__)})
        try:
            brokers = host.list_topics(timeout=_ANSWER_SECONDS).brokers
        except KafkaException as error:
            raise BrokerStartError(f"the in-memory broker does not answer: {error}") from error
        self._bootstrap_servers = ",".join(f"{broker.host}:{broker.port}" for broker in brokers.values())
        self._host = host

    def stop(self) -> None:
        """Stop it and drop all messages; nothing happens if it is not running."""
        self._host = None
        self._bootstrap_servers = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.stop()
