"""How many feeds of other parsers' own tests are read as those say."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.sources.feeds import Feed, FeedEntry, FeedError, read_feed

FLOOR = 0.98

_PATH = re.compile(r"(feed|entries\[(\d+)\])\.(\w+?)(?:\[(\d+)\])?")
_FIELDS = {"link": "url", "published": "published_at", "updated": "updated_at"}
_TEXTS = frozenset({"title", "content", "summary", "content_or_summary"})


def cases(data: Path) -> Iterator[dict[str, Any]]:
    with (data / "sources" / "feeds" / "cases.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def test_feeds_are_read_as_other_parsers_tests_say(measuring_data: Path) -> None:
    total = 0
    wrong: list[str] = []
    for case in cases(measuring_data):
        total += 1
        wrong.extend([case["id"]] if differences(case) else [])
    assert total > 1_000
    assert 1 - len(wrong) / total >= FLOOR, wrong


def differences(case: Mapping[str, Any]) -> list[str]:
    """The paths on which a case and the reader disagree."""
    try:
        feed = read_feed(base64.b64decode(case["b64"]), base=case.get("base"), content_type=case.get("content_type"))
    except FeedError as error:
        return [str(error)]
    return [path for path, expected in case.get("expect", []) if not agrees(feed, path, expected)]


def agrees(feed: Feed, path: str, expected: Any) -> bool:
    if path == "n_entries":
        return bool(len(feed.entries) == expected)
    match = _PATH.fullmatch(path)
    assert match is not None, path
    number, field = match[2], match[3]
    if number is not None and int(number) >= len(feed.entries):
        return False
    found = value(feed if number is None else feed.entries[int(number)], field)
    if match[4] is not None:
        found = dict(enumerate(found or ())).get(int(match[4]))
    if field == "author_has":
        return bool(found) and str(expected) in str(found)
    if isinstance(found, datetime):
        return found.strftime("%Y-%m-%dT%H:%M:%SZ") == str(expected)
    if field in _TEXTS:
        return bool(visible(found) == visible(expected) or (found or "").split() == expected.split())
    return bool(found == expected)


def value(part: Feed | FeedEntry, field: str) -> Any:
    if field == "content_or_summary":
        return getattr(part, "content", None) or getattr(part, "summary", None)
    if field == "date":
        return getattr(part, "published_at", None) or getattr(part, "updated_at", None)
    if field == "author_has":
        field = "author"
    return getattr(part, field if isinstance(part, Feed) else _FIELDS.get(field, field))


def visible(markup: str | None) -> str:
    """What a reader sees: parsers differ in the markup that they leave."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", markup or "")).split())
