"""What rule changes cost matching: processor time of each change, and how long articles wait."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread
from typing import NamedTuple

from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex
from tests.bench.rule_population import Population

_CHANGES = 2_000
_BURST = 1_000
_SECONDS = 10.0


class Changes(NamedTuple):
    """Seconds that single changes take, sorted, by what is done."""

    added: list[float]
    changed: list[float]
    removed: list[float]

    def p99(self) -> float:
        """Of all of them."""
        every = sorted((*self.added, *self.changed, *self.removed))
        return every[len(every) * 99 // 100]

    def longest(self) -> float:
        """The worst of all."""
        return max(self.added[-1], self.changed[-1], self.removed[-1])


class Waits(NamedTuple):
    """How matching runs in one thread while another thread works.

    Attributes:
        articles: How many were matched.
        longest: The longest that one of them took beyond its own processor time, in seconds.
        work: The most processor time that one piece of the other thread's work took, in seconds.
        pieces: How many there were.
        collection: The most processor time that one garbage collection took, in seconds.
    """

    articles: int
    longest: float
    work: float
    pieces: int
    collection: float


def change_rules(index: RuleIndex) -> Changes:
    """Add, change and remove rules one at a time."""
    added, changed = _spare_rules("spare", _CHANGES)
    return Changes(
        sorted(_timed(index.add, rule, time.perf_counter) for rule in added),
        sorted(_timed(index.add, rule, time.perf_counter) for rule in changed),
        sorted(_timed(index.remove, rule.id, time.perf_counter) for rule in added),
    )


def match_while_rules_change(index: RuleIndex, articles: Sequence[EnrichedArticle]) -> str:
    """Match while another thread changes rules by the thousand, and beside it a control run without changes."""
    added, changed = _spare_rules("moving", _BURST)

    def change(did: Callable[[float], object]) -> None:
        for rule in (*added, *changed):
            did(_timed(index.add, rule, time.thread_time))
        for rule in added:
            did(_timed(index.remove, rule.id, time.thread_time))
        gc.collect()

    def look_on(did: Callable[[float], object]) -> None:
        del did
        time.sleep(0.1)

    control = _match_beside(look_on, index, articles)
    during = _match_beside(change, index, articles)
    return (
        f"While another thread adds, changes and removes rules {_BURST:,} at a time and collects garbage after each "
        f"{3 * _BURST:,} changes ({during.pieces / _SECONDS:,.0f} changes a second), the one of {during.articles:,} "
        f"articles that waits longest waits {during.longest * 1e3:.0f} ms, without changes {control.longest * 1e3:.0f} "
        f"ms (mark: 50). Of processor time, the longest change takes {during.work * 1e3:.1f} ms and the longest "
        f"garbage collection {during.collection * 1e3:.0f} ms."
    )


def _match_beside(
    work: Callable[[Callable[[float], object]], None], index: RuleIndex, articles: Sequence[EnrichedArticle]
) -> Waits:
    stop = Event()
    pieces: list[float] = []

    def repeat() -> None:
        while not stop.is_set():
            work(pieces.append)

    other = Thread(target=repeat)
    waits: list[float] = []
    with _collections() as collections:
        other.start()
        until = time.perf_counter() + _SECONDS
        for article in cycle(articles):
            own = time.thread_time()
            started = time.perf_counter()
            index.match(article)
            ended = time.perf_counter()
            waits.append(ended - started - (time.thread_time() - own))
            if ended >= until:
                break
        stop.set()
        other.join()
    return Waits(len(waits), max(waits), max(pieces, default=0.0), len(pieces), max(collections, default=0.0))


@contextmanager
def _collections() -> Iterator[list[float]]:
    """The processor time that each garbage collection takes meanwhile."""
    took: list[float] = []
    started = 0.0

    def note(phase: str, info: dict[str, int]) -> None:
        nonlocal started
        del info
        if phase == "start":
            started = time.thread_time()
        else:
            took.append(time.thread_time() - started)

    gc.callbacks.append(note)
    try:
        yield took
    finally:
        gc.callbacks.remove(note)


def _spare_rules(name: str, count: int) -> tuple[list[WatchRule], list[WatchRule]]:
    """Rules that the index does not have, and other conditions for the same ids."""
    spare = [rule.when for rule in Population(seed=2).rules(2 * count)]

    def named(conditions: list[str]) -> list[WatchRule]:
        return [WatchRule(id=f"{name}-{number}", when=when) for number, when in enumerate(conditions)]

    return named(spare[:count]), named(spare[count:])


def _timed(action: Callable[..., object], argument: object, clock: Callable[[], float]) -> float:
    started = clock()
    action(argument)
    return clock() - started
