"""The knowledge base of the package, loaded once."""

from __future__ import annotations

import pytest

from pipeline.concepts import KnowledgeBase


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    return KnowledgeBase.load()
