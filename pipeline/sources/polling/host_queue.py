"""A queue by time in which each host has one turn at a time, and a pause behind each."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable
from heapq import heappop, heappush
from itertools import count
from typing import Generic, NamedTuple, TypeVar

ItemT = TypeVar("ItemT", bound=Hashable)


class Turn(NamedTuple, Generic[ItemT]):
    """An item whose host is its own until it is released.

    Attributes:
        due_at: When it was to have its turn.
    """

    item: ItemT
    host: str
    due_at: float


class HostQueue(Generic[ItemT]):
    """Items that wait for their time and their host. Times are seconds of any one clock.

    Args:
        pause_seconds: How long a host is left alone behind each turn.
    """

    def __init__(self, pause_seconds: float) -> None:
        self._pause_seconds = pause_seconds
        self._order = count()
        # The number of the one entry that counts of each item; others are left in the heaps until they come up.
        self._valid: dict[ItemT, int] = {}
        self._waiting: defaultdict[str, list[tuple[float, int, ItemT]]] = defaultdict(list)
        self._free_at: dict[str, float] = {}
        self._taken: set[str] = set()
        # When a host may have its next turn, never later than it may. Each host counts once, with the time announced.
        self._hosts: list[tuple[float, str]] = []
        self._announced: dict[str, float] = {}

    def __len__(self) -> int:
        """How many items wait."""
        return len(self._valid)

    def put(self, item: ItemT, host: str, due_at: float) -> None:
        """Let an item wait; one that waits already waits for the new time and host instead."""
        number = next(self._order)
        self._valid[item] = number
        heappush(self._waiting[host], (due_at, number, item))
        self._announce(host)

    def remove(self, item: ItemT) -> None:
        """Let an item wait no longer, if it does."""
        self._valid.pop(item, None)

    def take(self, now: float) -> Turn[ItemT] | None:
        """The item that is due and whose host is free, the one that could have had its turn first; None if none is."""
        while (at := self.next_at()) is not None and at <= now:
            _, host = heappop(self._hosts)
            del self._announced[host]
            due_at, _, item = heappop(self._waiting[host])
            del self._valid[item]
            self._taken.add(host)
            return Turn(item, host, due_at)
        return None

    def release(self, host: str, now: float) -> None:
        """End the turn of a host."""
        self._taken.discard(host)
        self._free_at[host] = now + self._pause_seconds
        self._announce(host)
        if len(self._free_at) > 2 * len(self._waiting) + 1000:
            # Hosts of pages come and go.
            self._free_at = {host: at for host, at in self._free_at.items() if at > now}

    def next_at(self) -> float | None:
        """When ``take`` may next give an item, unless something changes; None where nothing waits for a free host."""
        while self._hosts:
            at, host = self._hosts[0]
            is_current = self._announced.get(host) == at
            if is_current and self._ready_at(host) == at:
                return at
            heappop(self._hosts)
            if is_current:
                del self._announced[host]
                self._announce(host)
        return None

    def _announce(self, host: str) -> None:
        ready_at = self._ready_at(host)
        if ready_at is not None and ready_at < self._announced.get(host, math.inf):
            self._announced[host] = ready_at
            heappush(self._hosts, (ready_at, host))

    def _ready_at(self, host: str) -> float | None:
        """When a host may have its next turn; None while it has one, or where nothing waits for it."""
        waiting = self._waiting.get(host)
        while waiting and self._valid.get(waiting[0][2]) != waiting[0][1]:
            heappop(waiting)
        if not waiting:
            self._waiting.pop(host, None)
            return None
        return None if host in self._taken else max(waiting[0][0], self._free_at.get(host, waiting[0][0]))
