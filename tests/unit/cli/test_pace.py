"""Articles of the past come with the gaps that they had, a number of times faster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.cli.reading.pace import Pace

BEGINNING = datetime(2026, 3, 1, tzinfo=UTC)


class Clock:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        assert seconds > 0
        self.seconds += seconds


def sent_after(speed: float, *minutes: float | None) -> list[float]:
    """The second at which each article is sent, by its minute of publication."""
    clock = Clock()
    pace = Pace(speed, now=clock.now, wait=clock.wait)
    sent = []
    for minute in minutes:
        pace.keep(None if minute is None else BEGINNING + timedelta(minutes=minute))
        sent.append(round(clock.seconds - 1000, 6))
    return sent


def test_the_gaps_are_kept_and_shortened() -> None:
    assert sent_after(60, 0, 1, 1, 30) == [0, 1, 1, 30]
    assert sent_after(1, 5, 6) == [0, 60]


def test_what_has_no_time_or_comes_late_is_not_waited_for() -> None:
    assert sent_after(60, None, 10, None, 8, 12) == [0, 0, 0, 0, 2]


def test_a_slow_reader_catches_up() -> None:
    clock = Clock()
    pace = Pace(1, now=clock.now, wait=clock.wait)
    pace.keep(BEGINNING)
    clock.seconds += 30
    pace.keep(BEGINNING + timedelta(seconds=10))
    assert clock.seconds == 1030
    pace.keep(BEGINNING + timedelta(seconds=40))
    assert clock.seconds == 1040
