"""What every integration test may ask for: a real Kafka, and topic names of its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.brokers import KafkaBroker, KafkaJars, fetch_jars, find_java, is_continuous_integration
from pipeline.errors import KafkaMissingError
from pipeline.settings import NO_PIPELINE, default_cache_dir


@pytest.fixture(scope="session")
def kafka_program() -> tuple[Path, KafkaJars]:
    """Java and Kafka's jars, for a test that starts a broker of its own: ``KafkaBroker(*kafka_program)``."""
    try:
        java = find_java()
        return java, fetch_jars(default_cache_dir(), java)
    except KafkaMissingError as error:
        if is_continuous_integration(os.environ):
            pytest.fail(f"CI=true lets nothing be skipped: {error}")
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def kafka(kafka_program: tuple[Path, KafkaJars]) -> Iterator[KafkaBroker]:
    """A running Kafka that the tests of one process share; a test that stops or kills its broker starts its own."""
    with KafkaBroker(*kafka_program) as broker:
        yield broker


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run without a model, so that processes start sooner; the demo's tests use the model."""
    monkeypatch.setenv("WIREWATCH_SPACY_FALLBACK", NO_PIPELINE)


@pytest.fixture
def topic_prefix() -> str:
    """A unique topic prefix, so that tests can share a broker."""
    return f"t{secrets.token_hex(4)}"
