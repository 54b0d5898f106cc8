"""Everyday words that are spelled as names, words torn apart by a name, and places that are people or other places."""

from __future__ import annotations

import pytest

from pipeline.concepts.homographs import phrases_by_language
from pipeline.entities import Linker
from pipeline.entities.linking.doubts import is_everyday, tears_a_word
from pipeline.entities.linking.occurrences import FieldText
from tests.unit.entities.linking import ids


def test_an_everyday_word_is_one_of_its_language() -> None:
    assert is_everyday("Asia", "fi")
    assert not is_everyday("Asia", "en")


def test_a_name_tears_a_chinese_word_at_either_end() -> None:
    assert tears_a_word("在舞台中央", 2, 4)
    assert tears_a_word("歐美國家", 1, 3)
    assert not tears_a_word("在中国", 1, 3)


@pytest.mark.parametrize(
    ("language", "text", "concepts"),
    [
        ("en", "American Ben Harlow beat Russian Andrei Lobov in three sets.", {"country/us", "country/ru"}),
        ("en", "Ukrainian Elena Bondar, German Laura Weiss and French Caroline Petit are through.",
         {"country/ua", "country/de", "country/fr"}),
        ("de", "Der Amerikaner Ben Harlow schlug den Russen Andrei Lobow.", {"country/us", "country/ru"}),
        ("de", "Die Deutsche Anna Weiss lief auf Platz zwei.", {"country/de"}),
        ("fr", "L'Américain Tommy Harlow affronte l'Italien Lorenzo Conti.", {"country/us", "country/it"}),
        ("fr", "La Russe Anna Lobova rejoint l'Allemande Laura Weiss.", {"country/ru", "country/de"}),
        ("it", "L'Italiano Matteo Conti ha superato lo Spagnolo Carlos Robles.", {"country/it", "country/es"}),
        ("es", "Francesa Caroline Petit gana, Alemana Laura Weiss abandona.", {"country/fr", "country/de"}),
        ("pt", "Brasileiro Luis Teles vence e Americana Jessica Harlow perde.", {"country/br", "country/us"}),
        ("ru", "Американец Роберт Миллер обошёл соперника.", {"country/us"}),
        ("ru", "Китаец Виктор Чжан стал вторым.", {"country/cn"}),
        ("hu", "Amerikai Ben Harlow a győztes.", {"country/us"}),
    ],
)  # fmt: skip
def test_a_demonym_before_a_given_name_is_a_country(
    linker: Linker, language: str, text: str, concepts: set[str]
) -> None:
    assert ids(linker, text, language) >= concepts


def test_every_fixed_phrase_is_written_as_a_name_may_be() -> None:
    fields = [FieldText(phrase) for phrase, _ in phrases_by_language()]
    assert [field.text for field in fields if not field.is_joined(0, len(field.words))] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("et", "Palu vastust kohe."),
        ("et", "Lille lõhn on tugev."),
        ("id", "Nyala lilin itu padam."),
        ("id", "Krim wajah laris."),
        ("sw", "Mali ya umma iliibiwa."),
        ("sw", "Giza lilitanda."),
        ("pt", "Juba longa tem o leão."),
        ("tr", "Cenin sekiz haftalık."),
        ("sv", "Varna andra för faran."),
        ("nb", "Man må spise."),
        ("hu", "Szúr a tüske."),
        ("lt", "Gana gerai."),
        ("sl", "Suva zemlja poka."),
    ],
)
def test_an_everyday_word_that_begins_a_sentence_is_no_place(linker: Linker, language: str, text: str) -> None:
    assert not ids(linker, text, language)


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [("id", "perang di Krim pecah", "region/crimea"), ("sw", "mji wa Juba ulitulia", "city/juba"),
     ("pt", "a cidade de Juba cresce", "city/juba"), ("sv", "hamnen i Varna öppnar", "city/varna")],
)  # fmt: skip
def test_the_same_word_with_a_capital_inside_a_sentence_is_the_place(
    linker: Linker, language: str, text: str, concept: str
) -> None:
    assert concept in ids(linker, text, language)
