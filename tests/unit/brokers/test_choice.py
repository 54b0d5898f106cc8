"""Which broker is chosen, and how it describes itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.brokers import InMemoryBroker, KafkaBroker, local_broker
from pipeline.errors import KafkaMissingError
from tests.unit.brokers.fake_program import fake_program


def test_without_java_and_maven_it_is_the_in_memory_broker_and_says_why(tmp_path: Path) -> None:
    broker = local_broker(tmp_path / "cache", environment={"PATH": str(tmp_path)})
    assert isinstance(broker, InMemoryBroker)
    assert not broker.supports_topic_creation
    assert "in-memory broker" in broker.description
    assert "no Java 17" in broker.description or "no Maven" in broker.description


@pytest.mark.parametrize(("is_required", "environment"), [(None, {"CI": "true"}), (True, {})])
def test_continuous_integration_and_who_requires_kafka_get_an_error_without_it(
    tmp_path: Path, is_required: bool | None, environment: dict[str, str]
) -> None:
    with pytest.raises(KafkaMissingError):
        local_broker(tmp_path / "cache", kafka_required=is_required, environment={"PATH": str(tmp_path), **environment})


def test_with_java_and_maven_it_is_kafka_and_says_where_its_data_are(tmp_path: Path) -> None:
    fake_program(tmp_path / "bin" / "java", "echo 'openjdk version \"21.0.2\"' >&2")
    fake_program(
        tmp_path / "bin" / "mvn",
        'for a; do case "$a" in -DoutputDirectory=*) d="${a#*=}";; esac; done; '
        '/bin/mkdir -p "$d"; : > "$d/kafka_2.13-9.jar"',
    )
    environment = {"PATH": str(tmp_path / "bin")}
    kept = local_broker(tmp_path / "cache", data_directory=tmp_path / "data", environment=environment)
    assert isinstance(kept, KafkaBroker)
    assert kept.supports_topic_creation
    assert f"data kept in {tmp_path / 'data'}" in kept.description
    assert "temporary data" in local_broker(tmp_path / "cache", environment=environment).description
