"""A broker that refuses: each command says in one line what this user may not do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from pipeline.brokers import KafkaJars
from pipeline.errors import AccessDeniedError
from pipeline.settings import Settings, load_settings
from pipeline.streaming.kafka.publishing import ArticlePayload, publish_articles
from pipeline.streaming.kafka.subscription import subscribed
from pipeline.streaming.kafka.topic_setup import apply_topics, delete_topics
from pipeline.streaming.steps.alerts_step import AlertHandler
from pipeline.streaming.stores.rule_reader import RuleReader
from pipeline.streaming.stores.rule_store import RuleStore
from tests.integration.guarded_broker import PASSWORD, USER, guarded_broker
from tests.unit.streaming.fake_index import FakeIndex


@pytest.fixture(scope="module")
def reader_settings(kafka_program: tuple[Path, KafkaJars]) -> Iterator[Settings]:
    """A user without any permission on the broker; the topics exist."""
    with guarded_broker(kafka_program) as (broker, guarded):
        asyncio.run(apply_topics(load_settings(bootstrap_servers=broker.bootstrap_servers, topic_prefix="kept")))
        yield load_settings(
            bootstrap_servers=guarded,
            topic_prefix="kept",
            security_protocol="SASL_PLAINTEXT",
            sasl_username=USER,
            sasl_password=PASSWORD,
        )


async def entered(context: AbstractAsyncContextManager[object]) -> None:
    async with context:
        pass


COMMANDS: dict[str, Callable[[Settings], Awaitable[object]]] = {
    "subscribe": lambda settings: entered(subscribed(settings)),
    "publish": lambda settings: publish_articles(settings, [ArticlePayload("a", b"{}")]),
    "read rules": lambda settings: RuleStore(settings).read(),
    "follow rules": lambda settings: entered(RuleReader(settings, FakeIndex())),
    "take over": lambda settings: AlertHandler(settings).assigned(frozenset({0})),
    "apply": apply_topics,
}


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_topic_without_permission_is_named(reader_settings: Settings, command: str) -> None:
    with pytest.raises(
        AccessDeniedError, match=r"does not let this user \w+( to)? topic kept\..*: grant \w+"
    ) as caught:
        async with asyncio.timeout(30):
            await COMMANDS[command](reader_settings)
    assert "\n" not in str(caught.value)


def test_topics_that_may_not_be_seen_are_not_deleted(reader_settings: Settings) -> None:
    assert asyncio.run(delete_topics(reader_settings)) == ()


def test_a_wrong_password_is_said_and_not_shown(reader_settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    wrong = load_settings(**{**reader_settings.model_dump(), "sasl_password": "guessed"})
    with pytest.raises(
        AccessDeniedError, match=r"no login to Kafka at 127\.0\.0\.1:\d+: user 'reader' or its password"
    ):
        asyncio.run(entered(subscribed(wrong)))
    assert "guessed" not in caplog.text
