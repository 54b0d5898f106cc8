"""The first step: raw articles, as anyone may have written them, to identified ones."""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from pipeline import metrics
from pipeline.errors import ArticleError
from pipeline.language import LanguageIdentifier, identify_language
from pipeline.messages.canary_rule import CANARY_SOURCE, counted_language
from pipeline.messages.intake import read_article
from pipeline.settings import Settings
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.loading import LoadedStep
from pipeline.streaming.records import Outcome, Record
from pipeline.streaming.steps.article_records import ArticleFacts, StatelessHandler, output, read
from pipeline.text.asides.repeated_lines import RepeatedLines
from pipeline.topology import LANGUAGE_STEP

log = logging.getLogger(__name__)

_TELL_AGAIN = timedelta(minutes=1)

NO_SOURCE = "none"
"""The label under which articles count that name no source."""


@contextlib.asynccontextmanager
async def load(settings: Settings) -> AsyncIterator[LoadedStep]:
    """Load the detectors of languages."""
    sink = LANGUAGE_STEP.sink.full_name(settings.topic_prefix)
    identifier = LanguageIdentifier(settings.cache_dir)
    yield LoadedStep(LanguageHandler(identifier, sink=sink, source_label_limit=settings.metrics_source_limit))


class IntakeFacts(ArticleFacts, frozen=True, kw_only=True):
    """What is counted of an article that is taken in.

    Attributes:
        source: As the article names it.
        replaced_surrogates: Lone surrogates that were read as U+FFFD.
        was_ahead: Its time of revision was in the future, and is the time of arrival now.
    """

    source: str
    replaced_surrogates: int = 0
    was_ahead: bool = False


class LanguageHandler(StatelessHandler[IntakeFacts]):
    """Raw articles, as anyone may have written them, to identified ones, keyed by article id."""

    def __init__(
        self, identifier: LanguageIdentifier, *, sink: str, clock: Clock = utc_now, source_label_limit: int = 100
    ) -> None:
        super().__init__(LANGUAGE_STEP.name, clock)
        self._identifier = identifier
        self._sink = sink
        self._told_ahead_at: datetime | None = None
        self._repeated_lines = RepeatedLines()
        self._sources = metrics.BoundedLabels(source_label_limit, always=(CANARY_SOURCE,))

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[IntakeFacts]]:
        """See ``StepHandler.process``."""
        return [self._identify(record) for record in records]

    def committed(self, outcomes: Sequence[Outcome[IntakeFacts]]) -> None:
        """Count the articles by source, and what was replaced in them, once however often they were tried."""
        facts = self._articles.count(outcomes)
        sources = Counter(each.source for each in facts)
        metrics.TAKEN_IN.inc(sources.total() - sources[CANARY_SOURCE])
        for source, count in sources.items():
            metrics.SOURCE_ARTICLES.labels(self._sources.label(source) if source else NO_SOURCE).inc(count)
        if replaced := sum(outcome.facts.replaced_surrogates for outcome in outcomes if outcome.facts is not None):
            metrics.REPLACED_SURROGATES.inc(replaced)
        self._tell_ahead([each for each in facts if each.was_ahead])

    def _tell_ahead(self, ahead: Sequence[IntakeFacts]) -> None:
        """Count articles dated in the future; a source whose clock is wrong is logged once a minute at most."""
        if not ahead:
            return
        metrics.REVISED_AHEAD.inc(len(ahead))
        now = self._clock()
        if self._told_ahead_at is None or now - self._told_ahead_at >= _TELL_AGAIN:
            self._told_ahead_at = now
            log.warning(
                "an article of source %r says that it was revised in the future: the time of its arrival counts "
                "instead, or later revisions would be taken for older ones; wirewatch_revised_ahead_total counts them",
                ahead[0].source,
            )

    def _identify(self, record: Record) -> Outcome[IntakeFacts]:
        now = self._clock()
        intake = read(record, partial(read_article, read_at=record.timestamp, now=now))
        if isinstance(intake, ArticleError):
            return Outcome(record, error=intake)
        given = intake.article
        repeated = self._repeated_lines.find(given.source, given.body) if given.status == "published" else ()
        article = identify_language(given, self._identifier, ingested_at=record.timestamp, now=now, repeated=repeated)
        return Outcome(
            record,
            (output(record, self._sink, article.id, article),),
            facts=IntakeFacts(
                language=counted_language(article.source, article.language),
                ingested_at=record.timestamp,
                source=article.source,
                replaced_surrogates=intake.replaced_surrogates,
                was_ahead=intake.was_ahead,
            ),
        )
