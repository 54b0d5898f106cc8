"""Measure how often news holds words and concepts, and write the table that ``pipeline.rules.index.shares`` reads.

Run with ``python training/measure_shares.py FOLDER`` on the named-entity data (CONTRIBUTING.md): the training rows, put
together by language and source to articles of about 4,000 code points and linked by the knowledge base alone. None of
their text is kept, and nothing that the tests and benches measure on is among them.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from itertools import islice
from pathlib import Path

from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker, NoRecognizer
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, Language
from pipeline.rules.index.shares import SHARES_FILE
from training.share_counts import measure_shares

FILES = ("train.jsonl.xz", "train-more.jsonl.xz")
ARTICLE_CODE_POINTS = 4_000
# More articles of one language would not change the result much.
MOST_ARTICLES = 3_000
_BATCH = 100


def main() -> None:
    """Write the table into the package."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("folder", type=Path, help="where the training rows are")
    folder = arguments.parse_args().folder
    extractor = EntityExtractor(NoRecognizer(), Linker(KnowledgeBase.load()))
    shares = measure_shares(linked(texts(folder), extractor))
    target = resources.files("pipeline.rules.index") / SHARES_FILE
    with resources.as_file(target) as path:
        path.write_bytes(lzma.compress(shares.table, preset=9))
        print(f"{path}: {path.stat().st_size:,} bytes")


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Articles as language and text, of rows that follow each other in one source."""
    rows: dict[tuple[str, str], list[str]] = {}
    sizes: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    for name in FILES:
        with lzma.open(folder / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                group = (row["lang"], row["src"])
                rows.setdefault(group, []).append(row["text"])
                sizes[group] = sizes.get(group, 0) + len(row["text"]) + 1
                if sizes[group] >= ARTICLE_CODE_POINTS:
                    text = "\n".join(rows.pop(group))
                    sizes[group] = 0
                    counts[group[0]] = counts.get(group[0], 0) + 1
                    if counts[group[0]] <= MOST_ARTICLES:
                        yield group[0], text


def linked(found: Iterator[tuple[str, str]], extractor: EntityExtractor) -> Iterator[EnrichedArticle]:
    """The same as articles with their mentions."""
    while batch := list(islice(found, _BATCH)):
        yield from extractor.extract(
            [
                IdentifiedArticle(body=text, language=Language(tag=language, confidence=1.0), revision="")
                for language, text in batch
            ],
            now=datetime.now(UTC),
        )


if __name__ == "__main__":
    main()
