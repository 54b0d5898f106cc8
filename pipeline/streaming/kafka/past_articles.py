"""Read past articles from the enriched topic again, in order of time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

from pipeline.errors import ArticleError
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.canary_rule import CANARY_SOURCE
from pipeline.messages.intake import read_enriched
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.topic_reader import TopicReader, topic_reader
from pipeline.topology import ENRICHED


class PastArticles:
    """The articles that were enriched since a given time, as the topic held them when the replay began.

    Attributes:
        start: The time from which they are complete: the time asked for, or the oldest article's if that is later.
        records: How many records are to be read, including those that compaction or retention has removed.
        unreadable: How many records so far were no enriched article.
    """

    def __init__(
        self, reader: TopicReader, start: datetime, starts: Mapping[int, int], ends: Mapping[int, int]
    ) -> None:
        self.start = start
        self.records = sum(max(0, ends[number] - offset) for number, offset in starts.items())
        self.unreadable = 0
        self._reader = reader
        self._starts = starts
        self._ends = ends

    async def articles(self) -> AsyncIterator[tuple[EnrichedArticle | None, datetime]]:
        """Each article with the time at which it was enriched, in order of these times.

        None stands for a canary, or for a record that cannot be read.
        """
        async for record in self._reader.read_by_time(self._starts, self._ends):
            at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
            try:
                article = read_enriched(record.value or b"")
            except ArticleError:
                self.unreadable += 1
                yield None, at
            else:
                yield None if article.source == CANARY_SOURCE else article, at


@contextlib.asynccontextmanager
async def replaying(settings: KafkaSettings, since: datetime) -> AsyncIterator[PastArticles]:
    """Replay what was enriched since that time, outside any consumer group.

    Raises:
        TopicMissingError: There is no such topic.
        BrokerError: On entering: no broker answers, or it refuses this user the topic. Later it is waited for.
    """
    async with topic_reader(settings, ENRICHED.full_name(settings.topic_prefix)) as reader:
        starts = await reader.offsets_at(since)
        ends = await reader.end_offsets()
        oldest = await reader.start_offsets()
        start = since
        if all(starts[number] == oldest[number] for number in starts):
            start = await _first_time(reader, oldest, ends) or since
        yield PastArticles(reader, max(start, since), starts, ends)


async def _first_time(reader: TopicReader, starts: Mapping[int, int], ends: Mapping[int, int]) -> datetime | None:
    """The timestamp of the oldest record, or None in an empty topic."""
    firsts = {number: min(ends[number], start + 1) for number, start in starts.items()}
    async for record in reader.read_by_time(starts, firsts):
        return datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return None
