"""How much of publishers' pages is read as they have it themselves."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from pipeline.sources.pages import Page
from pipeline.sources.pages.extraction import extract_page
from pipeline.text.asides.related_links import find_related_links

pytestmark = pytest.mark.timeout(300)

# What the text is compared by, as the article-extraction benchmark does.
_WORDS = 4


def read_pages(data: Path, name: str) -> list[tuple[dict[str, Any], Page]]:
    folder = data / "sources" / "pages" / name
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text("utf-8").splitlines()]
    return [(row, extract_page(gzip.decompress((folder / row["file"]).read_bytes()), url=row["url"])) for row in rows]


def test_the_texts_of_the_extraction_benchmark(measuring_data: Path) -> None:
    pages = read_pages(measuring_data, "aeb")
    assert len(pages) > 90
    assert text_f(pages) >= 0.96
    assert fmean(page.is_article for _, page in pages) >= 0.99


def test_publishers_pages(measuring_data: Path) -> None:
    pages = read_pages(measuring_data, "fundus")
    assert len(pages) > 120
    assert text_f(pages) >= 0.94
    assert fmean(page.title == row["title"] for row, page in pages) >= 0.75
    dates = [(datetime.fromisoformat(row["date"]), page.published_at) for row, page in pages]
    # On two pages day and month are exchanged between the label and what is read; one is a live page.
    assert fmean(found is not None and found.date() == expected.date() for expected, found in dates) >= 0.97
    minute = timedelta(minutes=1)
    near = [
        expected.tzinfo is not None and found is not None and abs(found - expected) < minute
        for expected, found in dates
    ]
    assert fmean(near) >= 0.91
    assert fmean(page.is_article for _, page in pages) >= 0.99
    # The labels are the publishers'; some write in another language than the rest of their house.
    assert fmean(page.language == row["lang"] for row, page in pages if row["lang"]) >= 0.97


@pytest.mark.parametrize(("links_known", "precision", "recall"), [(True, 0.92, 0.75), (False, 0.95, 0.53)])
def test_lines_that_point_to_other_articles(
    measuring_data: Path, *, links_known: bool, precision: float, recall: float
) -> None:
    labels: Counter[tuple[str, bool]] = Counter()
    for row in (measuring_data / "sources" / "related_lines.jsonl").read_text("utf-8").splitlines():
        lines = json.loads(row)["lines"]
        text = "\n".join(line["text"].replace("\n", " ") for line in lines)
        spans = (
            find_related_links(text, [line["link"] for line in lines])
            if links_known and lines
            else find_related_links(text)
        )
        start = 0
        for line in lines:
            end = start + len(line["text"])
            labels[line["label"], (start, end) in spans] += 1
            start = end + 1
    found = labels["related", True]
    assert found / (found + labels["other", True] + labels["text", True]) >= precision
    assert found / (found + labels["related", False]) >= recall


def text_f(pages: list[tuple[dict[str, Any], Page]]) -> float:
    """F of mean precision and mean recall of runs of words."""
    shares = [(runs(page.text), runs(row["text"])) for row, page in pages]
    precision = fmean((found & expected).total() / max(found.total(), 1) for found, expected in shares)
    recall = fmean((found & expected).total() / max(expected.total(), 1) for found, expected in shares)
    return 2 * precision * recall / (precision + recall)


def runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[start : start + _WORDS]) for start in range(max(len(words) - _WORDS + 1, 1)))
