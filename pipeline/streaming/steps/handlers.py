"""The first three steps on records: bytes in, the pure step, bytes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from pipeline import metrics
from pipeline.errors import ArticleError, UndecodableError
from pipeline.language import LanguageIdentifier, identify_language
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle
from pipeline.messages.canary_rule import CANARY_RULE, CANARY_SOURCE, counted_language
from pipeline.messages.codec import decode, encode
from pipeline.messages.intake import read_article, read_enriched
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.observability.bounded_labels import OTHER, BoundedLabels
from pipeline.streaming.observability.tracing import child_traceparent
from pipeline.streaming.records import Outcome, Output, Record
from pipeline.streaming.steps.near_miss_sampler import NearMissSampler
from pipeline.streaming.steps.rule_counters import RuleCounters

MessageT = TypeVar("MessageT", bound=msgspec.Struct)

NO_SOURCE = "none"
"""The label under which articles count that name no source."""


class Extractor(Protocol):
    """Finds what articles name; see ``EntityExtractor``."""

    def extract(self, articles: Sequence[IdentifiedArticle], *, now: datetime) -> list[EnrichedArticle]:
        """The articles with their mentions, in order."""
        ...


class RuleMatcher(Protocol):
    """Finds the rules that an article satisfies; see ``RuleIndex``."""

    def match(self, article: EnrichedArticle, *, now: datetime) -> list[Match]:
        """One match for each rule that fires."""
        ...


class PartitionsAreAlike:
    """A handler that remembers nothing: which partitions it serves makes no difference to it."""

    def committed(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing to remember."""

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Ready for any."""

    async def revoked(self, partitions: frozenset[int]) -> None:
        """Nothing to forget."""


class LanguageHandler(PartitionsAreAlike):
    """Raw articles, as anyone may have written them, to identified ones, keyed by article id."""

    def __init__(
        self, identifier: LanguageIdentifier, *, sink: str, clock: Clock = utc_now, source_label_limit: int = 100
    ) -> None:
        self._identifier = identifier
        self._sink = sink
        self._clock = clock
        self._sources = BoundedLabels(source_label_limit, always=(CANARY_SOURCE,))

    def process(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """See ``StepHandler.process``."""
        return [self._identify(record) for record in records]

    def committed(self, outcomes: Sequence[Outcome]) -> None:
        """Count the articles by source, and what was replaced in them, once however often they were tried."""
        sources = Counter(outcome.source for outcome in outcomes if outcome.error is None)
        metrics.TAKEN_IN.inc(sources.total() - sources[CANARY_SOURCE])
        for source, count in sources.items():
            metrics.SOURCE_ARTICLES.labels(self._sources.label(source) if source else NO_SOURCE).inc(count)
        if replaced := sum(outcome.replaced_surrogates for outcome in outcomes):
            metrics.REPLACED_SURROGATES.inc(replaced)

    def _identify(self, record: Record) -> Outcome:
        try:
            intake = read_article(_payload(record), read_at=record.timestamp)
        except ArticleError as error:
            return Outcome(record, error=error)
        article = identify_language(intake.article, self._identifier, ingested_at=record.timestamp, now=self._clock())
        return Outcome(
            record,
            (_output(record, self._sink, article.id, article),),
            language=counted_language(article.source, article.language),
            ingested_at=record.timestamp,
            source=article.source,
            replaced_surrogates=intake.replaced_surrogates,
        )


class EntitiesHandler(PartitionsAreAlike):
    """Identified articles to enriched ones, a batch at a time."""

    def __init__(
        self, extractor: Extractor, *, sink: str, clock: Clock = utc_now, organisation_label_limit: int = 100
    ) -> None:
        self._extractor = extractor
        self._sink = sink
        self._clock = clock
        # Of countries there are no more than ISO 3166 has.
        self._labels = {"country": BoundedLabels(300), "org": BoundedLabels(organisation_label_limit)}

    def process(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """See ``StepHandler.process``."""
        read = [_read(record, _read_identified) for record in records]
        identified = [article for article in read if not isinstance(article, ArticleError)]
        enriched = iter(self._extractor.extract(identified, now=self._clock()) if identified else ())
        outcomes: list[Outcome] = []
        for record, article in zip(records, read, strict=True):
            if isinstance(article, ArticleError):
                outcomes.append(Outcome(record, error=article))
            else:
                found = next(enriched)
                outcomes.append(
                    Outcome(
                        record,
                        (_output(record, self._sink, article.id, found),),
                        language=counted_language(article.source, article.language),
                        ingested_at=article.times.ingested_at,
                        entities=_entities_of(found),
                    )
                )
        return outcomes

    def committed(self, outcomes: Sequence[Outcome]) -> None:
        """Count what the articles name."""
        found = Counter(each for outcome in outcomes if outcome.error is None for each in outcome.entities)
        for (kind, entity), count in found.items():
            label = self._labels[kind].label(entity) if kind in self._labels else OTHER
            metrics.MENTIONS.labels(kind, label).inc(count)


class RulesHandler(PartitionsAreAlike):
    """Enriched articles to matches, one for each rule that fires, keyed by rule id.

    A withdrawal goes as it is to every partition of the sink: whichever rules alerted on the article, each has its
    alerts in one of them.

    Args:
        rules: What articles are matched against.
        sink: Full name of the topic of the matches.
        sink_partitions: All of its partitions.
        clock: The time at which articles are matched.
        counters: Told of every match.
        near_misses: Offered every article.
    """

    def __init__(
        self,
        rules: RuleMatcher,
        *,
        sink: str,
        sink_partitions: Sequence[int],
        clock: Clock = utc_now,
        counters: RuleCounters,
        near_misses: NearMissSampler,
    ) -> None:
        self._rules = rules
        self._near_misses = near_misses
        self._sink = sink
        self._sink_partitions = sink_partitions
        self._clock = clock
        self._counters = counters

    def process(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """See ``StepHandler.process``."""
        return [self._match(record) for record in records]

    def committed(self, outcomes: Sequence[Outcome]) -> None:
        """Count the matches by rule."""
        self._counters.count_matches(
            output.key for outcome in outcomes for output in outcome.outputs if output.partition is None
        )

    def _match(self, record: Record) -> Outcome:
        article = _read(record, read_enriched)
        if isinstance(article, ArticleError):
            return Outcome(record, error=article)
        if article.status == "withdrawn":
            return self._pass_on(record, article)
        # Rules that fire on anything, such as `lang:de`, shall not fire on canaries, nor theirs on what is none.
        is_canary = article.source == CANARY_SOURCE
        if not is_canary:
            self._near_misses.offer(article)
        matches = [
            match
            for match in self._rules.match(article, now=self._clock())
            if (match.rule.id == CANARY_RULE.id) is is_canary
        ]
        outputs = tuple(_output(record, self._sink, match.rule.id, match) for match in matches)
        language = counted_language(article.source, article.language)
        return Outcome(record, outputs, language=language, ingested_at=article.times.ingested_at)

    def _pass_on(self, record: Record, withdrawn: EnrichedArticle) -> Outcome:
        times = msgspec.structs.replace(withdrawn.times, matched_at=self._clock())
        output = _output(record, self._sink, withdrawn.id, msgspec.structs.replace(withdrawn, times=times))
        outputs = tuple(msgspec.structs.replace(output, partition=partition) for partition in self._sink_partitions)
        return Outcome(record, outputs, language=withdrawn.language.tag, ingested_at=withdrawn.times.ingested_at)


def _entities_of(article: EnrichedArticle) -> frozenset[tuple[str, str]]:
    if article.source == CANARY_SOURCE:
        return frozenset()
    return frozenset(
        (mention.entity.kind, mention.entity.id) for mention in article.mentions if mention.entity is not None
    )


def _read_identified(payload: bytes) -> IdentifiedArticle:
    return decode(payload, IdentifiedArticle)


def _read(record: Record, reader: Callable[[bytes], MessageT]) -> MessageT | ArticleError:
    try:
        return reader(_payload(record))
    except ArticleError as error:
        return error


def _payload(record: Record) -> bytes:
    if record.value is None:
        raise UndecodableError("the record has no value: an article is JSON in UTF-8")
    return record.value


def _output(record: Record, sink: str, key: str, message: msgspec.Struct) -> Output:
    return Output(sink, key.encode(), encode(message), (child_traceparent(record.headers),))
