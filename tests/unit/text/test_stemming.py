"""Stems: equal for the forms of a word."""

from __future__ import annotations

import pytest

from pipeline.text.stemming import STEMMED_LANGUAGES, stem, stemming_language


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", ["sanction", "Sanctions", "SANCTIONED"]),
        ("de", ["Haus", "HÄUSER", "Häusern"]),
        ("tr", ["kadınlar", "KADINLAR"]),
        ("tr", ["deprem", "depremi", "depremler", "depremlerde", "depremlerin"]),
        ("tr", ["yaptırım", "yaptırımlar", "yaptırımları"]),
        ("ru", ["санкция", "санкций"]),
        ("no", ["oljefond", "oljefondet"]),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, forms: list[str]) -> None:
    assert len({stem(form, language) for form in forms}) == 1


def test_every_language_has_its_algorithm() -> None:
    assert all(stem("word", language) for language in STEMMED_LANGUAGES)


@pytest.mark.parametrize(
    ("tag", "language"), [("de-AT", "de"), ("nb", "no"), ("nn", "no"), ("no", "no"), ("zh-Hans", None), ("und", None)]
)
def test_language_of_a_tag(tag: str, language: str | None) -> None:
    assert stemming_language(tag) == language
