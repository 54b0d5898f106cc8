"""How often the language is right on news of 42 languages; floors lie a little under what was measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.language import LanguageIdentifier
from tests.quality.sections.language import TAGS, Cut, accuracy, answers, macro


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.mark.parametrize(
    ("cut", "floor", "floor_of_each"), [("documents", 99.5, 93.0), ("sentences", 96.5, 50.0), ("headlines", 85.0, 30.0)]
)
def test_accuracy(
    measuring_data: Path, identifier: LanguageIdentifier, cut: Cut, floor: float, floor_of_each: float
) -> None:
    shares = accuracy(answers(measuring_data, identifier, TAGS, cut))
    assert macro(shares) >= floor, shares
    assert min(shares.values()) >= floor_of_each, shares


def test_a_language_that_no_detector_knows_is_mostly_undetermined(
    measuring_data: Path, identifier: LanguageIdentifier
) -> None:
    for code, found in answers(measuring_data, identifier, ("bem", "ewe"), "documents").items():
        assert [answer.tag for answer in found].count("und") / len(found) >= 0.75, (code, found)
