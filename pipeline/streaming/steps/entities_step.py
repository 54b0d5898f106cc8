"""The second step: identified articles to enriched ones."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from pipeline import metrics
from pipeline.assembly import build_recognizer, load_knowledge_base
from pipeline.entities import EntityExtractor, Linker
from pipeline.errors import ArticleError
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle
from pipeline.messages.canary_rule import CANARY_SOURCE, counted_language
from pipeline.messages.codec import decode
from pipeline.settings import Settings
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.loading import LoadedStep
from pipeline.streaming.records import Outcome, Record
from pipeline.streaming.steps.article_records import ArticleFacts, StatelessHandler, output, read
from pipeline.topology import ENTITIES_STEP


@contextlib.asynccontextmanager
async def load(settings: Settings) -> AsyncIterator[LoadedStep]:
    """Load the models and the knowledge base.

    Raises:
        ModelMissingError: A spaCy pipeline of the settings is not installed.
    """
    with metrics.LOAD_DURATION.labels(ENTITIES_STEP.name, "models").time():
        recognizer = build_recognizer(settings)
    with metrics.LOAD_DURATION.labels(ENTITIES_STEP.name, "names").time():
        extractor = EntityExtractor(recognizer, Linker(load_knowledge_base(settings)))
    sink = ENTITIES_STEP.sink.full_name(settings.topic_prefix)
    yield LoadedStep(
        EntitiesHandler(extractor, sink=sink, organisation_label_limit=settings.metrics_organisation_limit)
    )


class Extractor(Protocol):
    """Finds what articles name; see ``EntityExtractor``."""

    def extract(self, articles: Sequence[IdentifiedArticle], *, now: datetime) -> list[EnrichedArticle]:
        """The articles with their mentions, in order."""
        ...


class MentionFacts(ArticleFacts, frozen=True, kw_only=True):
    """What is counted of an article whose names are found.

    Attributes:
        entities: What the article names, as kind and id, each once; nothing for a canary.
    """

    entities: frozenset[tuple[str, str]]


class EntitiesHandler(StatelessHandler[MentionFacts]):
    """Identified articles to enriched ones, a batch at a time."""

    def __init__(
        self, extractor: Extractor, *, sink: str, clock: Clock = utc_now, organisation_label_limit: int = 100
    ) -> None:
        super().__init__(ENTITIES_STEP.name, clock)
        self._extractor = extractor
        self._sink = sink
        # Of countries there are no more than ISO 3166 has.
        self._labels = {"country": metrics.BoundedLabels(300), "org": metrics.BoundedLabels(organisation_label_limit)}

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[MentionFacts]]:
        """See ``StepHandler.process``."""
        articles = [read(record, partial(decode, kind=IdentifiedArticle)) for record in records]
        identified = [article for article in articles if not isinstance(article, ArticleError)]
        enriched = iter(self._extractor.extract(identified, now=self._clock()) if identified else ())
        outcomes: list[Outcome[MentionFacts]] = []
        for record, article in zip(records, articles, strict=True):
            if isinstance(article, ArticleError):
                outcomes.append(Outcome(record, error=article))
            else:
                found = next(enriched)
                outcomes.append(
                    Outcome(
                        record,
                        (output(record, self._sink, article.id, found),),
                        facts=MentionFacts(
                            language=counted_language(article.source, article.language),
                            ingested_at=article.times.ingested_at,
                            entities=_entities_of(found),
                        ),
                    )
                )
        return outcomes

    def committed(self, outcomes: Sequence[Outcome[MentionFacts]]) -> None:
        """Count what the articles name."""
        found = Counter(entity for each in self._articles.count(outcomes) for entity in each.entities)
        for (kind, entity), count in found.items():
            label = self._labels[kind].label(entity) if kind in self._labels else metrics.OTHER
            metrics.MENTIONS.labels(kind, label).inc(count)


def _entities_of(article: EnrichedArticle) -> frozenset[tuple[str, str]]:
    if article.source == CANARY_SOURCE:
        return frozenset()
    return frozenset(
        (mention.entity.kind, mention.entity.id) for mention in article.mentions if mention.entity is not None
    )
