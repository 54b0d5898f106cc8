"""What every integration test may ask for: a real Kafka, settings with topic names of its own, and the command line."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.brokers import KafkaBroker, KafkaJars, fetch_jars, find_java, is_continuous_integration
from pipeline.errors import KafkaMissingError
from pipeline.settings import NO_PIPELINE, Settings, default_cache_dir, load_settings
from tests.command_line import CommandLine

REPOSITORY = Path(__file__).parents[2]


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
def children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes find the package, and run without a model, so that they start sooner; the demo uses the model."""
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("WIREWATCH_SPACY_FALLBACK", NO_PIPELINE)


@pytest.fixture
def topic_prefix() -> str:
    """A unique topic prefix, so that tests can share a broker."""
    return f"t{secrets.token_hex(4)}"


@pytest.fixture
def settings(kafka: KafkaBroker, topic_prefix: str, tmp_path: Path) -> Settings:
    """A pipeline of its own on the shared Kafka, quick to try again; its topics are not created yet."""
    return load_settings(
        bootstrap_servers=kafka.bootstrap_servers,
        topic_prefix=topic_prefix,
        data_dir=tmp_path,
        metrics_port=0,
        retry_first_seconds=0.05,
        retry_max_seconds=0.5,
        # The least that a broker grants: a dead member holds its partitions for so long.
        broker_session_timeout_seconds=6.0,
    )


@pytest.fixture
def wirewatch(settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line with the settings' brokers and topics."""
    return CommandLine(
        monkeypatch, capfd, bootstrap_servers=settings.bootstrap_servers, topic_prefix=settings.topic_prefix
    )


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Of a test that draws at random: the one of the command line, else a new one; the test prints it."""
    seed: int | None = request.config.getoption("--seed")
    return random.SystemRandom().randrange(1_000_000) if seed is None else seed
