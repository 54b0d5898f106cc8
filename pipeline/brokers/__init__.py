"""Start a broker on this machine, for a first run and for tests.

``local_broker`` chooses: a real Apache Kafka where Java is there, an in-memory one where it is not. Both are a
``Broker``: a context manager with ``bootstrap_servers``. Both end with the process that started them.
"""

from __future__ import annotations

from pipeline.brokers.broker_watch import BrokerWatch
from pipeline.brokers.choice import Broker, is_continuous_integration, local_broker
from pipeline.brokers.in_memory import InMemoryBroker
from pipeline.brokers.kafka import KafkaBroker
from pipeline.brokers.kafka_program import KafkaJars, cached_jars, fetch_jars, find_java, kafka_version
from pipeline.brokers.ports import free_port

__all__ = [
    "Broker",
    "BrokerWatch",
    "InMemoryBroker",
    "KafkaBroker",
    "KafkaJars",
    "cached_jars",
    "fetch_jars",
    "find_java",
    "free_port",
    "is_continuous_integration",
    "kafka_version",
    "local_broker",
]
