"""Words for the peoples of countries: plurals, women, and adjectives where the word for the people is another."""

from __future__ import annotations

import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(KnowledgeBase.load())


@pytest.mark.parametrize(
    ("language", "text", "country"),
    [
        ("nl", "Twee Amerikanen zijn gered.", "us"),
        ("nl", "Er kwamen veel Chinezen.", "cn"),
        ("cs", "Včera to řekl Němec z Berlína.", "de"),
        ("cs", "Soud osvobodil Američanku.", "us"),
        ("pl", "Wygrała z Niemką w finale.", "de"),
        ("pl", "Sąd skazał Rosjankę.", "ru"),
        ("ru", "В финале победила россиянка.", "ru"),
        ("ru", "Задержана немка с паспортом.", "de"),
        ("uk", "Перемогла українка.", "ua"),
        ("ro", "Trei italieni au fost salvați.", "it"),
        ("is", "Tveir Norðmenn fundust.", "no"),
        ("fi", "Kaksi virolaista pelastettiin.", "ee"),
        ("el", "Η Γερμανίδα κέρδισε.", "de"),
        ("bg", "Победи германката.", "de"),
    ],
)
def test_a_word_for_a_people_names_its_country(linker: Linker, language: str, text: str, country: str) -> None:
    found = {mention.entity.id for mention in linker.link("", text, language) if mention.entity is not None}
    assert f"country/{country}" in found
