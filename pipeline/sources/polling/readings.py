"""What comes of one poll: the entries that are news, and how the source stands afterwards. Nothing here waits.

A poll goes: ``feed_request``, a fetch, ``PollReader.read`` (or ``failed``), the pages of fresh entries, ``settled``.
The new state holds only once the articles are published: until then the old one does, and a poll repeats.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from pipeline.messages.source_states import SourceState
from pipeline.sources.feeds import Feed, FeedEntry, FeedError, read_feed
from pipeline.sources.fetching import Fetched, FetchError, FetchRequest
from pipeline.sources.polling.entry_article import PolledSource, entry_identity, needs_page
from pipeline.sources.polling.schedule import (
    PollPace,
    first_rate,
    first_silence,
    fresh_seconds,
    interval_after_failure,
    jittered,
    later_rate,
    later_silence,
    retry_after_seconds,
    usual_interval,
)
from pipeline.sources.polling.seen_entries import EntryMark, Novelty, SeenEntries, entry_mark

# What a source holds when it is added is history, except for the last days.
_OLDEST_AT_FIRST = timedelta(days=2)
# Pages behind one reading: a listing of thousands is worked off in several.
_MOST_PAGES = 20
_SITEMAPS = frozenset({"sitemap", "listing"})
_NO_ARTICLES = {
    "sitemap-index": "it is an index of sitemaps: give the address of the one with the news instead",
    "other": "it is XML, but no feed and no sitemap",
}
_GONE = 410
_NOT_MODIFIED = 304
_LONGEST_PROBLEM = 300
_EPOCH = datetime.fromtimestamp(0, UTC)


class FreshEntry(Struct, frozen=True):
    """An entry to be published.

    Attributes:
        novelty: ``new`` or ``changed``.
        needs_page: Whether its text is to be read from its page.
        changed_between: As of ``entry_article``.
    """

    entry: FeedEntry
    mark: EntryMark
    novelty: Novelty
    needs_page: bool
    changed_between: tuple[datetime, datetime] | None


class FeedReading(Struct, frozen=True):
    """What an answer says.

    Attributes:
        feed: The feed, without its entries, which are many; none where nothing has changed since the last poll, or the
            answer is of no use.
        fresh: What is to be published, the oldest first.
        state: How the source stands once that is done, without what was seen and when it is polled next.
        marks: All entries that are seen then.
        left: How many more pages there are to read.
        seconds: Until the next poll.
    """

    state: SourceState
    seconds: float
    feed: Feed | None = None
    fresh: tuple[FreshEntry, ...] = ()
    marks: tuple[EntryMark, ...] = ()
    left: int = 0


def first_state(source: PolledSource, now: datetime) -> SourceState:
    """How a source stands that was never polled: it is due."""
    return SourceState(id=source.id, url=source.url, next_at=now)


def current_state(source: PolledSource, stored: SourceState | None, now: datetime) -> SourceState:
    """How a source stands: as stored, unless its address has changed since, of which nothing is known then.

    What was seen is kept: most often it is the same feed, or one with the same articles.
    """
    if stored is None:
        return first_state(source, now)
    if stored.url != source.url:
        return replace(first_state(source, now), seen=stored.seen, items_a_day=stored.items_a_day)
    return stored


def feed_request(source: PolledSource, state: SourceState) -> FetchRequest:
    """What to ask for: only what has changed, where the source can tell."""
    url = state.moved_to or source.url
    return FetchRequest(url=url, etag=state.etag, last_modified=state.last_modified, headers=own_headers(source, url))


def own_headers(source: PolledSource, url: str) -> Mapping[str, str]:
    """The source's headers for a request to an address: they may be secrets, which no other origin gets."""
    return source.headers if _origin(url) == _origin(source.url) else {}


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url
    return parts.scheme.lower(), parts.netloc.lower()


class PollReader:
    """Makes of an answer, or of none, what is to be published and when the source is polled next.

    Args:
        pace: How often sources are polled.
        random: Spreads the polls.
    """

    def __init__(self, pace: PollPace, random: Random) -> None:
        self._pace = pace
        self._random = random

    def read(self, source: PolledSource, state: SourceState, answer: Fetched, now: datetime) -> FeedReading:
        """Read an answer, whatever its status; it takes some milliseconds, and of a hostile document up to a second."""
        if answer.status == _GONE:
            ended = replace(state, ended=True, failures=state.failures + 1, problem="it is gone for good (status 410)")
            return FeedReading(ended, self._pace.longest_seconds)
        if answer.status == _NOT_MODIFIED:
            return self._unchanged(source, state, answer, now)
        if not 200 <= answer.status < 300:
            asked = retry_after_seconds(answer.headers, now)
            return self.failed(source, state, f"it answers with status {answer.status}", retry_after=asked)
        try:
            feed = read_feed(
                answer.body,
                base=answer.url,
                content_type=answer.headers.get("content-type"),
                language=answer.headers.get("content-language"),
            )
        except FeedError as error:
            return self.failed(source, state, str(error))
        if feed.kind in _NO_ARTICLES:
            return self.failed(source, state, _NO_ARTICLES[feed.kind])
        return self._read(source, state, answer, feed, now)

    def failed(
        self,
        source: PolledSource,
        state: SourceState,
        problem: str | FetchError,
        *,
        retry_after: float | None = None,
    ) -> FeedReading:
        """A poll has failed: the next ones come later and later."""
        text = problem.reason if isinstance(problem, FetchError) else problem
        failures = state.failures + 1
        usual = usual_interval(self._pace, state.items_a_day, fixed_seconds=source.interval_seconds)
        seconds = interval_after_failure(self._pace, usual, failures, retry_after)
        # A place that has moved for good and fails there is asked for at its own address again.
        moved_to = state.moved_to if failures == 1 else None
        return FeedReading(
            replace(state, failures=failures, problem=text[:_LONGEST_PROBLEM], moved_to=moved_to),
            jittered(seconds, self._random),
        )

    def _unchanged(self, source: PolledSource, state: SourceState, answer: Fetched, now: datetime) -> FeedReading:
        since = (now - state.read_at).total_seconds() if state.read_at is not None else 0.0
        rate = later_rate(state.items_a_day, 0, since)
        after = replace(
            state,
            read_at=now,
            items_a_day=rate,
            failures=0,
            problem="",
            moved_to=answer.permanent_url or state.moved_to,
            etag=answer.headers.get("etag", state.etag),
            last_modified=answer.headers.get("last-modified", state.last_modified),
        )
        usual = usual_interval(
            self._pace, rate, fixed_seconds=source.interval_seconds, fresh_seconds=fresh_seconds(answer.headers, now)
        )
        return FeedReading(after, jittered(usual, self._random))

    def _read(
        self, source: PolledSource, state: SourceState, answer: Fetched, feed: Feed, now: datetime
    ) -> FeedReading:
        memory = SeenEntries(state.seen)
        is_first = state.read_at is None
        fresh: list[FreshEntry] = []
        marks: dict[bytes, EntryMark] = {}
        pages = left = 0
        for entry in sorted(feed.entries, key=_newest_first):
            mark = _mark(feed, entry, source.id)
            if mark.key in marks:
                continue
            novelty = memory.novelty(mark)
            if novelty != "known" and not (is_first and _is_history(feed, entry, now)):
                by_page = needs_page(entry)
                if by_page and pages == _MOST_PAGES:
                    left += 1
                    continue
                pages += by_page
                before = (state.read_at or _EPOCH, now) if novelty == "changed" else None
                fresh.append(FreshEntry(entry, mark, novelty, by_page, before))
            marks[mark.key] = mark
        after = _after(state, answer, feed, now, sum(each.novelty == "new" for each in fresh) + left)
        if left:
            seconds = self._pace.shortest_seconds
        else:
            usual = usual_interval(
                self._pace,
                after.items_a_day,
                fixed_seconds=source.interval_seconds,
                hint_seconds=feed.interval_seconds,
                fresh_seconds=fresh_seconds(answer.headers, now),
            )
            seconds = jittered(usual, self._random)
        # A feed has its newest entry first; readers of alerts want the oldest first.
        bare = replace(feed, entries=())
        return FeedReading(after, seconds, bare, tuple(reversed(fresh)), tuple(reversed(marks.values())), left)


def settled(reading: FeedReading, unread: Collection[bytes], now: datetime) -> SourceState:
    """How the source stands once the articles of a reading are published.

    Args:
        reading: What was read.
        unread: The keys of fresh entries whose pages could not be read now: they are fresh again at the next poll.
        now: The end of the poll: the next one is counted from here.
    """
    state = reading.state
    if reading.feed is not None:
        left_out = set(unread)
        seen = SeenEntries(state.seen).packed_with(mark for mark in reading.marks if mark.key not in left_out)
        state = replace(state, seen=seen)
    if unread or reading.left:
        # The next reading must get the whole document again.
        state = replace(state, etag=None, last_modified=None)
    return replace(state, next_at=now + timedelta(seconds=reading.seconds))


def _after(state: SourceState, answer: Fetched, feed: Feed, now: datetime, new_items: int) -> SourceState:
    moments = [entry.published_at for entry in feed.entries if entry.published_at is not None]
    silence, news_at = state.usual_silence_seconds, state.news_at
    if state.read_at is None:
        rate, silence = first_rate(moments, now), first_silence(moments)
        news_at = min(max(moments), now) if moments else now
    else:
        rate = later_rate(state.items_a_day, new_items, (now - state.read_at).total_seconds())
        if new_items or news_at is None:
            ended = 0.0 if news_at is None else (now - news_at).total_seconds()
            silence, news_at = later_silence(silence, ended), now
    return replace(
        state,
        read_at=now,
        news_at=news_at,
        items_a_day=rate,
        usual_silence_seconds=silence,
        failures=0,
        problem="",
        moved_to=answer.permanent_url or state.moved_to,
        etag=answer.headers.get("etag"),
        last_modified=answer.headers.get("last-modified"),
    )


def _mark(feed: Feed, entry: FeedEntry, source_id: str) -> EntryMark:
    # Many feeds give every entry a new time whenever they are made; a sitemap has nothing else that tells a change.
    updated = str(entry.updated_at or "") if feed.kind in _SITEMAPS else ""
    said = (entry.title or "", entry.content or entry.summary or "", updated)
    return entry_mark(entry_identity(entry, source_id), *said)


def _newest_first(entry: FeedEntry) -> float:
    moment = entry.published_at or entry.updated_at
    return -moment.timestamp() if moment is not None else 0.0


def _is_history(feed: Feed, entry: FeedEntry, now: datetime) -> bool:
    moment = entry.published_at or entry.updated_at
    if moment is None:
        return feed.kind in _SITEMAPS
    return moment < now - _OLDEST_AT_FIRST
