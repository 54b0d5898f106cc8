"""The measuring data beside the checkout, which stays out of the project."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def measuring_data() -> Path:
    """The folder with the parallel texts; without it a test is skipped, and fails in CI."""
    folder = Path(os.environ.get("WIREWATCH_TEST_DATA") or CHECKOUT.parent / "shared")
    if (folder / "parallel").is_dir():
        return folder
    reason = f"no measuring data at {folder}: set WIREWATCH_TEST_DATA to the folder that holds parallel/"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON Lines file compressed with xz."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


@pytest.fixture(scope="session")
def news_documents(measuring_data: Path) -> dict[str, list[list[str]]]:
    """61 news articles as lists of lines, by the code of their language."""
    documents: dict[str, list[list[str]]] = {}
    for row in read_rows(measuring_data / "parallel" / "ntrex-dev.jsonl.xz"):
        for code, lines in row["text"].items():
            documents.setdefault(code, []).append(lines)
    return documents


@pytest.fixture(scope="session")
def parallel_sentences(measuring_data: Path) -> list[dict[str, str]]:
    """1,000 sentences, each by language."""
    return [row["text"] for row in read_rows(measuring_data / "parallel" / "pud.jsonl.xz")]
