"""Spellings that follow from another: Serbian in its two alphabets, foreign names in Hindi."""

from __future__ import annotations

import pytest

from pipeline.concepts.compiling.derived_spellings import in_cyrillic, is_serbian_spelling, other_spellings


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Aleksandar Vučić", "Александар Вучић"),
        ("Ljubljana", "Љубљана"),
        ("njemački", "њемачки"),
        ("Džo Bajden", "Џо Бајден"),
        ("Đoković", "Ђоковић"),
        ("SRBIJA", "СРБИЈА"),
    ],
)
def test_each_letter_has_one_in_cyrillic(latin: str, cyrillic: str) -> None:
    assert in_cyrillic(latin) == cyrillic


@pytest.mark.parametrize(
    ("name", "is_serbian"),
    [("Andrej Babiš", True), ("Luka Modrić", True), ("Gitanas Nausėda", False), ("Donald Trump", False), ("", False)],
)
def test_a_spelling_is_serbian_by_its_letters(name: str, is_serbian: bool) -> None:
    assert is_serbian_spelling(name) is is_serbian


def test_hindi_has_several_spellings_of_a_foreign_name() -> None:
    assert "स्विट्जरलैंड" in other_spellings("स्विट्ज़रलैंड")
    assert other_spellings("रूस"[:2]) == ()
