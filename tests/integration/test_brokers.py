"""The brokers themselves: both carry records; a real Kafka survives what the other tests do to it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from pipeline.brokers import Broker, InMemoryBroker, KafkaBroker, KafkaJars
from pipeline.brokers.class_archive import prepare_class_archive
from pipeline.errors import BrokerError, BrokerStartError
from pipeline.settings import default_cache_dir
from tests.command_line import bounded
from tests.integration.guarded_broker import PASSWORD, USER, guarded_broker
from tests.integration.kafka_process import pid_of_kafka
from tests.unit.brokers.fake_program import fake_program
from tests.waiting import wait_until

DEADLINE_SECONDS = 60.0


@pytest.fixture(params=["kafka", "in-memory"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    if request.param == "kafka":
        yield request.getfixturevalue("kafka")
    else:
        with InMemoryBroker() as in_memory:
            yield in_memory


def test_every_broker_carries_a_record(broker: Broker, topic_prefix: str) -> None:
    topic = f"{topic_prefix}.records"
    if broker.supports_topic_creation:
        create_topic(broker, topic)
    publish(broker, topic, b"North Korea")
    assert read(broker, topic, count=1) == [b"North Korea"]


def test_every_broker_is_reached_on_loopback_only(broker: Broker) -> None:
    host, _, port = broker.bootstrap_servers.partition(":")
    assert host == "127.0.0.1"
    assert listening_addresses(int(port)) == {"127.0.0.1"}


def test_every_broker_says_what_it_is(broker: Broker) -> None:
    assert "Kafka 4" in broker.description or "in-memory" in broker.description
    assert "\n" not in broker.description


def test_the_in_memory_broker_starts_empty_again() -> None:
    broker = InMemoryBroker()
    with broker:
        publish(broker, "records", b"first life")
    with broker:
        publish(broker, "records", b"second life")
        assert read(broker, "records", count=1) == [b"second life"]


def test_kafka_creates_no_topic_unasked(kafka: KafkaBroker, topic_prefix: str) -> None:
    with pytest.raises(KafkaError):
        publish(kafka, f"{topic_prefix}.misspelt", b"lost", timeout_seconds=2)


def test_kafka_takes_a_dead_letter_of_eight_mebibytes(kafka: KafkaBroker, topic_prefix: str) -> None:
    topic = f"{topic_prefix}.dead-letters"
    create_topic(kafka, topic, {"max.message.bytes": str(8 * 1024 * 1024)})
    value = os.urandom(8 * 1024 * 1024 - 1024)
    publish(kafka, topic, value)
    assert read(kafka, topic, count=1) == [value]


def test_records_and_port_survive_restart_and_kill(kafka_program: tuple[Path, KafkaJars]) -> None:
    with KafkaBroker(*kafka_program) as broker:
        address = broker.bootstrap_servers
        create_topic(broker, "records")
        publish(broker, "records", b"before")
        broker.restart()
        publish(broker, "records", b"between")
        broker.kill()
        assert not broker.is_running
        broker.start()
        assert broker.bootstrap_servers == address
        assert sorted(read(broker, "records", count=2)) == [b"before", b"between"]


def test_kept_data_serve_the_next_broker_and_one_at_a_time(
    kafka_program: tuple[Path, KafkaJars], tmp_path: Path
) -> None:
    data = tmp_path / "kafka"
    with KafkaBroker(*kafka_program, data_directory=data) as first:
        create_topic(first, "records")
        publish(first, "records", b"kept")
        with pytest.raises(BrokerStartError, match=f"another local broker uses the data in {data}"):
            KafkaBroker(*kafka_program, data_directory=data, lock_wait_seconds=0).start()
    with KafkaBroker(*kafka_program, data_directory=data) as second:
        assert read(second, "records", count=1) == [b"kept"]


def test_temporary_data_are_gone_after_stop(
    kafka_program: tuple[Path, KafkaJars], monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with KafkaBroker(*kafka_program):
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_it_starts_from_within_an_event_loop(kafka_program: tuple[Path, KafkaJars]) -> None:
    async def use() -> bool:
        with KafkaBroker(*kafka_program) as broker:
            return broker.is_running

    assert asyncio.run(use())


def test_a_taken_port_is_an_error_that_says_what_to_do(kafka_program: tuple[Path, KafkaJars]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(BrokerStartError, match=f"port {port} on 127.0.0.1 is taken"):
            KafkaBroker(*kafka_program, port=port).start()


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("num.io.threads", "many", r"num\.io\.threads"),
        ("authorizer.class.name", "no.such.Authorizer", r"no\.such\.Authorizer"),
    ],
)
def test_what_kafka_refuses_or_ends_of_is_named_in_one_line_and_nothing_runs(
    kafka_program: tuple[Path, KafkaJars], name: str, value: str, named: str
) -> None:
    broker = KafkaBroker(*kafka_program, properties={name: value})
    with pytest.raises(BrokerStartError, match=named) as caught:
        broker.start()
    assert caught.value.log_tail
    assert "\n" not in str(caught.value)
    assert not broker.is_running


def test_a_kafka_that_was_never_started_has_no_address(kafka_program: tuple[Path, KafkaJars]) -> None:
    with pytest.raises(BrokerError, match="start it first"):
        _ = KafkaBroker(*kafka_program).bootstrap_servers


def test_kafka_is_gone_when_its_owner_was_killed(kafka_program: tuple[Path, KafkaJars], tmp_path: Path) -> None:
    data = tmp_path / "kafka"
    script = f"""
import pathlib, time
from pipeline.brokers import local_broker
with local_broker(pathlib.Path({str(default_cache_dir())!r}), data_directory=pathlib.Path({str(data)!r})) as broker:
    print(broker.bootstrap_servers, flush=True)
    time.sleep(600)
"""
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    with bounded(owner):
        assert owner.stdout is not None
        port = int(owner.stdout.readline().partition(":")[2])
    wait_until(lambda: not listening_addresses(port), "nobody listens")
    # The data are free again, and whole.
    with KafkaBroker(*kafka_program, data_directory=data) as broker:
        assert broker.is_running


def test_a_user_without_permission_is_refused(kafka_program: tuple[Path, KafkaJars]) -> None:
    with guarded_broker(kafka_program) as (broker, guarded):
        create_topic(broker, "records")
        publish(broker, "records", b"secret")
        with pytest.raises(TopicAuthorizationFailedError):
            publish(
                guarded,
                "records",
                b"refused",
                security_protocol="SASL_PLAINTEXT",
                sasl_mechanism="PLAIN",
                sasl_plain_username=USER,
                sasl_plain_password=PASSWORD,
            )


def create_topic(broker: Broker, topic: str, config: dict[str, str] | None = None) -> None:
    async def create() -> None:
        client = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
        await client.start()
        try:
            answer = await client.create_topics([NewTopic(topic, 2, 1, topic_configs=config or {})])
            assert [error[1] for error in answer.topic_errors] == [0], answer
        finally:
            await client.close()

    asyncio.run(create())


def publish(
    broker: Broker | str, topic: str, value: bytes, *, timeout_seconds: float = DEADLINE_SECONDS, **options: Any
) -> None:
    async def send() -> None:
        async with AIOKafkaProducer(
            bootstrap_servers=broker if isinstance(broker, str) else broker.bootstrap_servers,
            max_request_size=9 * 1024 * 1024,
            request_timeout_ms=int(timeout_seconds * 1000),
            **options,
        ) as producer:
            await producer.send_and_wait(topic, value)

    asyncio.run(send())


def read(broker: Broker, topic: str, count: int) -> list[bytes]:
    async def consume() -> list[bytes]:
        async with AIOKafkaConsumer(
            bootstrap_servers=broker.bootstrap_servers, max_partition_fetch_bytes=9 * 1024 * 1024
        ) as consumer:
            await consumer._client.force_metadata_update()
            consumer.assign([TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()])
            await consumer.seek_to_beginning()
            async with asyncio.timeout(DEADLINE_SECONDS):
                return [(await consumer.getone()).value for _ in range(count)]

    return asyncio.run(consume())


def listening_addresses(port: int) -> set[str]:
    """The local addresses with a listener on this port (Linux: /proc; elsewhere: lsof)."""
    if Path("/proc/net/tcp").exists():
        found = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in Path(table).read_text().splitlines()[1:]:
                address, state = line.split()[1], line.split()[3]
                host, _, hex_port = address.partition(":")
                if state == "0A" and int(hex_port, 16) == port:
                    found.add(ipv4(host))
        return found
    assert shutil.which("lsof")
    answer = subprocess.run(
        ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fn"], capture_output=True, text=True, check=False
    )
    return {line[1:].rpartition(":")[0] for line in answer.stdout.splitlines() if line.startswith("n")}


def ipv4(hexadecimal: str) -> str:
    if len(hexadecimal) == 8:
        return socket.inet_ntop(socket.AF_INET, bytes.fromhex(hexadecimal)[::-1])
    groups = [bytes.fromhex(hexadecimal[i : i + 8])[::-1] for i in range(0, 32, 8)]
    return socket.inet_ntop(socket.AF_INET6, b"".join(groups)).removeprefix("::ffff:")


def test_kafka_with_its_classes_archived_carries_records_and_uses_the_archive(
    kafka_program: tuple[Path, KafkaJars], tmp_path: Path, topic_prefix: str
) -> None:
    java, jars = kafka_program
    # Jars of its own folder, so that the archive of this machine's cache is neither used nor made.
    own = KafkaJars(tmp_path / "kafka", jars.version)
    own.directory.symlink_to(jars.directory)
    told: list[str] = []
    for _ in range(2):
        prepare_class_archive(java, own, on_progress=told.append)
    assert told == ["Preparing Apache Kafka to start sooner (some seconds, only this once)"]
    assert own.class_archive(java).is_file()
    with KafkaBroker(java, own, data_directory=tmp_path / "data") as broker:
        topic = f"{topic_prefix}.records"
        create_topic(broker, topic)
        publish(broker, topic, b"North Korea")
        assert read(broker, topic, count=1) == [b"North Korea"]
        maps = Path(f"/proc/{pid_of_kafka(tmp_path / 'data')}/maps").read_text()
    assert str(own.class_archive(java)) in maps


def test_classes_that_cannot_be_archived_are_told(tmp_path: Path) -> None:
    java = fake_program(tmp_path / "bin" / "java", "exit 1")
    told: list[str] = []
    prepare_class_archive(java, KafkaJars(tmp_path / "jars", "4.0.0"), on_progress=told.append)
    assert told[-1].startswith("Apache Kafka starts later than it could, since its classes cannot be archived: ")
