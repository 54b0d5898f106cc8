"""``wirewatch sources read``: what files of feeds say, as one JSON line a file."""

from __future__ import annotations

from typing import Any

import click

from pipeline.cli.sources.file_lines import print_lines
from pipeline.sources.feeds import Feed, FeedEntry, FeedError, read_feed


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--base", help="The address that the files came from, for relative links.")
@click.option("--content-type", help="The header of that name that they came with, for its charset.")
@click.option("--language", help="Their Content-Language, for feeds that name no language.")
def read(files: tuple[str, ...], base: str | None, content_type: str | None, language: str | None) -> int:
    """Read feeds: RSS, Atom, RDF, JSON Feed, sitemaps. One JSON line a file, in their order.

    FILES are documents as publishers serve them; `-` is standard input. A file that cannot be read has an `error`, the
    rest goes on, and the exit status is 1.
    """
    return print_lines(
        files,
        lambda _, data: _as_json(read_feed(data, base=base, content_type=content_type, language=language)),
        FeedError,
    )


def _as_json(feed: Feed) -> dict[str, Any]:
    head = {
        name: getattr(feed, name)
        for name in ("title", "link", "language", "kind", "hub", "self_url", "interval_seconds")
    }
    line: dict[str, Any] = {"feed": head, "entries": [_entry(entry) for entry in feed.entries]}
    return line | ({"shortened": feed.shortened} if feed.shortened else {})


def _entry(entry: FeedEntry) -> dict[str, Any]:
    return {field: getattr(entry, field) for field in entry.__struct_fields__}
