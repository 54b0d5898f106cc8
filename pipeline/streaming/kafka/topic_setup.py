"""Create the topics, report where existing ones differ from what they should be, and list what they hold."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from aiokafka import AIOKafkaConsumer, TopicPartition

from pipeline import topology
from pipeline.errors import AccessDeniedError, BrokerError
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.client import client_options, connected, kafka_errors_translated
from pipeline.streaming.kafka.topic_admin import (
    MIN_INSYNC_REPLICAS,
    ConfigValue,
    TopicAdmin,
    TopicState,
    topic_admin,
)
from pipeline.topology import Topic

# Values that may be raised on a live topic without losing anything.
_RAISABLE = frozenset({"retention.ms", "max.message.bytes"})
_UNLIMITED = -1
_SETTLE_TIMEOUT_SECONDS = 30.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class TopicDifference:
    """One value of a topic that is not as it should be; ``str()`` is one line.

    Attributes:
        topic: Full name.
        setting: Kafka's name of the value, or ``partitions``.
        expected: The value that this version would create the topic with.
        found: The value that the topic had.
        reason: Why it was not corrected, where a person need not decide that.
    """

    topic: str
    setting: str
    expected: str
    found: str
    reason: str = ""

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.topic}: {self.setting} is {self.found}, expected {self.expected}{reason}"


@dataclass(frozen=True, slots=True)
class TopicReport:
    """What ``apply_topics`` found and did.

    Attributes:
        created: Full names.
        changed: Differences that were corrected, since raising a limit loses nothing.
        differences: Differences that were left: only a person can decide which side is right, or this user may not
            change the topic.
        is_checked: False on a broker without administration of topics, which creates them on demand.
    """

    created: tuple[str, ...] = ()
    changed: tuple[TopicDifference, ...] = ()
    differences: tuple[TopicDifference, ...] = ()
    is_checked: bool = True


async def apply_topics(settings: KafkaSettings, *, channels: Iterable[str] = ()) -> TopicReport:
    """Create every topic that is missing, check the others, and wait until all can be read and written.

    Calling it again changes nothing, and several processes may call it at the same time. A topic is never shrunk: a
    limit that is too low is raised, any other difference is reported and left.

    Args:
        settings: Brokers, prefix and replication factor.
        channels: Alert channels that need a topic; existing topics of channels are checked in any case.

    Returns:
        What was created, changed and left as it was.

    Raises:
        SettingError: More replicas must be in sync than there are to be.
        BrokerError: No broker answers, or this user may not see or create one of the topics.
        TopicRefusedError: The broker will not create or change one of them.
        BrokerError: After 30 s the brokers still do not show what was created or changed.
    """
    async with topic_admin(settings) as admin:
        existing = await admin.names()
        wanted = _wanted_topics(settings.topic_prefix, channels, existing)
        missing = {name: topic for name, topic in wanted.items() if name not in existing}
        if not await admin.is_supported():
            await admin.touch(wanted)
            await _await_leaders(admin, wanted)
            return TopicReport(is_checked=False)
        created = await admin.create(missing) if missing else ()
        states = await _await_leaders(admin, wanted)
        await _await_replicas(settings, {name: states[name] for name in created})
        differences = [*_layout_differences(wanted, states, settings.replication_factor)]
        changed: list[TopicDifference] = []
        configs = await admin.configs([name for name in wanted if name not in created])
        for name, config in configs.items():
            expected = {**wanted[name].config, MIN_INSYNC_REPLICAS: str(settings.fewest_insync_replicas)}
            raisable, other = config_differences(name, expected, config, states[name].replicas)
            differences += other
            if raisable:
                own = {key: value.value for key, value in config.items() if value.is_own}
                own |= {difference.setting: difference.expected for difference in raisable}
                try:
                    await admin.set_own_config(name, own)
                except AccessDeniedError:
                    reason = "this user may not change it: grant AlterConfigs"
                    differences += [replace(difference, reason=reason) for difference in raisable]
                else:
                    changed += raisable
        await _await_configs(admin, changed)
        return TopicReport(tuple(sorted(created)), tuple(changed), tuple(differences))


async def ensure_topics(settings: KafkaSettings, topics: Iterable[Topic]) -> tuple[str, ...]:
    """Create those of these topics that are missing, and touch no other: for a user with rights on these alone.

    Returns:
        The full names of those created.

    Raises:
        BrokerError: As ``apply_topics``.
    """
    wanted = {topic.full_name(settings.topic_prefix): topic for topic in topics}
    async with topic_admin(settings) as admin:
        existing = await admin.describe(wanted)
        missing = {name: topic for name, topic in wanted.items() if name not in existing}
        if not missing:
            return ()
        if not await admin.is_supported():
            await admin.touch(missing)
            await _await_leaders(admin, missing)
            return ()
        created = await admin.create(missing)
        states = await _await_leaders(admin, missing)
        await _await_replicas(settings, {name: states[name] for name in created})
        return created


async def restore_topics(settings: KafkaSettings, names: Collection[str]) -> tuple[str, ...]:
    """Create again those of these topics, of the route or of channels, that were deleted while they are written to.

    Returns:
        The full names of those created, and of others of the route that were missing too.

    Raises:
        BrokerError: As ``apply_topics``.
    """
    async with topic_admin(settings) as admin:
        missing = frozenset(names) - await admin.names()
    if not missing:
        return ()
    return (await apply_topics(settings, channels=_channels(settings.topic_prefix, missing))).created


async def delete_topics(settings: KafkaSettings) -> tuple[str, ...]:
    """Delete every Wirewatch topic of the settings' prefix, with all that it holds, and wait until they are gone.

    Returns:
        The full names of those deleted; none on a broker that cannot delete topics, since it keeps nothing anyway.

    Raises:
        BrokerError: No broker answers, or this user may not delete one of them.
        TopicRefusedError: The broker will not delete one of them.
        BrokerError: They are still there after 30 s.
    """
    async with topic_admin(settings) as admin:
        existing = await admin.names()
        doomed = frozenset(_wanted_topics(settings.topic_prefix, (), existing)) & existing
        if not doomed or not await admin.is_supported():
            return ()
        await admin.delete(doomed)
        async with _settling("that were deleted are still there"):
            while doomed & await admin.names():  # noqa: ASYNC110 - the cluster sends no event to wait for
                await asyncio.sleep(_POLL_SECONDS)
    return tuple(sorted(doomed))


def _wanted_topics(prefix: str, channels: Iterable[str], existing: Collection[str]) -> dict[str, Topic]:
    topics = [*topology.TOPICS, *map(topology.channel_topic, (*channels, *_channels(prefix, existing)))]
    return {topic.full_name(prefix): topic for topic in topics}


def _channels(prefix: str, names: Iterable[str]) -> list[str]:
    """The channels that have their topics among these names."""
    pattern = re.compile(re.escape(f"{prefix}.{topology.ALERTS.name}.") + r"([a-z0-9-]{1,40})\.v1")
    return [found[1] for name in names if (found := pattern.fullmatch(name))]


async def _await_leaders(admin: TopicAdmin, topics: Collection[str]) -> dict[str, TopicState]:
    states: dict[str, TopicState] = {}
    async with _settling("have no leader"):
        while len(states) < len(topics) or not all(state.has_leaders for state in states.values()):
            states = await admin.describe(topics)
            await asyncio.sleep(_POLL_SECONDS)
    return states


async def _await_replicas(settings: KafkaSettings, created: Mapping[str, TopicState]) -> None:
    """Wait until the leaders serve, a moment after they are elected: they answer a request for offsets then."""
    if not created:
        return
    places = [TopicPartition(name, number) for name, state in created.items() for number in state.partitions]
    consumer = AIOKafkaConsumer(group_id=None, enable_auto_commit=False, **client_options(settings))
    async with _settling("cannot be read"), connected(consumer, settings):
        with kafka_errors_translated(settings, "topics", "read"):
            await consumer.end_offsets(places)


async def _await_configs(admin: TopicAdmin, changed: Collection[TopicDifference]) -> None:
    async with _settling("do not show their new configuration"):
        while changed:
            configs = await admin.configs({difference.topic for difference in changed})
            changed = [one for one in changed if configs[one.topic][one.setting].value != one.expected]
            await asyncio.sleep(_POLL_SECONDS)


@contextlib.asynccontextmanager
async def _settling(complaint: str) -> AsyncIterator[None]:
    """Bound the wait until every broker knows what the controller has decided."""
    try:
        async with asyncio.timeout(_SETTLE_TIMEOUT_SECONDS):
            yield
    except TimeoutError:
        raise BrokerError(
            f"topics {complaint} after {_SETTLE_TIMEOUT_SECONDS:g} s: look at the broker's log, or try again"
        ) from None


def _layout_differences(
    topics: Mapping[str, Topic], states: Mapping[str, TopicState], replicas: int
) -> Iterator[TopicDifference]:
    for name, topic in topics.items():
        found = states[name]
        if len(found.partitions) != topic.partitions:
            yield TopicDifference(name, "partitions", str(topic.partitions), str(len(found.partitions)))
        if found.replicas < replicas:
            yield TopicDifference(name, "replicas", str(replicas), str(found.replicas))


def config_differences(
    name: str, expected: Mapping[str, str], config: Mapping[str, ConfigValue], replicas: int
) -> tuple[list[TopicDifference], list[TopicDifference]]:
    """The differences of a topic with so many replicas that may be corrected, and all others.

    Limits are corrected where they are too low. Of ``min.insync.replicas`` a higher value is as good, up to the number
    of replicas: with a higher one nothing can be written.
    """
    raisable: list[TopicDifference] = []
    other: list[TopicDifference] = []
    for setting, value in expected.items():
        found = config[setting].value
        difference = TopicDifference(name, setting, value, found)
        if setting == MIN_INSYNC_REPLICAS:
            is_good = int(value) <= int(found) <= replicas
            is_below = int(found) < int(value) <= replicas
        else:
            is_good = found == value
            is_below = setting in _RAISABLE and int(found) != _UNLIMITED and int(found) < int(value)
        if not is_good:
            (raisable if is_below else other).append(difference)
    return raisable, other


@dataclass(frozen=True, slots=True)
class ListedTopic:
    """A topic of the route, or of an alert channel.

    Attributes:
        topic: The topic as it should be.
        name: Its full name.
        state: The topic as it is; None when it is missing.
        messages: Number of offsets from its oldest message to its end; a compacted topic holds fewer messages.
    """

    topic: Topic
    name: str
    state: TopicState | None
    messages: int


async def list_topics(settings: KafkaSettings) -> tuple[ListedTopic, ...]:
    """The topics of the route and the channels' topics that exist, in the order of the route.

    Raises:
        BrokerError: No broker answers, or this user may not see one of them.
    """
    async with topic_admin(settings) as admin:
        topics = _wanted_topics(settings.topic_prefix, (), sorted(await admin.names()))
        states = await admin.describe(topics)
    counts = await _message_counts(settings, states)
    return tuple(ListedTopic(topic, name, states.get(name), counts.get(name, 0)) for name, topic in topics.items())


async def _message_counts(settings: KafkaSettings, states: dict[str, TopicState]) -> dict[str, int]:
    places = [TopicPartition(name, number) for name, state in states.items() for number in state.partitions]
    if not places:
        return {}
    counts = dict.fromkeys(states, 0)
    consumer = AIOKafkaConsumer(group_id=None, enable_auto_commit=False, **client_options(settings))
    with kafka_errors_translated(settings, "topics", "read"):
        async with connected(consumer, settings):
            ends = await consumer.end_offsets(places)
            begins = await consumer.beginning_offsets(places)
    for place in places:
        counts[place.topic] += ends[place] - begins[place]
    return counts
