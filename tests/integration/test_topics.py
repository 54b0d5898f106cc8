from __future__ import annotations

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from pipeline import topology
from pipeline.brokers import InMemoryBroker
from pipeline.errors import BrokerUnreachableError, SettingError, TopicMissingError, TopicRefusedError
from pipeline.settings import Settings, load_settings
from pipeline.streaming.kafka.client import client_options, connected
from pipeline.streaming.kafka.topic_admin import MIN_INSYNC_REPLICAS, ConfigValue, partitions_of, topic_admin
from pipeline.streaming.kafka.topic_setup import TopicDifference, apply_topics, config_differences, delete_topics


async def create(settings: Settings, name: str, partitions: int, config: dict[str, str]) -> None:
    async with connected(AIOKafkaAdminClient(**client_options(settings)), settings) as client:
        await client.create_topics([NewTopic(name, partitions, 1, topic_configs=config)])
    async with topic_admin(settings) as admin, asyncio.timeout(10):
        state = None
        while state is None or not state.has_leaders:
            state = (await admin.describe([name])).get(name)


async def config_of(settings: Settings, name: str) -> dict[str, str]:
    async with topic_admin(settings) as admin:
        return {key: found.value for key, found in (await admin.configs([name]))[name].items()}


async def test_topics_are_created_as_the_topology_says_and_once(settings: Settings) -> None:
    report = await apply_topics(settings, channels=["security"])
    expected = {topic.full_name(settings.topic_prefix) for topic in topology.TOPICS}
    assert set(report.created) == expected | {f"{settings.topic_prefix}.alerts.security.v1"}
    assert report.is_checked
    assert not report.differences
    for topic in topology.TOPICS:
        name = topic.full_name(settings.topic_prefix)
        assert await partitions_of(settings, name) == tuple(range(topic.partitions))
        assert (await config_of(settings, name)).items() >= {**topic.config, "min.insync.replicas": "1"}.items()

    again = await apply_topics(settings)
    assert (again.created, again.changed, again.differences) == ((), (), ())


async def test_two_processes_may_apply_at_once(settings: Settings) -> None:
    reports = await asyncio.gather(*(apply_topics(settings) for _ in range(3)))
    created = [name for report in reports for name in report.created]
    assert len(created) == len(set(created)) == len(topology.TOPICS)


async def test_a_limit_that_is_too_low_is_raised_and_nothing_else_of_the_topic_changes(settings: Settings) -> None:
    name = topology.ALERTS.full_name(settings.topic_prefix)
    own = {"max.message.bytes": "1000000", "retention.ms": "1000", "segment.ms": "3600000"}
    await create(settings, name, 12, own)
    report = await apply_topics(settings)
    assert set(report.changed) == {
        TopicDifference(name, "max.message.bytes", "4194304", "1000000"),
        TopicDifference(name, "retention.ms", "2592000000", "1000"),
    }
    assert name not in report.created
    assert (await config_of(settings, name)).items() >= {**topology.ALERTS.config, "segment.ms": "3600000"}.items()
    assert (await apply_topics(settings)).changed == ()


async def test_what_only_a_person_can_decide_is_reported_and_left(settings: Settings) -> None:
    raw, alerts = (topic.full_name(settings.topic_prefix) for topic in (topology.RAW, topology.ALERTS))
    await create(settings, raw, 3, {"retention.ms": "-1", "max.message.bytes": "8388608"})
    await create(settings, alerts, 16, {**topology.ALERTS.config, "cleanup.policy": "compact"})
    report = await apply_topics(settings)
    assert {str(difference) for difference in report.differences} == {
        f"{raw}: partitions is 3, expected 12",
        f"{raw}: retention.ms is -1, expected 259200000",
        f"{raw}: max.message.bytes is 8388608, expected 2097152",
        f"{alerts}: partitions is 16, expected 12",
        f"{alerts}: cleanup.policy is compact, expected delete",
    }
    assert not report.changed
    assert (await config_of(settings, raw))["retention.ms"] == "-1"


async def test_a_topic_that_nobody_could_write_to_is_reported(settings: Settings) -> None:
    name = topology.ALERTS.full_name(settings.topic_prefix)
    await create(settings, name, 12, {**topology.ALERTS.config, "min.insync.replicas": "2"})
    assert (await apply_topics(settings)).differences == (TopicDifference(name, "min.insync.replicas", "1", "2"),)


async def test_fewer_replicas_than_set_are_reported_and_so_is_what_they_cannot_hold(settings: Settings) -> None:
    await apply_topics(settings)
    report = await apply_topics(settings.model_copy(update={"replication_factor": 3}))
    name = topology.ALERTS.full_name(settings.topic_prefix)
    assert [str(difference) for difference in report.differences if difference.topic == name] == [
        f"{name}: replicas is 1, expected 3",
        f"{name}: min.insync.replicas is 1, expected 2",
    ]
    assert not report.changed


@pytest.mark.parametrize(
    ("found", "replicas", "raisable", "left"),
    [(1, 3, True, False), (2, 3, False, False), (3, 3, False, False), (4, 3, False, True), (1, 1, False, True)],
)
def test_replicas_in_sync_are_raised_where_a_topic_has_them(
    found: int, replicas: int, raisable: bool, left: bool
) -> None:
    config = {MIN_INSYNC_REPLICAS: ConfigValue(str(found), is_own=False)}
    raised, other = config_differences("t", {MIN_INSYNC_REPLICAS: "2"}, config, replicas)
    assert (bool(raised), bool(other)) == (raisable, left)


def test_no_more_replicas_must_be_in_sync_than_there_are() -> None:
    assert [load_settings(replication_factor=number).fewest_insync_replicas for number in (1, 2, 3, 5)] == [1, 1, 2, 4]
    assert load_settings(replication_factor=3, min_insync_replicas=1).fewest_insync_replicas == 1
    with pytest.raises(SettingError, match=r"WIREWATCH_MIN_INSYNC_REPLICAS: 2 is more than WIREWATCH_REPLICATION"):
        _ = load_settings(min_insync_replicas=2).fewest_insync_replicas


async def test_a_channel_that_exists_is_checked_without_being_named(settings: Settings) -> None:
    name = topology.channel_topic("security").full_name(settings.topic_prefix)
    await create(settings, name, 1, topology.channel_topic("security").config)
    assert (await apply_topics(settings)).differences == (TopicDifference(name, "partitions", "12", "1"),)


async def test_more_replicas_than_brokers_are_refused_by_name_of_the_setting(settings: Settings) -> None:
    with pytest.raises(TopicRefusedError, match="WIREWATCH_REPLICATION_FACTOR"):
        await apply_topics(settings.model_copy(update={"replication_factor": 3}))


async def test_deleting_takes_the_topics_of_this_prefix_and_no_other(settings: Settings) -> None:
    longer = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}.demo"})
    stranger = f"{settings.topic_prefix}.other.v1"
    await create(settings, stranger, 1, {})
    await apply_topics(settings, channels=["security"])
    kept = (await apply_topics(longer)).created
    deleted = await delete_topics(settings)
    assert len(deleted) == len(topology.TOPICS) + 1
    assert await delete_topics(settings) == ()
    for name in (*kept, stranger):
        assert await partitions_of(settings, name)
    assert len((await apply_topics(settings)).created) == len(topology.TOPICS)


async def test_asking_for_a_topic_does_not_create_it(settings: Settings) -> None:
    name = topology.ALERTS.full_name(settings.topic_prefix)
    for _ in range(2):
        with pytest.raises(TopicMissingError, match=f"topic {name} does not exist"):
            await partitions_of(settings, name)


async def test_the_in_memory_broker_is_known_by_what_it_cannot_do(topic_prefix: str) -> None:
    with InMemoryBroker() as broker:
        settings = load_settings(bootstrap_servers=broker.bootstrap_servers, topic_prefix=topic_prefix)
        report = await apply_topics(settings, channels=["security"])
        assert not report.is_checked
        assert not report.created
        name = topology.channel_topic("security").full_name(topic_prefix)
        assert await partitions_of(settings, name) == (0, 1, 2, 3)
        assert await delete_topics(settings) == ()


async def test_a_broker_that_is_not_there_is_said() -> None:
    with pytest.raises(BrokerUnreachableError, match=r"no Kafka broker answers at 127\.0\.0\.1:9"):
        await apply_topics(load_settings(bootstrap_servers="127.0.0.1:9"))
