"""Sources, answers and feeds for the tests of polling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from pipeline.sources.fetching import Fetched

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FULL = "Full text of some length, as newspapers write it. " * 12


@dataclass(frozen=True)
class ASource:
    id: str = "nordwind"
    url: str = "https://nordwind.example/rss"
    name: str = "Nordwind Agentur"
    language: str = ""
    tags: tuple[str, ...] = ()
    interval_seconds: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One item of an RSS feed."""

    number: int
    text: str = FULL
    at: datetime | None = NOW

    @property
    def url(self) -> str:
        return f"https://nordwind.example/{self.number}"

    def xml(self) -> str:
        date = "" if self.at is None else f"<pubDate>{self.at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        return (
            f"<item><guid>{self.number}</guid><link>{self.url}</link><title>Title {self.number}</title>{date}"
            f'<c:encoded xmlns:c="http://purl.org/rss/1.0/modules/content/">{escape(self.text)}</c:encoded></item>'
        )


def rss(*items: Item) -> bytes:
    return (
        f"<rss version='2.0'><channel><title>T</title>{''.join(each.xml() for each in items)}</channel></rss>".encode()
    )


def answer(
    body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None, moved_to: str | None = None
) -> Fetched:
    url = moved_to or ASource.url
    return Fetched(status=status, url=url, permanent_url=moved_to, headers=headers or {}, body=body)
