"""The in-memory broker's life; what it carries is an integration test."""

from __future__ import annotations

import sys

import pytest

from pipeline.brokers import InMemoryBroker
from pipeline.errors import BrokerError, KafkaMissingError


def test_a_broker_that_does_not_run_has_no_address() -> None:
    broker = InMemoryBroker()
    with pytest.raises(BrokerError, match="start it first"):
        _ = broker.bootstrap_servers


def test_without_confluent_kafka_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(KafkaMissingError, match=r"pip install 'wirewatch\[mock-broker\]'"):
        InMemoryBroker().start()
