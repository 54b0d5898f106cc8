"""How well the shipped model finds names.

Floors lie under what was measured on the rows that these tests read: all of GermEval, 200 rows of each other source at
equal distances. ``docs/quality.md`` has the figures on all rows, from which a floor may be some points away on either
side. The rows of Dutch are read as there, neighbouring words of one label as one name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.entities.recognition.spacy_pipeline import SHIPPED, EntityPipeline
from tests.quality.sections.entities import (
    FIRST_RECIPE,
    IN_PIECES,
    Rows,
    Score,
    Source,
    capitals_share,
    gain,
    joined,
    pooled,
    read_test_rows,
    score,
    seed_names,
    spread,
)

# GermEval is read whole, of the other sources as many rows as give each language its figure within some three points.
_MOST_ROWS = 200
_MOST_ROWS_IN_CAPITALS = 60

FLOORS = {
    "ar": 56, "bn": 55, "ceb": 65, "da": 66, "de": 68, "el": 52, "en": 71, "es": 73, "et": 61, "fa": 64, "fi": 60,
    "fr": 71, "gl": 75, "he": 34, "hi": 84, "hr": 84, "hu": 72, "hy": 80, "id": 74, "ja": 63, "kk": 80, "ko": 62,
    "lv": 70, "nb": 72, "nl": 66, "nn": 75, "pl": 63, "pt": 73, "ro": 69, "ru": 66, "sk": 55, "sr": 84, "sv": 80,
    "th": 68, "tl": 65, "tr": 72, "zh": 58,
}  # fmt: skip


@pytest.fixture(scope="module")
def pipeline() -> EntityPipeline:
    return EntityPipeline(SHIPPED, "mul")


@pytest.fixture(scope="module")
def rows(measuring_data: Path) -> Rows:
    every = read_test_rows(measuring_data)
    some = {source: own if source == ("de", "germeval") else spread(own, _MOST_ROWS) for source, own in every.items()}
    return some | {IN_PIECES: [joined(row) for row in some[IN_PIECES]]}


@pytest.fixture(scope="module")
def scores(rows: Rows, pipeline: EntityPipeline) -> Mapping[Source, Score]:
    return {source: score(pipeline, own) for source, own in rows.items()}


@pytest.mark.timeout(600)
def test_german_news(scores: Mapping[Source, Score]) -> None:
    assert scores["de", "germeval"].f1 >= 69


@pytest.mark.timeout(600)
def test_the_first_recipe_is_beaten_clearly(scores: Mapping[Source, Score]) -> None:
    named = {f"{language} {source}": own.f1 for (language, source), own in scores.items()}
    assert set(FIRST_RECIPE) <= set(named)
    assert gain(named) >= 5


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", sorted(FLOORS))
def test_every_language(scores: Mapping[Source, Score], language: str) -> None:
    own = pooled(one for (code, _), one in scores.items() if code == language)
    assert own.f1 >= FLOORS[language], (own, own.f1)


def test_every_language_of_the_data_has_a_floor(rows: Rows) -> None:
    assert {language for language, _ in rows} == set(FLOORS)


@pytest.mark.timeout(600)
def test_headlines_in_capitals(rows: Rows, pipeline: EntityPipeline) -> None:
    fewer = {source: spread(own, _MOST_ROWS_IN_CAPITALS) for source, own in rows.items()}
    scores = {source: score(pipeline, own) for source, own in fewer.items()}
    assert capitals_share(pipeline, fewer, scores) >= 75


@pytest.mark.timeout(600)
def test_the_names_of_the_first_article(measuring_data: Path) -> None:
    missed, wrong = seed_names(measuring_data)
    assert len(missed) <= 1, missed
    assert not wrong
