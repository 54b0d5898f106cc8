"""How often the language is right on news of 42 languages; floors lie a little under what was measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.language import LanguageIdentifier
from tests.quality.sections.language import (
    TAGS,
    Cut,
    accuracy,
    answers,
    macro,
    mixed_documents,
    others,
    reliability,
    right_tag,
)


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.mark.parametrize(
    ("cut", "floor", "floor_of_each"), [("documents", 99.7, 95.0), ("sentences", 98.0, 84.0), ("headlines", 92.5, 60.0)]
)
def test_accuracy(
    measuring_data: Path, identifier: LanguageIdentifier, cut: Cut, floor: float, floor_of_each: float
) -> None:
    shares = accuracy(answers(measuring_data, identifier, TAGS, cut))
    assert macro(shares) >= floor, shares
    assert min(shares.values()) >= floor_of_each, shares


def test_confidence_is_the_share_that_is_right(measuring_data: Path, identifier: LanguageIdentifier) -> None:
    found = answers(measuring_data, identifier, TAGS, "headlines")
    rows = reliability((code, answer) for code, some in found.items() for answer in some)
    for _, count, confidence, right in rows:
        assert isinstance(count, int)
        assert isinstance(confidence, float)
        assert isinstance(right, float)
        # Of fewer, chance decides.
        if count >= 50:
            assert abs(confidence - right) <= 15, rows


def test_few_articles_in_other_languages_are_taken_for_a_wrong_one(
    measuring_data: Path, identifier: LanguageIdentifier
) -> None:
    found = answers(measuring_data, identifier, others(measuring_data), "documents")
    wrong = [
        (code, answer.tag)
        for code, some in found.items()
        for answer in some
        if answer.tag not in {right_tag(code), "und"}
    ]
    assert len(wrong) <= 0.03 * sum(len(some) for some in found.values()), wrong


def test_articles_in_two_languages_report_both(measuring_data: Path, identifier: LanguageIdentifier) -> None:
    mixed = list(mixed_documents(measuring_data))
    both = sum(
        {part.tag for part in identifier.identify("", body).parts} == {one, other} for one, other, body, _ in mixed
    )
    assert both >= 0.9 * len(mixed)
