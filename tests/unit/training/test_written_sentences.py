from __future__ import annotations

import re

import pytest

from training.entities.corpus import Row
from training.entities.known_names import known_names
from training.entities.written import written_languages, written_rows


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(written_rows(3, 1, known_names(written_languages())))


def test_all_languages_are_filled(rows: list[Row]) -> None:
    assert {row.language for row in rows} == written_languages()
    assert not [row.text for row in rows if re.search("[{}]", row.text)]
    assert all(row.text[0] == row.text[0].upper() for row in rows)


def test_names_are_where_they_are_said_to_be(rows: list[Row]) -> None:
    for row in rows:
        for start, end, label in row.entities:
            assert label in {"PER", "ORG", "LOC"}
            assert row.text[start:end] == row.text[start:end].strip()
        assert row.entities == sorted(row.entities)


def test_each_filling_is_another(rows: list[Row]) -> None:
    assert len({row.text for row in rows}) > 0.8 * len(rows)


def test_known_names_are_those_of_the_language() -> None:
    german = known_names({"de"})["de"]
    assert {"Nordkorea", "Pjöngjang"} <= set(german["LOC"])
    assert "NATO" in german["ORG"]
    assert "Putin" in german["PER"]
    assert "nordkoreanisch" not in german["LOC"]
