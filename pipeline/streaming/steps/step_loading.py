"""Load what a step needs, before its process joins the consumer group: only then may partitions wait for it."""

# ruff: noqa: PLC0415 - a step's process does not load, and hold in memory, what only the others need

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from time import monotonic

from pipeline import metrics
from pipeline.messages.canary_rule import CANARY_RULE
from pipeline.settings import Settings
from pipeline.streaming.records import StepHandler
from pipeline.topology import STEPS, StepName


async def _nothing_to_follow() -> None:
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class LoadedStep:
    """A step that is ready to be put on its Faust app.

    Attributes:
        handler: Processes its records.
        follow: Runs beside it until cancelled, and keeps up to date what it has loaded.
    """

    handler: StepHandler
    follow: Callable[[], Awaitable[None]] = _nothing_to_follow


StepLoader = Callable[[StepName, Settings], AbstractAsyncContextManager[LoadedStep]]
"""Loads a step for as long as it runs."""


@contextlib.asynccontextmanager
async def loaded_step(step: StepName, settings: Settings) -> AsyncIterator[LoadedStep]:
    """Load a step's models, names and rules; blocks the event loop meanwhile, which has nothing else to do yet.

    Raises:
        ModelMissingError: A spaCy pipeline of the settings is not installed.
        BrokerError: The watch rules cannot be read.
    """
    sink = STEPS[step].sink.full_name(settings.topic_prefix)
    match step:
        case StepName.LANGUAGE:
            from pipeline.language import LanguageIdentifier
            from pipeline.streaming.steps.handlers import LanguageHandler

            yield LoadedStep(
                LanguageHandler(LanguageIdentifier(), sink=sink, source_label_limit=settings.metrics_source_limit)
            )
        case StepName.ENTITIES:
            from pipeline.assembly import build_recognizer, load_knowledge_base
            from pipeline.entities import EntityExtractor, Linker
            from pipeline.streaming.steps.handlers import EntitiesHandler

            with metrics.LOAD_DURATION.labels(step, "models").time():
                recognizer = build_recognizer(settings)
            with metrics.LOAD_DURATION.labels(step, "names").time():
                extractor = EntityExtractor(recognizer, Linker(load_knowledge_base(settings)))
            limit = settings.metrics_organisation_limit
            yield LoadedStep(EntitiesHandler(extractor, sink=sink, organisation_label_limit=limit))
        case StepName.RULES:
            from pipeline.assembly import build_rule_index
            from pipeline.streaming.kafka.topic_admin import partitions_of
            from pipeline.streaming.steps.handlers import RulesHandler
            from pipeline.streaming.steps.near_miss_sampler import NearMissSampler
            from pipeline.streaming.steps.rule_counters import RuleCounters
            from pipeline.streaming.stores.rule_reader import RuleReader

            with metrics.LOAD_DURATION.labels(step, "names").time():
                index = build_rule_index(settings)
            index.add(CANARY_RULE)
            counters = RuleCounters(index, settings.metrics_rule_limit)
            started = monotonic()
            partitions = await partitions_of(settings, sink)
            async with RuleReader(settings, counters) as reader:
                metrics.LOAD_DURATION.labels(step, "rules").set(monotonic() - started)
                sampler = NearMissSampler(index, counters)
                handler = RulesHandler(
                    index, sink=sink, sink_partitions=partitions, counters=counters, near_misses=sampler
                )
                yield LoadedStep(handler, reader.follow)
        case StepName.ALERTS:
            from pipeline.streaming.steps.alert_handler import AlertHandler

            yield LoadedStep(AlertHandler(settings))
