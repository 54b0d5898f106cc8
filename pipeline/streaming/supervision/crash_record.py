"""Find the records that end a step's processes, and decide how to treat them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.streaming.records import Caution, RecordPosition
from pipeline.streaming.supervision.in_flight import Run, positions_of

# After two deaths a batch is not tried whole again.
_DEATHS_BEFORE_ALONE = 2
# A partition read this far beyond a record does not return to it: commits are at most seconds behind.
_FAR_BEHIND = 100_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """The consequences of one death.

    Attributes:
        alone: Records that are now processed one at a time.
        condemned: Records that become dead letters.
    """

    alone: frozenset[RecordPosition]
    condemned: frozenset[RecordPosition]

    @property
    def is_new(self) -> bool:
        """Whether the step's processes need to be told."""
        return bool(self.alone or self.condemned)


class CrashRecord:
    """Counts the deaths of one step's processes by the records that were in flight.

    The counts belong to the step, not to a process: when a deadly record moves with its partition to another process,
    its count moves too. A record that any process has processed is cleared.

    Args:
        crash_attempts: A record is condemned after so many deaths with it alone in flight.
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
        """The caution that the step's processes must follow now."""
        return Caution(frozenset(self._alone), frozenset(self._condemned))

    @property
    def condemned_in_a_row(self) -> int:
        """Records condemned since a batch was last processed."""
        return self._condemned_in_a_row

    def died(self, in_flight: Iterable[Run]) -> Verdict:
        """Count an unordered end of a process while it processed these records."""
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
        """Clear records that a process has processed without dying."""
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
