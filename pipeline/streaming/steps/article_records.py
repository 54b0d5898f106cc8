"""Articles as records hold them: how a step reads one and writes another, and what all steps count of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from pipeline import metrics
from pipeline.errors import ArticleError, UndecodableError
from pipeline.messages.canary_rule import CANARY_LANGUAGE
from pipeline.messages.codec import encode
from pipeline.streaming.clock import Clock
from pipeline.streaming.observability.tracing import child_traceparent
from pipeline.streaming.records import Outcome, Output, Record

ReadT = TypeVar("ReadT")
FactsT = TypeVar("FactsT", bound="ArticleFacts")

# More than the first step knows; another client may write any tag.
_LANGUAGE_LABELS = 300


class ArticleFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a step counts of an article once its outputs are acknowledged.

    Attributes:
        language: Under which the article counts; see ``counted_language``.
        ingested_at: The Kafka timestamp of the raw article, where it is known.
    """

    language: str
    ingested_at: datetime | None = None


class ArticleCounters:
    """Counts the articles that a step has finished, and how long after their publishing."""

    def __init__(self, step: str, clock: Clock) -> None:
        self._step = step
        self._clock = clock
        self._languages = metrics.BoundedLabels(_LANGUAGE_LABELS, always=(CANARY_LANGUAGE,))
        self._publish_to_step = metrics.PUBLISH_TO_STEP.labels(step)

    def count(self, outcomes: Sequence[Outcome[FactsT]]) -> list[FactsT]:
        """Count a batch that is acknowledged.

        An article that the broker refused counts by its time only: it is a dead letter.

        Returns:
            The facts of the articles that are no dead letters.
        """
        # By the batch: a metric's lock and look-up for each article are a tenth of a step's own work on it.
        facts = [outcome.facts for outcome in outcomes if outcome.facts is not None and outcome.error is None]
        for language, count in Counter(each.language for each in facts).items():
            metrics.ARTICLES.labels(self._step, self._languages.label(language)).inc(count)
        now = self._clock()
        ingested = [outcome.facts.ingested_at for outcome in outcomes if outcome.facts is not None]
        self._publish_to_step.observe_all([max(0.0, (now - at).total_seconds()) for at in ingested if at is not None])
        return facts


def read(record: Record, reader: Callable[[bytes], ReadT]) -> ReadT | ArticleError:
    """What a reader makes of a record's value, or why it can make nothing of it."""
    if record.value is None:
        return UndecodableError("the record has no value: an article is JSON in UTF-8")
    try:
        return reader(record.value)
    except ArticleError as error:
        return error


def output(record: Record, sink: str, key: str, message: msgspec.Struct) -> Output:
    """A message made of a record, with the record's trace."""
    return Output(sink, key.encode(), encode(message), (child_traceparent(record.headers),))


class StatelessHandler(Generic[FactsT]):
    """The part that the handlers of steps without a memory share: any partitions will do, and articles are counted."""

    def __init__(self, step: str, clock: Clock) -> None:
        self._articles = ArticleCounters(step, clock)
        self._clock = clock

    def committed(self, outcomes: Sequence[Outcome[FactsT]]) -> None:
        """Count the articles by the facts of their outcomes; see ``StepHandler``."""
        self._articles.count(outcomes)

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Ready for any."""

    async def revoked(self, partitions: frozenset[int]) -> None:
        """Nothing to forget."""
