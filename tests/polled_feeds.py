"""A poller as a process of its own, by documents made up for tests: ``python -m tests.polled_feeds BROKERS PREFIX``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from ipaddress import ip_network
from random import Random

import msgspec

from pipeline.messages.source_states import SourceState
from pipeline.settings import Settings, load_settings
from pipeline.sources.fetching import AddressPolicy, Fetched, WebFetcher
from pipeline.sources.pages import Page
from pipeline.sources.polling.readings import PollReader
from pipeline.sources.polling.schedule import PollPace
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.observability.health import Readiness
from pipeline.streaming.polling.polling_group import PollingGroup
from pipeline.streaming.polling.source_poller import PollTopics, SourcePoller
from pipeline.streaming.stores.compacted_records import document_kind
from pipeline.topology import RAW, Topic
from tests.unit.streaming.observed_polls import ObservedPolls

SHORTEST_SECONDS = 0.2


class PolledFeed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document of a source."""

    id: str
    url: str
    name: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    interval_seconds: float | None = SHORTEST_SECONDS
    headers: Mapping[str, str] = {}


FEEDS_TOPIC = Topic("feeds", PolledFeed, "original key", None, 1024 * 1024, "Made-up sources.", partitions=6)
STATES_TOPIC = Topic("feed-states", SourceState, "original key", None, 2 * 1024 * 1024, "Their states.", partitions=6)
FEEDS = document_kind(FEEDS_TOPIC, PolledFeed, "source")
STATES = document_kind(STATES_TOPIC, SourceState, "state")


class NoPages:
    """The feeds hold the whole text."""

    async def read(self, answer: Fetched) -> Page:
        raise AssertionError(answer.url)


async def poll(settings: Settings) -> None:
    """Poll until the process is ended."""
    topics = PollTopics(*(topic.full_name(settings.topic_prefix) for topic in (RAW, STATES_TOPIC)))
    policy = AddressPolicy((ip_network("127.0.0.0/8"),))
    async with (
        WebFetcher(user_agent="wirewatch-tests", policy=policy) as fetcher,
        publishing(settings, "sources", topics.raw) as publisher,
    ):
        reader = PollReader(PollPace(shortest_seconds=SHORTEST_SECONDS), Random(1))
        group = PollingGroup(
            settings,
            f"{settings.topic_prefix}.pollers",
            FEEDS,
            STATES,
            prepare=lambda feed: feed,
            make_poller=lambda: SourcePoller(
                fetcher,
                NoPages(),
                publisher,
                reader,
                topics,
                pause_seconds=0.01,
                requests=50,
                observer=ObservedPolls(),
            ),
        )
        await group.work(Readiness())


if __name__ == "__main__":
    asyncio.run(
        poll(load_settings(bootstrap_servers=sys.argv[1], topic_prefix=sys.argv[2], broker_session_timeout_seconds=6.0))
    )
