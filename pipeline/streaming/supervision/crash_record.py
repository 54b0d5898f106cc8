"""Which records of a step have ended its processes, and what follows for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.streaming.records import Caution, RecordPosition
from pipeline.streaming.supervision.in_flight import Run, positions_of

# A batch that was in flight at two deaths is not tried whole a third time.
_DEATHS_BEFORE_ALONE = 2
# A partition that is read this far beyond a record does not come back to it: commits are at most seconds behind.
_FAR_BEHIND = 100_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one death has changed.

    Attributes:
        alone: Records that from now on are processed one at a time.
        condemned: Records that from now on are dead letters.
    """

    alone: frozenset[RecordPosition]
    condemned: frozenset[RecordPosition]

    @property
    def is_new(self) -> bool:
        """Whether the step's processes need to be told."""
        return bool(self.alone or self.condemned)


class CrashRecord:
    """Counts the deaths of one step's processes by the records that were in flight.

    The counts are the step's and not a process's: when a deadly record moves with its partition to another process,
    they go with it. A record that was processed, by whichever process, is cleared.

    Args:
        crash_attempts: Deaths with this record alone in flight after which it is condemned.
    """

    def __init__(self, crash_attempts: int) -> None:
        self._crash_attempts = crash_attempts
        self._deaths: Counter[RecordPosition] = Counter()
        self._deaths_alone: Counter[RecordPosition] = Counter()
        self._alone: set[RecordPosition] = set()
        self._condemned: set[RecordPosition] = set()
        self._condemned_in_a_row = 0

    @property
    def caution(self) -> Caution:
        """What a process of this step has to know now."""
        return Caution(frozenset(self._alone), frozenset(self._condemned))

    @property
    def condemned_in_a_row(self) -> int:
        """Records condemned since a batch was last processed."""
        return self._condemned_in_a_row

    def died(self, in_flight: Iterable[Run]) -> Verdict:
        """A process ended, not by order, while it processed these records."""
        runs = tuple(in_flight)
        self._forget_far_behind(runs)
        positions = positions_of(runs)
        self._deaths.update(positions)
        if len(positions) == 1:
            self._deaths_alone.update(positions)
        condemned = {p for p in positions if self._deaths_alone[p] >= self._crash_attempts}
        alone = {p for p in positions if self._deaths[p] >= _DEATHS_BEFORE_ALONE} - condemned
        verdict = Verdict(frozenset(alone - self._alone), frozenset(condemned - self._condemned))
        self._alone = (self._alone | alone) - condemned
        self._condemned |= condemned
        self._condemned_in_a_row += len(verdict.condemned)
        for position in condemned:
            del self._deaths[position], self._deaths_alone[position]
        return verdict

    def passed(self, in_flight: Iterable[Run]) -> None:
        """A process processed these records and lives."""
        self._condemned_in_a_row = 0
        if not self._deaths:
            return
        for position in positions_of(in_flight):
            self._deaths.pop(position, None)
            self._deaths_alone.pop(position, None)
            self._alone.discard(position)

    def _forget_far_behind(self, runs: Iterable[Run]) -> None:
        floors = {run.partition: run.first - _FAR_BEHIND for run in reversed(tuple(runs))}
        known = self._deaths.keys() | self._condemned
        for position in [p for p in known if p.offset < floors.get(p.partition, 0)]:
            self._deaths.pop(position, None)
            self._deaths_alone.pop(position, None)
            self._alone.discard(position)
            self._condemned.discard(position)
