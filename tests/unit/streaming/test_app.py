from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from faust import SASLCredentials
from faust.tables import TableManager
from faust.types import Message
from faust.types.auth import AuthProtocol, SASLMechanism

from pipeline.errors import SettingError, WirewatchError
from pipeline.settings import Settings, load_settings
from pipeline.streaming.clock import utc_now
from pipeline.streaming.faust.app import StepApp, create_app, record_of
from pipeline.streaming.records import Outcome, Record, RecordPosition
from pipeline.streaming.steps.article_records import ArticleFacts, StatelessHandler
from pipeline.topology import ENTITIES_STEP, STEPS
from tests.unit.streaming.hop_scene import FakeInFlight


class NoStep(StatelessHandler[ArticleFacts]):
    def process(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
        return [Outcome(record) for record in records]


async def app_of_loop(settings: Settings, step: str = ENTITIES_STEP.name) -> StepApp:
    def stopped(error: WirewatchError) -> None:
        raise AssertionError(error)

    return create_app(
        STEPS[step], settings, NoStep("entities", utc_now), in_flight=FakeInFlight([]), on_stopped=stopped
    )


def app_of(settings: Settings, step: str = ENTITIES_STEP.name) -> StepApp:
    return asyncio.run(app_of_loop(settings, step))


def test_each_step_is_a_consumer_group_of_its_own() -> None:
    settings = load_settings(bootstrap_servers="a:1", topic_prefix="wire")
    assert {app_of(settings, step).conf.id for step in STEPS} == {f"wire.wirewatch.{step}" for step in STEPS}


def test_it_reads_raw_bytes_keeps_nothing_and_listens_nowhere() -> None:
    conf = app_of(load_settings(bootstrap_servers="a:1,b:2")).conf
    assert [str(url) for url in conf.broker] == ["kafka://a:1", "kafka://b:2"]
    assert (conf.key_serializer, conf.value_serializer) == ("raw", "raw")
    assert str(conf.store) == "memory:"
    assert not conf.web_enabled
    assert not conf.topic_allow_declare
    assert conf.topic_disable_leader
    assert conf.stream_wait_empty
    # Longer than any outage: the client would leave the group for good.
    assert conf.broker_max_poll_interval > 86_400
    assert conf.broker_credentials is None


def test_a_dead_member_is_given_up_after_the_session_timeout_of_the_settings() -> None:
    conf = app_of(load_settings(bootstrap_servers="a:1", broker_session_timeout_seconds=40)).conf
    assert (conf.broker_session_timeout, conf.broker_heartbeat_interval) == (40, 8)
    assert conf.broker_request_timeout >= 40


@pytest.mark.parametrize(
    ("protocol", "expected"), [("SASL_PLAINTEXT", AuthProtocol.SASL_PLAINTEXT), ("SASL_SSL", AuthProtocol.SASL_SSL)]
)
def test_user_and_password_are_passed_on_and_not_shown(protocol: str, expected: AuthProtocol) -> None:
    settings = load_settings(
        bootstrap_servers="a:1",
        security_protocol=protocol,
        sasl_mechanism="SCRAM-SHA-512",
        sasl_username="reader",
        sasl_password="hidden",
    )
    credentials = app_of(settings).conf.broker_credentials
    assert isinstance(credentials, SASLCredentials)
    assert (credentials.username, credentials.password, credentials.protocol) == ("reader", "hidden", expected)
    assert credentials.mechanism is SASLMechanism("SCRAM-SHA-512")
    assert (credentials.ssl_context is not None) == protocol.endswith("SSL")
    assert "hidden" not in repr(credentials)


def test_tls_alone_is_passed_on() -> None:
    credentials = app_of(load_settings(bootstrap_servers="a:1", security_protocol="SSL")).conf.broker_credentials
    assert credentials is not None
    assert credentials.protocol is AuthProtocol.SSL


def test_a_user_that_is_missing_is_told_before_anything_is_connected() -> None:
    with pytest.raises(SettingError, match="WIREWATCH_SASL_USERNAME"):
        app_of(load_settings(bootstrap_servers="a:1", security_protocol="SASL_SSL"))


async def test_a_broker_that_is_away_for_long_during_a_rebalance_ends_nothing() -> None:
    app = await app_of_loop(load_settings(bootstrap_servers="a:1"))
    back = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, back.set)
    # As Faust waits until the client has gone back to what is committed: with a limit.
    await cast("TableManager", app.tables).recovery._wait(back.wait(), timeout=0.001)
    assert back.is_set()


def test_it_makes_no_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asyncio.run(app_of(load_settings(bootstrap_servers="a:1")).on_first_start())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seconds", [1.7e12, -1e15, 1e300, None])
def test_a_timestamp_that_is_no_date_counts_as_of_now(seconds: float | None) -> None:
    message = Message("t", 0, 7, cast("float", seconds), 0, None, b"k", b"v", None)
    before = datetime.now(UTC)
    record = record_of(message)
    assert before <= record.timestamp <= datetime.now(UTC)
    assert (record.position, record.headers) == (RecordPosition(0, 7), ())
