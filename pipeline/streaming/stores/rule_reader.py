"""Keep a step's rule index as the rules topic is: whole at the start, and within a second of every change after."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from datetime import datetime
from time import monotonic
from types import MappingProxyType, TracebackType
from typing import Protocol, Self

from pipeline import metrics
from pipeline.errors import RuleError
from pipeline.messages.rules import WatchRule
from pipeline.rules import Requirements
from pipeline.rules.index.sharded import Sharded
from pipeline.settings import RuleReaderSettings
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.cores import usable_cores
from pipeline.streaming.kafka.topic_reader import Chunk, TopicReader, topic_reader
from pipeline.streaming.stores.rule_compilers import Compiled, rule_compilers
from pipeline.streaming.stores.rule_records import StoredRule, read_rule_record
from pipeline.topology import RULES_STEP, WATCH_RULES

log = logging.getLogger(__name__)

# Fewer are compiled before another process has started.
_WORTH_COMPILERS = 50_000
# Twice the time that a rule takes to be added to the index goes into compiling it.
_COMPILERS = 2


class RuleIndex(Protocol):
    """What the reader needs of the index; it is called from a thread, also while another one matches."""

    def add(self, rule: WatchRule, requirements: Requirements | None, /) -> object:
        """Match this rule from now on, instead of an earlier one of its id; RuleError when it cannot be used."""
        ...

    def remove(self, rule_id: str, /) -> object:
        """Match this rule no longer."""
        ...


class IndexedRules:
    """Which rules of the topic are in the index, and why the others are not.

    A rule that cannot be used is set aside, together with what stood under its id before: the topic says that this
    is no longer the rule. It stops no other.
    """

    def __init__(self, index: RuleIndex) -> None:
        self._index = index
        self._indexed: Sharded[str, None] = Sharded()
        self._muted: dict[str, StoredRule] = {}
        self._set_aside: dict[str, str] = {}

    def __len__(self) -> int:
        """How many rules are in the index."""
        return len(self._indexed)

    @property
    def set_aside(self) -> dict[str, str]:
        """What is wrong with each rule that cannot be used, by its id."""
        return dict(self._set_aside)

    def apply(
        self, stored_rules: Iterable[StoredRule], now: datetime, compiled: Compiled = MappingProxyType({})
    ) -> None:
        """Take over changes, of which the last of an id counts; what is not compiled yet is compiled here."""
        for stored in {stored.id: stored for stored in stored_rules}.values():
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
            log.exception("rule %s breaks the rule engine", stored.id)
            self._reject(stored.id, f"it breaks the rule engine: {error!r}")
        else:
            # The index holds this very string too.
            self._indexed[rule.id] = None

    def _reject(self, rule_id: str, problem: str) -> None:
        self._remove(rule_id)
        self._set_aside[rule_id] = problem

    def _remove(self, rule_id: str) -> None:
        if rule_id in self._indexed:
            self._indexed.pop(rule_id)
            self._index.remove(rule_id)


class RuleReader:
    """Follows the rules topic, outside any consumer group, on behalf of one index.

    As a context manager it connects and fills the index with every rule that the topic holds; ``follow`` then carries
    on until it is cancelled. The index is changed in a thread, so that neither takes the event loop.

    Args:
        settings: Brokers and topic prefix.
        index: The rules that are matched.
        clock: The time, for mutes.
        progress_seconds: How often progress is logged while loading.
        worth_compilers: From how many records on other processes help to load them, where there are other cores.

    Raises:
        TopicMissingError: On entering: there is no rules topic.
        BrokerError: On entering: the topic cannot be read.
    """

    def __init__(
        self,
        settings: RuleReaderSettings,
        index: RuleIndex,
        *,
        clock: Clock = utc_now,
        progress_seconds: float = 5.0,
        worth_compilers: int = _WORTH_COMPILERS,
    ) -> None:
        self._settings = settings
        self._progress_seconds = progress_seconds
        self._worth_compilers = worth_compilers
        self._rules = IndexedRules(index)
        self._clock = clock
        self._exit = contextlib.AsyncExitStack()
        self._reader: TopicReader | None = None
        self._next: dict[int, int] = {}
        self._logged: dict[str, str] = {}

    @property
    def rules(self) -> IndexedRules:
        """What is in the index, and what is not."""
        return self._rules

    async def __aenter__(self) -> Self:
        topic = WATCH_RULES.full_name(self._settings.topic_prefix)
        async with contextlib.AsyncExitStack() as stack:
            self._reader = await stack.enter_async_context(topic_reader(self._settings, topic))
            await self._load(self._reader)
            self._exit = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader = None
        await self._exit.aclose()

    async def follow(self) -> None:
        """Bring every change of the topic to the index, and every mute to its end, until cancelled.

        Raises:
            BrokerError: The broker refuses the topic; while it is away, the rules stay as they are.
        """
        if self._reader is None:
            raise RuntimeError("rules are followed after they have been loaded: use `async with`")
        async for chunks in self._reader.follow(self._next):
            await self._apply(chunks)

    async def _load(self, reader: TopicReader) -> None:
        self._next = await reader.end_offsets()
        starts = await reader.start_offsets()
        # Compaction leaves fewer records than the offsets tell.
        most = sum(self._next[partition] - start for partition, start in starts.items())
        count = 0
        told = monotonic()
        chunks = (self._read([chunk]) async for chunk in reader.read(starts, self._next))
        is_helped = most >= self._worth_compilers and usable_cores() > 1
        async with rule_compilers(self._settings, _COMPILERS if is_helped else 0) as compilers:
            async for stored, compiled in compilers.compiled(chunks):
                await asyncio.to_thread(self._rules.apply, stored, self._clock(), compiled)
                count += len(stored)
                if monotonic() - told >= self._progress_seconds:
                    told = monotonic()
                    log.info("watch rules are loading: %s records of at most %s are read", f"{count:,}", f"{most:,}")
        self._report()
        log.info("%s watch rules are loaded, %d set aside", f"{len(self._rules):,}", len(self._rules.set_aside))

    async def _apply(self, chunks: Iterable[Chunk]) -> None:
        now = self._clock()
        stored = self._read(chunks)
        if stored:
            await asyncio.to_thread(self._rules.apply, stored, now)
            log.info("%d changes of watch rules are live; %d rules", len(stored), len(self._rules))
        await asyncio.to_thread(self._rules.unmute, now)
        self._report()

    def _read(self, chunks: Iterable[Chunk]) -> list[StoredRule]:
        records = [record for chunk in chunks for record in chunk.records]
        if records:
            metrics.RULES_CHANGED.labels(RULES_STEP.name).set(records[-1].timestamp / 1000)
        return [read_rule_record(record.key, record.value, record.headers) for record in records]

    def _report(self) -> None:
        set_aside = self._rules.set_aside
        for rule_id, problem in set_aside.items():
            if self._logged.get(rule_id) != problem:
                log.error("rule %s is set aside, apply it again: %s", rule_id, problem)
        self._logged = set_aside
        metrics.RULES_LOADED.labels(RULES_STEP.name).set(len(self._rules))
        metrics.RULES_SET_ASIDE.labels(RULES_STEP.name).set(len(set_aside))
