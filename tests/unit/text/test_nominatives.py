"""Inflected names of people back in the nominative."""

from __future__ import annotations

import pytest

from pipeline.text.folding import fold
from pipeline.text.nominatives import nominatives


@pytest.mark.parametrize(
    ("word", "language", "name"),
    [
        ("путина", "ru", "путин"),
        ("яна", "ru", "ян"),
        ("ковальского", "ru", "ковальский"),
        ("putinin", "tr", "putin"),
        ("putinem", "pl", "putin"),
        ("kowalskiej", "pl", "kowalska"),
        ("putinille", "fi", "putin"),
        ("وبوتين", "ar", "بوتين"),
        ("שפוטין", "he", "פוטין"),
        ("푸틴은", "ko", "푸틴"),
        ("putins", "de", "putin"),
    ],
)
def test_a_form_leads_to_the_name(word: str, language: str, name: str) -> None:
    assert name in nominatives(word, language)


def test_the_word_itself_comes_first_and_alone_where_nothing_is_known_of_endings() -> None:
    assert nominatives("putina", "ru")[0] == "putina"
    assert nominatives("putina", "und") == ("putina",)


@pytest.mark.parametrize(
    ("word", "language", "nominative"),
    [
        ("Rehnquiście", "pl", "Rehnquist"),
        ("Robercie", "pl", "Robert"),
        ("Marcie", "pl", "Marta"),
        ("Korbankowi", "pl", "Korbanek"),
        ("Jance", "cs", "Janka"),
        ("Virtasen", "fi", "Virtanen"),
        ("Koskeluksen", "fi", "Koskelus"),
        ("Rehnquisttel", "hu", "Rehnquist"),
        ("Hollomannal", "hu", "Holloman"),
        ("Hollowayev", "hr", "Holloway"),
        ("Mileninom", "hr", "Milena"),
        ("Hollowaya", "sr", "Holloway"),
        ("Ользі", "uk", "Ольга"),
        ("Ковальской", "ru", "Ковальская"),
        ("Толстого", "ru", "Толстой"),
        ("Павла", "ru", "Павел"),
    ],
)
def test_surnames_and_given_names_change_more_than_their_ends(word: str, language: str, nominative: str) -> None:
    assert fold(nominative) in nominatives(fold(word), language)
