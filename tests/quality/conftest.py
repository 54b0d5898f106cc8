"""The measuring data and the knowledge base as fixtures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.concepts import KnowledgeBase
from tests.quality import measuring_data as files


@pytest.fixture(scope="session")
def measuring_data() -> Path:
    """The folder with the parallel texts; without it a test is skipped, and fails in CI."""
    folder = files.find_measuring_data()
    if folder is not None:
        return folder
    place = files.expected_place()
    reason = f"no measuring data at {place}: set WIREWATCH_TEST_DATA to the folder that holds parallel/"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def news_documents(measuring_data: Path) -> dict[str, list[list[str]]]:
    """61 news articles as lists of lines, by the code of their language."""
    return files.news_documents(measuring_data)


@pytest.fixture(scope="session")
def parallel_sentences(measuring_data: Path) -> list[dict[str, str]]:
    """1,000 sentences, each by language."""
    return files.parallel_sentences(measuring_data)


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    """The knowledge base of the package."""
    return KnowledgeBase.load()
