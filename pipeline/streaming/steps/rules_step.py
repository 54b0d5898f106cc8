"""The third step: enriched articles to matches, one for each rule that fires."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from time import monotonic
from typing import Protocol

import msgspec

from pipeline import metrics
from pipeline.assembly import build_rule_index
from pipeline.errors import ArticleError
from pipeline.messages.alerts import EvaluatedArticle, Match
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.canary_rule import CANARY_RULE, CANARY_SOURCE, counted_language
from pipeline.messages.codec import encode
from pipeline.messages.intake import read_enriched
from pipeline.settings import Settings
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.kafka.topic_admin import partitions_of
from pipeline.streaming.loading import LoadedStep
from pipeline.streaming.records import Outcome, Output, Record
from pipeline.streaming.steps.article_records import ArticleFacts, StatelessHandler, output, read
from pipeline.streaming.steps.rule_counters import NearMissSampler, RuleCounters
from pipeline.streaming.stores.rule_reader import RuleReader
from pipeline.topology import MATCHES, RULES_STEP

log = logging.getLogger(__name__)

# Of the messages that tell of evaluated articles: a full one, and the largest, half of the topic's limit.
_TOLD_BYTES = 256 * 1024
_MOST_TOLD_BYTES = MATCHES.max_message_bytes // 2


@contextlib.asynccontextmanager
async def load(settings: Settings) -> AsyncIterator[LoadedStep]:
    """Load the knowledge base and all watch rules, and follow the rules while the step runs.

    Raises:
        BrokerError: The watch rules cannot be read.
    """
    step = RULES_STEP.name
    sink = RULES_STEP.sink.full_name(settings.topic_prefix)
    with metrics.LOAD_DURATION.labels(step, "names").time():
        index = build_rule_index(settings)
    index.add(CANARY_RULE)
    counters = RuleCounters(index, settings.metrics_rule_limit)
    started = monotonic()
    partitions = await partitions_of(settings, sink)
    async with RuleReader(settings, counters) as reader:
        metrics.LOAD_DURATION.labels(step, "rules").set(monotonic() - started)
        sampler = NearMissSampler(index, counters)
        handler = RulesHandler(index, sink=sink, sink_partitions=partitions, counters=counters, near_misses=sampler)
        yield LoadedStep(handler, reader.follow)


class RuleMatcher(Protocol):
    """Finds the rules that an article satisfies; see ``RuleIndex``."""

    def match(self, article: EnrichedArticle, *, now: datetime) -> list[Match]:
        """One match for each rule that fires."""
        ...


class RulesHandler(StatelessHandler[ArticleFacts]):
    """Enriched articles to matches, one for each rule that fires, keyed by rule id.

    Every partition of the sink is also told which rules each article satisfied, behind the matches of a batch in one
    message, and gets a withdrawal as it is: whichever rules alerted on the article, each has its alerts in one of them.

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
        super().__init__(RULES_STEP.name, clock)
        self._rules = rules
        self._near_misses = near_misses
        self._sink = sink
        self._sink_partitions = sink_partitions
        self._counters = counters

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[ArticleFacts]]:
        """See ``StepHandler.process``."""
        evaluated: list[EvaluatedArticle] = []
        outcomes = [self._match(record, evaluated) for record in records]
        if evaluated:
            # It must come behind the matches: it goes with the last article of which it tells.
            last = max(index for index, outcome in enumerate(outcomes) if outcome.error is None)
            told = (*outcomes[last].outputs, *self._telling(evaluated))
            outcomes[last] = msgspec.structs.replace(outcomes[last], outputs=told)
        return outcomes

    def committed(self, outcomes: Sequence[Outcome[ArticleFacts]]) -> None:
        """Count the matches by rule."""
        super().committed(outcomes)
        self._counters.count_matches(
            match.key for outcome in outcomes for match in outcome.outputs if match.partition is None
        )

    def _match(self, record: Record, evaluated: list[EvaluatedArticle]) -> Outcome[ArticleFacts]:
        article = read(record, read_enriched)
        if isinstance(article, ArticleError):
            return Outcome(record, error=article)
        if article.status == "withdrawn":
            return self._pass_on(record, article)
        # Rules that fire on anything, such as `lang:de`, shall not fire on canaries, nor theirs on what is none.
        is_canary = article.source == CANARY_SOURCE
        if not is_canary:
            self._near_misses.offer(article)
        now = self._clock()
        matches = [
            match for match in self._rules.match(article, now=now) if (match.rule.id == CANARY_RULE.id) is is_canary
        ]
        if not is_canary:
            evaluated.append(EvaluatedArticle.of(article, matches, now=now))
        outputs = tuple(output(record, self._sink, match.rule.id, match) for match in matches)
        facts = ArticleFacts(
            language=counted_language(article.source, article.language), ingested_at=article.times.ingested_at
        )
        return Outcome(record, outputs, facts=facts)

    def _telling(self, evaluated: Sequence[EvaluatedArticle]) -> Iterator[Output]:
        """The messages that tell every partition of these articles, each well below the topic's limit of size."""
        pending: list[msgspec.Raw] = []
        size = 0
        for one in evaluated:
            encoded = encode(one)
            if len(encoded) > _MOST_TOLD_BYTES:
                log.warning(
                    "no alert on article %s is cleared by its new revision: its header and the ids of the %d rules "
                    "that fire on it are over %d bytes",
                    one.article.id, len(one.fired), _MOST_TOLD_BYTES,
                )  # fmt: skip
                continue
            if pending and size + len(encoded) > _TOLD_BYTES:
                yield from self._to_all(pending)
                pending, size = [], 0
            pending.append(msgspec.Raw(encoded))
            size += len(encoded)
        if pending:
            yield from self._to_all(pending)

    def _to_all(self, evaluated: Sequence[msgspec.Raw]) -> Iterator[Output]:
        value = msgspec.json.encode({"evaluated": evaluated})
        for partition in self._sink_partitions:
            yield Output(self._sink, None, value, partition=partition)

    def _pass_on(self, record: Record, withdrawn: EnrichedArticle) -> Outcome[ArticleFacts]:
        times = msgspec.structs.replace(withdrawn.times, matched_at=self._clock())
        passed_on = output(record, self._sink, withdrawn.id, msgspec.structs.replace(withdrawn, times=times))
        outputs = tuple(msgspec.structs.replace(passed_on, partition=partition) for partition in self._sink_partitions)
        facts = ArticleFacts(language=withdrawn.language.tag, ingested_at=withdrawn.times.ingested_at)
        return Outcome(record, outputs, facts=facts)
