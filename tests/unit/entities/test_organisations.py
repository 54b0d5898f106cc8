"""Organisations in running text: the forms that must be found, and the words that only look like one."""

from __future__ import annotations

import pytest

from pipeline.entities import Linker
from tests.unit.entities.linking import ids, linked


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Über die Lage sprach er lange."),
        ("de", "Die Zeit drängt. Das Bild hing neben dem Spiegel. Eine Allianz entstand."),
        ("de", "Bayer ist, wer in Bayern wohnt."),
        ("en", "Shell fragments hit the house, and heavy shell fire went on."),
        ("en", "Labour costs rose, and the Christian Democrats won."),
        ("en", "Orange juice is a target. Ice melts. Arm wrestling. Visa rules changed."),
        ("fr", "Le monde est grand, dit-il."),
        ("es", "El país crece. Podemos ir. Esa mujer habló."),
        ("it", "Moderna e bella, la lega di metallo dura. La barca affonda."),
        ("ru", "Сони спят. Право есть право. Новая демократия в стране."),
        ("ar", "فتح الباب في شهر نيسان وقال بأسف إن السيارة توقفت"),
        ("zh-Hans", "在合作中共同发展，以军事手段承担共同社会责任，高通胀。"),
        ("zh-Hans", "小米粥，奔驰而过，松下问童子，图片报道。"),
        ("ja", "アルファベットの文字。国会で議論した。民主党が勝った。"),
        ("ko", "나사를 조인다. 알파벳을 배운다. 비자를 받았다."),
        ("pt", "Moderna e ampla. O Irã respondeu."),
    ],
)
def test_a_word_is_no_organisation(linker: Linker, language: str, text: str) -> None:
    assert {concept for concept in ids(linker, text, language) if concept.startswith("org/")} == set()


def test_what_a_language_marks_as_doubtful_is_not_lent_by_english(linker: Linker) -> None:
    assert ("Moderna", "org/moderna") in linked(linker, "Moderna shares rose.", "en")
    assert ("Moderna", "org/moderna") not in linked(linker, "Moderna es la casa.", "es")


@pytest.mark.parametrize(
    ("language", "text", "organ", "state"),
    [
        (
            "en",
            "The Israeli army attacked.",
            ("Israeli army", "org/israel-defense-forces"),
            ("Israeli", "country/il"),
        ),
        ("en", "The Bank of Japan met.", ("Bank of Japan", "org/bank-of-japan"), ("Japan", "country/jp")),
        ("ru", "МИД России против.", ("МИД России", "org/russian-foreign-ministry"), ("России", "country/ru")),
    ],
)
def test_the_state_whose_organ_it_is_counts_as_named_too(
    linker: Linker, language: str, text: str, organ: tuple[str, str], state: tuple[str, str]
) -> None:
    assert set(linked(linker, text, language)) == {organ, state}


def test_a_firm_is_no_organ_of_a_state(linker: Linker) -> None:
    assert linked(linker, "Die Deutsche Bank verlor.", "de") == [("Deutsche Bank", "org/deutsche-bank")]


@pytest.mark.parametrize(
    ("language", "text", "body"),
    [
        ("en", "the United Nations Security Council met", ("United Nations", "org/un")),
        ("en", "the UN General Assembly opens", ("UN", "org/un")),
        ("de", "Der UN-Sicherheitsrat tagt", ("UN", "org/un")),
        ("fr", "l'Assemblée générale des Nations unies", ("Nations unies", "org/un")),
        ("ru", "Генассамблея ООН приняла", ("ООН", "org/un")),
        ("ar", "اجتمع مجلس الأمن التابع للأمم المتحدة", ("للأمم المتحدة", "org/un")),
        ("zh-Hans", "联合国安理会召开会议", ("联合国", "org/un")),
        ("ja", "国連安全保障理事会", ("国連", "org/un")),
        ("ko", "유엔 안보리 회의", ("유엔", "org/un")),
        ("de", "die EU-Kommission prüft", ("EU", "org/eu")),
        ("en", "the US Senate voted", ("US", "country/us")),
        ("en", "the Reserve Bank of India said", ("India", "country/in")),
    ],
)
def test_an_organ_names_its_body(linker: Linker, language: str, text: str, body: tuple[str, str]) -> None:
    assert body in linked(linker, text, language)


@pytest.mark.parametrize("text", ["The New York Times reported", "Mexico City grows", "the Bank of America said"])
def test_what_is_no_organ_names_nothing_else(linker: Linker, text: str) -> None:
    assert len(linked(linker, text, "en")) == 1
