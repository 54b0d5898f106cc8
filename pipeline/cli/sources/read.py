"""``wirewatch sources read``: what files of feeds say, as one JSON line a file."""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec

from pipeline.cli import EXIT_DONE, EXIT_FAILED
from pipeline.sources.feeds import Feed, FeedEntry, FeedError, read_feed

# A feed is read up to some 10 million characters; what is behind need not be loaded.
_MOST_BYTES = 64 * 1024 * 1024


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
    status = EXIT_DONE
    for file in files:
        line: dict[str, Any] = {"file": file}
        try:
            feed = read_feed(file_bytes(file), base=base, content_type=content_type, language=language)
        except FeedError as error:
            line["error"] = str(error)
        except OSError as error:
            line["error"] = f"cannot be read: {error.strerror}"
        else:
            line |= _as_json(feed)
        if "error" in line:
            status = EXIT_FAILED
        click.echo(msgspec.json.encode(line))
    return status


def file_bytes(file: str) -> bytes:
    """The first 64 MiB of a file, or of standard input for `-`."""
    if file == "-":
        return sys.stdin.buffer.read(_MOST_BYTES)
    with open(file, "rb") as stream:  # noqa: PTH123 - a name may be any string; Path would refuse none either
        return stream.read(_MOST_BYTES)


def _as_json(feed: Feed) -> dict[str, Any]:
    head = {
        name: getattr(feed, name)
        for name in ("title", "link", "language", "kind", "hub", "self_url", "interval_seconds")
    }
    line: dict[str, Any] = {"feed": head, "entries": [_entry(entry) for entry in feed.entries]}
    return line | ({"shortened": feed.shortened} if feed.shortened else {})


def _entry(entry: FeedEntry) -> dict[str, Any]:
    return {field: getattr(entry, field) for field in entry.__struct_fields__}
