"""A broker that ends by itself is started again; the broker here is a fake that fails to start as often as told."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from pipeline.brokers import BrokerWatch, InMemoryBroker
from pipeline.errors import BrokerStartError

DEADLINE_SECONDS = 30.0


class FragileBroker(InMemoryBroker):
    """Ends when it is told, and then does not come up for as many reasons as it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.ended: str | None = None

    @property
    def end(self) -> str | None:
        return self.ended

    def start(self) -> None:
        if self.problems:
            raise BrokerStartError(self.problems.pop(0))
        self.ended = None


@pytest.fixture
def told() -> queue.Queue[str]:
    return queue.Queue()


@pytest.fixture
def broker(told: queue.Queue[str]) -> Iterator[FragileBroker]:
    fragile = FragileBroker()
    with BrokerWatch(fragile, on_lost=told.put, on_back=lambda seconds: told.put(f"back after {seconds:.0f}")):
        yield fragile


def next_of(told: queue.Queue[str]) -> str:
    return told.get(timeout=DEADLINE_SECONDS)


def test_a_broker_that_ends_is_started_again_each_time(broker: FragileBroker, told: queue.Queue[str]) -> None:
    for _ in range(2):
        broker.ended = "it ended with SIGKILL"
        assert next_of(told) == "it ended with SIGKILL: it is started again"
        assert next_of(told).startswith("back after")
    assert told.empty()


def test_why_it_does_not_come_up_is_told_once(broker: FragileBroker, told: queue.Queue[str]) -> None:
    broker.problems = ["the port is taken", "the port is taken", "the disk is full"]
    broker.ended = "it ended"
    assert next_of(told) == "it ended: it is started again"
    assert next_of(told) == "the port is taken; trying again"
    assert next_of(told) == "the disk is full; trying again"
    assert next_of(told).startswith("back after")


def test_the_end_of_the_watch_ends_its_attempts(broker: FragileBroker, told: queue.Queue[str]) -> None:
    broker.problems = ["the port is taken"] * 1000
    broker.ended = "it ended"
    assert next_of(told)
