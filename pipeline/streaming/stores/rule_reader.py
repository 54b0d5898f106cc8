"""Keep a step's rule index up to date with the rules topic: whole at the start, then within a second of a change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from pipeline import metrics
from pipeline.errors import RuleError
from pipeline.messages.rules import WatchRule
from pipeline.rules import Requirements
from pipeline.rules.index.sharded import Sharded
from pipeline.settings import RuleReaderSettings, RuleSettings
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.cores import usable_cores
from pipeline.streaming.stores.compacted_reader import CompactedReader, StoreState
from pipeline.streaming.stores.compacted_records import last_of_each
from pipeline.streaming.stores.rule_compilers import Compiled, rule_compilers
from pipeline.streaming.stores.rule_records import RULES, StoredRule
from pipeline.topology import RULES_STEP

log = logging.getLogger(__name__)

# Fewer rules are compiled here sooner than another process starts.
_WORTH_COMPILERS = 50_000
# Compiling a rule takes twice as long as adding it to the index.
_COMPILERS = 2


class RuleSink(Protocol):
    """The part of the index that the reader uses, from a thread of its own while another thread matches."""

    def add(self, rule: WatchRule, requirements: Requirements | None, /) -> object:
        """Match this rule from now on, in place of an earlier one of its id; RuleError when it cannot be used."""
        ...

    def remove(self, rule_id: str, /) -> object:
        """Match this rule no longer."""
        ...


class IndexedRules:
    """Which rules of the topic are in the index, and why the others are not.

    A rule that cannot be used is set aside together with its predecessor: the topic says that the predecessor is no
    longer current. It affects no other rule.
    """

    def __init__(self, index: RuleSink) -> None:
        self._index = index
        self._indexed: Sharded[str, None] = Sharded()
        self._muted: dict[str, StoredRule] = {}
        self._set_aside: dict[str, str] = {}

    def __len__(self) -> int:
        """How many rules are in the index."""
        return len(self._indexed)

    @property
    def set_aside(self) -> dict[str, str]:
        """Why each rule that cannot be used cannot, by its id."""
        return dict(self._set_aside)

    def apply(
        self, stored_rules: Iterable[StoredRule], now: datetime, compiled: Compiled = MappingProxyType({})
    ) -> None:
        """Take over changes; the last one of an id counts. A rule that is not compiled yet is compiled here."""
        for stored in last_of_each(stored_rules).values():
            self._set_aside.pop(stored.id, None)
            self._muted.pop(stored.id, None)
            if stored.problem:
                self._reject(stored.id, stored.problem)
            elif stored.is_muted(now):
                self._remove(stored.id)
                self._muted[stored.id] = stored
            else:
                self._put(stored, compiled.get(stored.id))

    def unmute(self, now: datetime) -> None:
        """Put back the rules whose mute has ended."""
        ended = [stored for stored in self._muted.values() if not stored.is_muted(now)]
        for stored in ended:
            del self._muted[stored.id]
            self._put(stored)

    def _put(self, stored: StoredRule, requirements: Requirements | None = None) -> None:
        rule = stored.rule
        if rule is None or rule.mode == "off":
            self._remove(stored.id)
            return
        try:
            self._index.add(rule, requirements)
        except RuleError as error:
            self._reject(stored.id, str(error))
        except Exception as error:
            log.exception("the rule engine fails on rule %s", stored.id)
            self._reject(stored.id, f"the rule engine fails on it: {error!r}")
        else:
            # The index holds the same string object, which saves memory.
            self._indexed[rule.id] = None

    def _reject(self, rule_id: str, problem: str) -> None:
        self._remove(rule_id)
        self._set_aside[rule_id] = problem

    def _remove(self, rule_id: str) -> None:
        if rule_id in self._indexed:
            self._indexed.pop(rule_id)
            self._index.remove(rule_id)


class RuleReader(CompactedReader[StoredRule]):
    """Follows the rules topic, outside any consumer group, on behalf of one index; see ``CompactedReader``.

    The index is changed in a thread, so that neither takes the event loop. ``follow`` also ends the mutes.

    Args:
        settings: Brokers, topic prefix, and what rules are compiled with.
        index: The index of the rules that are matched.
        clock: The time, for mutes.
        progress_seconds: How often progress is logged while loading.
        worth_compilers: From how many records on other processes help to compile, where there are other cores.

    Attributes:
        rules: Which rules are in the index, and why the others are not.
    """

    def __init__(
        self,
        settings: RuleReaderSettings,
        index: RuleSink,
        *,
        clock: Clock = utc_now,
        progress_seconds: float = 5.0,
        worth_compilers: int = _WORTH_COMPILERS,
    ) -> None:
        self.rules = IndexedRules(index)
        view = _IndexView(self.rules, settings, clock, worth_compilers)
        super().__init__(settings, RULES, view, report=_report, progress_seconds=progress_seconds)


class _IndexView:
    """The ``DocumentView`` of the rules: compiles them, also in other processes, and changes the index in a thread."""

    def __init__(self, rules: IndexedRules, settings: RuleSettings, clock: Clock, worth_compilers: int) -> None:
        self._rules = rules
        self._settings = settings
        self._clock = clock
        self._worth_compilers = worth_compilers

    def __len__(self) -> int:
        return len(self._rules)

    @property
    def set_aside(self) -> dict[str, str]:
        return self._rules.set_aside

    async def load(self, chunks: AsyncIterator[list[StoredRule]], most: int) -> None:
        is_helped = most >= self._worth_compilers and usable_cores() > 1
        async with rule_compilers(self._settings, _COMPILERS if is_helped else 0) as compilers:
            async for stored, compiled in compilers.compiled(chunks):
                await asyncio.to_thread(self._rules.apply, stored, self._clock(), compiled)

    async def change(self, stored: list[StoredRule]) -> None:
        now = self._clock()
        if stored:
            await asyncio.to_thread(self._rules.apply, stored, now)
        await asyncio.to_thread(self._rules.unmute, now)


def _report(state: StoreState) -> None:
    metrics.RULES_LOADED.labels(RULES_STEP.name).set(state.documents)
    metrics.RULES_SET_ASIDE.labels(RULES_STEP.name).set(state.set_aside)
    if state.changed_at is not None:
        metrics.RULES_CHANGED.labels(RULES_STEP.name).set(state.changed_at)
