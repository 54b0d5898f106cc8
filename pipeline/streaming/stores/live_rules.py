"""Which watch rules are live: what the alerts step knows of the rules topic."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.stores.compacted_records import last_of_each
from pipeline.streaming.stores.rule_records import StoredRule


class LiveRules:
    """The ``DocumentView`` of the rules that are tried on articles: neither removed nor off, mute or unusable.

    It may be asked by another thread than it is changed by.
    """

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._muted_until: dict[str, datetime | None] = {}

    def __len__(self) -> int:
        """How many there are, those that are mute included."""
        return len(self._muted_until)

    def __contains__(self, rule_id: object) -> bool:
        try:
            until = self._muted_until[rule_id]  # type: ignore[index]
        except KeyError:
            return False
        return until is None or until <= self._clock()

    @property
    def set_aside(self) -> Mapping[str, str]:
        """None: the rules step tells of the rules that cannot be used."""
        return {}

    async def load(self, chunks: AsyncIterator[list[StoredRule]], _most: int) -> None:
        """See ``DocumentView``."""
        async for stored in chunks:
            await self.change(stored)

    async def change(self, stored: list[StoredRule]) -> None:
        """See ``DocumentView``."""
        for one in last_of_each(stored).values():
            if one.rule is None or one.rule.mode == "off":
                self._muted_until.pop(one.id, None)
            else:
                self._muted_until[one.id] = one.muted_until
