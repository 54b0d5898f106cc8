"""The texts to measure on, which lie beside the checkout and stay out of the project."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_CHECKOUT = Path(__file__).resolve().parents[2]


def find_measuring_data() -> Path | None:
    """The folder that holds ``parallel/``: ``WIREWATCH_TEST_DATA``, else ``../shared``; None where it is absent."""
    folder = expected_place()
    return folder if (folder / "parallel").is_dir() else None


def expected_place() -> Path:
    """Where the data should be."""
    return Path(os.environ.get("WIREWATCH_TEST_DATA") or _CHECKOUT.parent / "shared")


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON Lines file compressed with xz."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


@cache
def news_documents(data: Path) -> dict[str, list[list[str]]]:
    """61 news articles as lists of lines, by the code of their language: the n-th is the same in all languages."""
    documents: dict[str, list[list[str]]] = {}
    for row in read_rows(data / "parallel" / "ntrex-dev.jsonl.xz"):
        for code, lines in row["text"].items():
            documents.setdefault(code, []).append(lines)
    return documents


@cache
def parallel_sentences(data: Path) -> list[dict[str, str]]:
    """1,000 sentences, each by language."""
    return [row["text"] for row in read_rows(data / "parallel" / "pud.jsonl.xz")]
