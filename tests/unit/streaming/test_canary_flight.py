from __future__ import annotations

import pytest

from pipeline.streaming.observability.canary_watch import CanaryFlight


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def flight(clock: Clock) -> CanaryFlight:
    return CanaryFlight(30.0, clock)


def test_a_canary_that_comes_back_tells_how_long_it_was_on_its_way(flight: CanaryFlight, clock: Clock) -> None:
    flight.start("a")
    clock.now = 0.25
    assert flight.end("a") == 0.25
    assert flight.end("a") is None, "its alert came twice"
    assert flight.end("another process's") is None
    clock.now = 100
    assert flight.newly_missed() == []


def test_each_missed_canary_is_missed_once(flight: CanaryFlight, clock: Clock) -> None:
    missed: list[str] = []
    for minute in range(5):
        clock.now = minute * 60.0
        flight.start(f"c{minute}")
        clock.now += 30
        missed += flight.newly_missed()
        missed += flight.newly_missed()
    assert missed == ["c0", "c1", "c2", "c3", "c4"]


def test_a_canary_that_comes_late_was_missed_and_still_tells_its_time(flight: CanaryFlight, clock: Clock) -> None:
    flight.start("a")
    clock.now = 31
    assert flight.newly_missed() == ["a"]
    clock.now = 45
    assert flight.end("a") == 45
    assert flight.newly_missed() == []


def test_no_canary_is_missed_for_the_seconds_in_which_nobody_listens(flight: CanaryFlight, clock: Clock) -> None:
    flight.start("seen late")
    flight.start("missed")
    clock.now = 29
    flight.stop_listening()
    clock.now = 33
    assert flight.newly_missed() == []
    flight.listen()
    assert flight.newly_missed() == [], "what came meanwhile is being read"
    assert flight.end("seen late") == 33
    clock.now = 36
    assert flight.newly_missed() == ["missed"]


def test_canaries_are_missed_when_nobody_can_listen_for_long(flight: CanaryFlight, clock: Clock) -> None:
    flight.start("a")
    clock.now = 10
    flight.stop_listening()
    clock.now = 39
    assert flight.newly_missed() == []
    clock.now = 40
    assert flight.newly_missed() == ["a"]


def test_a_listener_that_comes_and_goes_hides_no_missed_canary(flight: CanaryFlight, clock: Clock) -> None:
    missed: list[str] = []
    for second in range(120):
        clock.now = float(second)
        flight.start(f"c{second}")
        flight.listen()
        missed += flight.newly_missed()
        clock.now += 0.5
        flight.stop_listening()
        missed += flight.newly_missed()
    assert len(missed) >= 80


def test_what_never_comes_back_is_forgotten_in_the_end(flight: CanaryFlight, clock: Clock) -> None:
    for number in range(4_000):
        clock.now = number * 60.0
        flight.start(f"c{number}")
        flight.newly_missed()
    assert flight.end("c0") is None
    assert flight.end("c3900") is not None
