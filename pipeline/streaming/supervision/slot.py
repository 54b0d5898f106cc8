"""The slots of a worker: one for each process that it keeps running."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.streaming.supervision.crash_record import CrashRecord
from pipeline.streaming.supervision.in_flight import Run
from pipeline.streaming.supervision.step_process import StepProcess


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses before a restart: doubled at each death, reset after a healthy time."""

    first_seconds: float = 0.2
    # Also the longest delay of a worker after a broker has come back.
    most_seconds: float = 10.0
    healthy_seconds: float = 60.0

    def pause_seconds(self, deaths: int) -> float:
        """The pause after this many deaths in a row, from 1."""
        return float(min(self.most_seconds, self.first_seconds * 2.0 ** min(deaths - 1, 30)))


DEFAULT_BACKOFF = Backoff()


@dataclass(slots=True, eq=False)
class Slot:
    """One process that a worker keeps running: the current process, and its state."""

    service: str
    name: str
    crashes: CrashRecord
    process: StepProcess | None = None
    start_at: float = 0.0
    starts: int = 0
    deaths_in_a_row: int = 0
    address: str = ""
    is_loaded: bool = False
    is_ready: bool = False
    has_been_ready: bool = False
    in_flight: tuple[Run, ...] = ()
    begun_at: float | None = None
    beaten_at: float | None = None
    kill_at: float | None = None
    gave_up: str = "gave up without a reason: see its log"

    def excuse(self, pause_seconds: float) -> None:
        """Do not count a time against the process in which its supervisor did not run either."""
        if self.begun_at is not None:
            self.begun_at += pause_seconds
        if self.beaten_at is not None:
            self.beaten_at += pause_seconds

    def forget_process(self) -> None:
        """Empty the slot; the step keeps its record of deaths."""
        self.process = None
        self.is_loaded = self.is_ready = self.has_been_ready = False
        self.in_flight = ()
        self.begun_at = self.beaten_at = self.kill_at = None
