"""An ``InFlight`` without a supervisor, for a step that runs by itself."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.streaming.records import RecordPosition


class Unwatched:
    """Tells nobody what is in flight."""

    def begin(self, positions: Sequence[RecordPosition]) -> None:
        """Nothing to tell."""

    def end(self) -> None:
        """Nothing to tell."""
