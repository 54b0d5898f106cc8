"""Watch rules in their topic: written by the store, followed by a step."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from pipeline.brokers import InMemoryBroker
from pipeline.errors import RuleError, TopicMissingError
from pipeline.messages.codec import encode
from pipeline.messages.rules import Examples, WatchRule
from pipeline.settings import Settings, load_settings
from pipeline.streaming.kafka.topic_admin import partitions_of
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.stores.rule_reader import RuleReader
from pipeline.streaming.stores.rule_store import RuleStore, compare_rules
from pipeline.topology import WATCH_RULES, channel_topic
from tests import waiting
from tests.unit.streaming.fake_index import FakeIndex

from .topics_on_kafka import send

LIVE_WITHIN_SECONDS = 5.0


def rule(rule_id: str, when: str = "NATO", channel: str | None = None) -> WatchRule:
    return WatchRule(id=rule_id, when=when, channel=channel)


async def apply(settings: Settings, *rules: WatchRule, rule_set: str = "default", prune: bool = False) -> None:
    store = RuleStore(settings)
    await apply_topics(settings)
    await store.apply(compare_rules(await store.read(), rules, rule_set), prune=prune)


@contextlib.asynccontextmanager
async def following(settings: Settings, index: FakeIndex) -> AsyncIterator[RuleReader]:
    async with RuleReader(settings, index) as reader:
        following = asyncio.create_task(reader.follow())
        try:
            yield reader
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following


async def until(condition: Callable[[], bool]) -> None:
    await waiting.until(condition, "the change is live", within_seconds=LIVE_WITHIN_SECONDS)


async def test_rules_are_applied_compared_and_pruned_by_set(settings: Settings) -> None:
    store = RuleStore(settings)
    await apply(settings, rule("a"), rule("b"), rule_set="desk")
    await apply(settings, rule("c"), rule_set="other")
    await apply(settings, rule("a", "NATO + Iran"), rule_set="desk")
    assert set(await store.read()) == {"a", "b", "c"}
    await apply(settings, rule("a", "NATO + Iran"), rule_set="desk", prune=True)
    stored = await store.read()
    assert {one.id: one.rule_set for one in stored.values()} == {"a": "desk", "c": "other"}
    assert stored["a"].rule == rule("a", "NATO + Iran")
    again = compare_rules(stored, [rule("a", "NATO + Iran")], "desk")
    assert not again.added
    assert not again.changed
    assert not again.surplus


def test_a_channel_has_its_topic_when_its_rule_is_applied(settings: Settings) -> None:
    asyncio.run(apply(settings, rule("a", channel="security")))
    name = channel_topic("security").full_name(settings.topic_prefix)
    assert len(asyncio.run(partitions_of(settings, name))) == channel_topic("security").partitions


async def test_a_mute_outlives_a_new_version_and_leaves_the_document(settings: Settings) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    store = RuleStore(settings)
    await apply(settings, rule("a"), rule("b"), rule_set="desk")
    version = (await store.read())["a"].version
    await store.mute(["a"], until)
    muted = (await store.read())["a"]
    assert (muted.muted_until, muted.rule_set, muted.version) == (until, "desk", version)
    await apply(settings, rule("a", "Iran"), rule("b"), rule_set="desk")
    changed = (await store.read())["a"]
    assert changed.muted_until == until
    assert changed.version != version
    await store.mute(["a"], None)
    assert (await store.read())["a"].muted_until is None


async def test_a_rule_that_is_not_there_can_be_neither_deleted_nor_muted(settings: Settings) -> None:
    store = RuleStore(settings)
    await apply(settings, rule("a"))
    with pytest.raises(RuleError, match=r"watch-rules\.v1: rule nobody: there is no such rule"):
        await store.delete(["a", "nobody"])
    with pytest.raises(RuleError, match="rule nobody"):
        await store.mute(["nobody"], datetime.now(UTC))
    assert set(await store.read()) == {"a"}
    await store.delete(["a"])
    assert not await store.read()


async def test_a_document_over_the_limit_is_refused_by_name_and_the_others_are_written(settings: Settings) -> None:
    huge = WatchRule(id="huge", when="NATO", examples=Examples(fires=("x" * WATCH_RULES.max_message_bytes,)))
    with pytest.raises(RuleError, match="rule huge: "):
        await apply(settings, rule("a"), huge, rule("b"))
    assert set(await RuleStore(settings).read()) == {"a", "b"}


def test_without_a_rules_topic_it_is_said_what_to_do(settings: Settings) -> None:
    with pytest.raises(TopicMissingError, match="wirewatch topics apply"):
        asyncio.run(RuleStore(settings).read())


async def test_a_step_starts_with_all_rules_and_follows_every_change(settings: Settings) -> None:
    await apply(settings, *(rule(f"r{number}") for number in range(300)))
    await apply(settings, rule("r0", "Iran"), *(rule(f"r{number}") for number in range(1, 299)), prune=True)
    index = FakeIndex()
    async with following(settings, index) as reader:
        assert len(index.rules) == 299
        assert index.rules["r0"].when == "Iran"
        assert len(reader.rules) == 299
        assert REGISTRY.get_sample_value("wirewatch_rules_loaded", {"step": "rules"}) == 299

        await apply(settings, rule("new"), rule_set="other")
        await until(lambda: "new" in index.rules)
        await apply(settings, rule("new", "Iran"), rule_set="other")
        await until(lambda: index.rules["new"].when == "Iran")
        await RuleStore(settings).mute(["new"], datetime.now(UTC) + timedelta(seconds=1.5))
        await until(lambda: "new" not in index.rules)
        await until(lambda: "new" in index.rules)
        await RuleStore(settings).delete(["new"])
        await until(lambda: "new" not in index.rules)
        assert len(reader.rules) == 299


async def test_progress_is_logged_while_loading(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await apply(settings, *(rule(f"r{number}") for number in range(50)))
        async with RuleReader(settings, FakeIndex(), progress_seconds=0.0):
            pass
    assert "watch rules are loading: 50 records of at most 50 are read" in caplog.messages
    assert "50 watch rules are loaded, 0 set aside" in caplog.messages


async def test_bad_rules_in_the_topic_stop_no_other(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    later_version = json.dumps({"id": "later", "when": "NATO", "near": 8}).encode()
    records = [(b"broken", b"{"), (b"later", later_version), (b"open", encode(rule("open", "(")))]
    await apply(settings, rule("good"))
    await send(settings, WATCH_RULES, records)
    index = FakeIndex()
    async with following(settings, index) as reader:
        assert set(index.rules) == {"good"}
        assert set(reader.rules.set_aside) == {"broken", "later", "open"}
        assert REGISTRY.get_sample_value("wirewatch_rules_set_aside", {"step": "rules"}) == 3
        await send(settings, WATCH_RULES, [(b"open", encode(rule("open")))])
        await until(lambda: "open" in index.rules)
        await until(lambda: REGISTRY.get_sample_value("wirewatch_rules_set_aside", {"step": "rules"}) == 2)
    assert sum("rule later is set aside" in message for message in caplog.messages) == 1
    stored = await RuleStore(settings).read()
    assert stored["broken"].problem.startswith("not JSON")
    assert stored["later"].rule is None
    assert stored["open"].rule == rule("open")


async def test_the_in_memory_broker_holds_rules_too(topic_prefix: str) -> None:
    with InMemoryBroker() as broker:
        settings = load_settings(bootstrap_servers=broker.bootstrap_servers, topic_prefix=topic_prefix)
        index = FakeIndex()
        await apply(settings, rule("a"), rule("b", channel="security"))
        async with following(settings, index):
            assert set(index.rules) == {"a", "b"}
            await apply(settings, rule("a", "Iran"), prune=True)
            await until(lambda: {one.id: one.when for one in index.rules.values()} == {"a": "Iran"})
