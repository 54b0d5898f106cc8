"""A street, square or hotel that has a place's name does not name the place; a street in the place does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker

_ROWS: list[tuple[str, str, str, str]] = [
    tuple(row) for row in yaml.safe_load(Path(__file__).with_name("longer_names.yaml").read_text(encoding="utf-8"))
]
FEWEST_LANGUAGES = 35


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(KnowledgeBase.load())


def _names(linker: Linker, concept: str, text: str, language: str) -> bool:
    return any(found.entity is not None and found.entity.id == concept for found in linker.link("", text, language))


@pytest.mark.parametrize(("language", "concept", "silent", "fires"), _ROWS)
def test_a_longer_name_is_silent_and_its_counterpart_fires(
    language: str, concept: str, silent: str, fires: str, linker: Linker
) -> None:
    assert not _names(linker, concept, silent, language)
    assert _names(linker, concept, fires, language)


def test_there_are_many_languages() -> None:
    assert len({language for language, *_ in _ROWS}) >= FEWEST_LANGUAGES
