"""What the pollers remember of each source, in a compacted topic."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Positive = Annotated[float, Meta(ge=0)]


class SourceState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one source stands; written once the articles of its last poll are acknowledged.

    Attributes:
        id: The source's id.
        url: The address in the source's document: where that has changed, the rest is of another place.
        next_at: When it is to be polled next.
        moved_to: Where its address has moved for good.
        etag: Of the last answer, for the next request.
        last_modified: As ``etag``.
        seen: What was seen of it, 12 bytes an entry, the newest last; see ``SeenEntries``.
        read_at: When it was last read, or had not changed since; none where never.
        news_at: When it last had something new.
        items_a_day: New articles a day, of late.
        usual_silence_seconds: How long it has gone without something new, of late.
        failures: Polls that failed since the last one that did not.
        problem: Why the last poll failed, in one line; empty where it did not.
        ended: Whether it answers that it is gone for good (410); it is polled no more.
    """

    id: str
    url: str
    next_at: Annotated[datetime, Meta(tz=True)]
    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    seen: bytes = b""
    read_at: Annotated[datetime, Meta(tz=True)] | None = None
    news_at: Annotated[datetime, Meta(tz=True)] | None = None
    items_a_day: Positive = 0.0
    usual_silence_seconds: Positive = 0.0
    failures: Annotated[int, Meta(ge=0)] = 0
    problem: str = ""
    ended: bool = False

    def is_silent(self, now: datetime) -> bool:
        """Whether it has had nothing new for more than twice as long as usual, and longer than an hour."""
        if self.news_at is None or self.ended:
            return False
        return (now - self.news_at).total_seconds() > max(2 * self.usual_silence_seconds, 3600.0)
