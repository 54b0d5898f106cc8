from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka import errors as kafka_errors
from aiokafka.admin import AIOKafkaAdminClient

from pipeline.brokers import free_port
from pipeline.errors import (
    AccessDeniedError,
    BrokerUnreachableError,
    LoginRefusedError,
    SettingError,
    UnfitConnectionError,
)
from pipeline.settings import Settings
from pipeline.streaming.kafka.client import bootstrap_servers, client_options, connected, kafka_errors_translated


def settings(**fields: object) -> Settings:
    return Settings.model_validate({"bootstrap_servers": "one:9092, two:9093", **fields})


def test_no_bootstrap_servers_mean_the_local_broker_by_its_address() -> None:
    assert bootstrap_servers(settings(bootstrap_servers="", local_broker_port=19092)) == ["127.0.0.1:19092"]


@pytest.mark.parametrize("servers", ["", "one", "one:", ":9092", "one:nine", "one:70000", "one:9092,two"])
def test_an_address_that_is_not_host_and_port_is_refused_and_so_is_a_local_broker_on_any_port(servers: str) -> None:
    said = "is not host:port" if servers else "WIREWATCH_BOOTSTRAP_SERVERS: empty"
    with pytest.raises(SettingError, match=said):
        bootstrap_servers(settings(bootstrap_servers=servers, local_broker_port=0))


def test_plain_text_needs_nothing_but_addresses_and_sasl_also_mechanism_user_and_password() -> None:
    addresses = {"bootstrap_servers": ["one:9092", "two:9093"]}
    assert client_options(settings()) == {**addresses, "security_protocol": "PLAINTEXT"}
    fields = {"sasl_mechanism": "SCRAM-SHA-256", "sasl_username": "reader", "sasl_password": "secret"}
    assert client_options(settings(security_protocol="SASL_PLAINTEXT", **fields)) == {
        **addresses,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "reader",
        "sasl_plain_password": "secret",
    }


def test_sasl_without_a_user_is_refused() -> None:
    with pytest.raises(SettingError, match="WIREWATCH_SASL_USERNAME: needed for SASL_SSL"):
        client_options(settings(security_protocol="SASL_SSL"))


def test_tls_checks_the_brokers_name_and_certificate() -> None:
    context = client_options(settings(security_protocol="SSL"))["ssl_context"]
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"


@pytest.mark.parametrize(
    ("fields", "setting"),
    [
        ({"ssl_ca_file": "no-such.pem"}, "WIREWATCH_SSL_CA_FILE"),
        ({"ssl_cert_file": "no-such.pem"}, "WIREWATCH_SSL_CERT_FILE"),
        ({"ssl_key_file": "no-such.pem"}, "WIREWATCH_SSL_CERT_FILE"),
        ({"ssl_ca_file": "/"}, "WIREWATCH_SSL_CA_FILE"),
        ({"ssl_ca_file": __file__}, "WIREWATCH_SSL_CA_FILE"),
        ({"ssl_cert_file": __file__}, "WIREWATCH_SSL_CERT_FILE"),
    ],
)
def test_a_certificate_that_cannot_be_used_names_its_setting(fields: dict[str, str], setting: str) -> None:
    with pytest.raises(SettingError) as caught:
        client_options(settings(security_protocol="SSL", **{name: Path(path) for name, path in fields.items()}))
    assert caught.value.name == setting


async def connect(kind: type, where: Settings, timeout_seconds: float) -> None:
    async with connected(kind(**client_options(where)), where, timeout_seconds=timeout_seconds):
        raise AssertionError("connected to nothing")


@pytest.mark.parametrize("kind", [AIOKafkaConsumer, AIOKafkaAdminClient])
def test_a_broker_that_is_not_there_is_one_clear_line(kind: type, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with pytest.raises(
        BrokerUnreachableError, match=f"no Kafka broker answers at 127.0.0.1:{port} .*refused"
    ) as caught:
        asyncio.run(connect(kind, settings(bootstrap_servers=f"127.0.0.1:{port}"), 5.0))
    assert "\n" not in str(caught.value)
    assert not caplog.records


def test_a_broker_that_never_answers_is_given_up_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        where = settings(bootstrap_servers=f"127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(BrokerUnreachableError, match=r"no answer in 0\.2 s"):
            asyncio.run(connect(AIOKafkaConsumer, where, 0.2))


@pytest.mark.parametrize(
    ("raised", "expected", "text"),
    [
        (kafka_errors.TopicAuthorizationFailedError("t"), AccessDeniedError, "does not let this user read topic t"),
        (kafka_errors.TopicAuthorizationFailedError({"u", "t"}), AccessDeniedError, "let this user read topic t, u: "),
        (
            kafka_errors.GroupAuthorizationFailedError("g"),
            AccessDeniedError,
            "user read group g: grant Read on group g",
        ),
        (kafka_errors.SaslAuthenticationFailed("bad"), LoginRefusedError, "or its password is not right (bad)"),
        (kafka_errors.IllegalSaslStateError(), UnfitConnectionError, "this port asks for no login"),
        (kafka_errors.RequestTimedOutError(), BrokerUnreachableError, "no Kafka broker answers at one:9092,two:9093"),
        (kafka_errors.OffsetOutOfRangeError(), kafka_errors.OffsetOutOfRangeError, ""),
    ],
)
def test_aiokafka_errors_become_ours(raised: Exception, expected: type[Exception], text: str) -> None:
    with pytest.raises(expected) as caught, kafka_errors_translated(settings(), "topic t", "read"):
        raise raised
    assert text in str(caught.value)
