"""The canary on a real Kafka, where no worker runs."""

from __future__ import annotations

import asyncio

from pipeline import metrics
from pipeline.settings import Settings
from pipeline.streaming.kafka.topic_admin import topic_admin
from pipeline.streaming.kafka.topic_setup import apply_topics, ensure_topics
from pipeline.streaming.observability.canary_watch import CanaryWatch
from pipeline.streaming.observability.health import Readiness
from pipeline.topology import CANARY
from tests.waiting import until


def missed() -> float:
    count: float = metrics.CANARIES_MISSED._value.get()
    return count


async def test_a_worker_that_never_comes_is_not_waited_for_for_ever(settings: Settings) -> None:
    await apply_topics(settings)
    soon = {"canary_start_seconds": 1.0, "canary_interval_seconds": 0.2, "canary_timeout_seconds": 0.5}
    before = missed()
    watching = asyncio.create_task(CanaryWatch(settings.model_copy(update=soon)).work(Readiness()))
    try:
        await until(lambda: watching.done() or missed() > before, "a canary is missed")
        assert not watching.done()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_the_canary_makes_its_own_topic_and_no_other(settings: Settings) -> None:
    [own] = [topic.full_name(settings.topic_prefix) for topic in CANARY.reads]
    assert await ensure_topics(settings, CANARY.reads) == (own,)
    assert await ensure_topics(settings, CANARY.reads) == ()
    async with topic_admin(settings) as admin:
        assert [name for name in await admin.names() if name.startswith(settings.topic_prefix)] == [own]
