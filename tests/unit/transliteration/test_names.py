"""Whole names in other scripts, and back."""

from __future__ import annotations

from typing import get_args

import pytest

from pipeline.text.scripts import script_of
from pipeline.transliteration import Writing, name_words, romanise_name, romanise_word, spell_name, spell_word


@pytest.mark.parametrize(
    ("writing", "text"),
    [
        ("cyrillic", "Йенс Столтенберг"),
        ("ukrainian", "Йенс Столтенберг"),
        ("serbian", "Јенс Столтенберг"),
        ("arabic", "ينس ستولتنبرغ"),
        ("hebrew", "ינס סטולטנברג"),
        ("han", "延斯·斯托尔滕贝格"),
        ("kana", "イェンス・ストルテンベルク"),
        ("hangul", "옌스 스톨텐베르크"),
    ],
)
def test_a_latin_name_is_among_its_likeliest_spellings(writing: Writing, text: str) -> None:
    assert text in [spelling.text for spelling in spell_name("Jens Stoltenberg", writing, 40)]


@pytest.mark.parametrize(
    ("russian", "writing", "text"),
    [
        ("Антони Блинкен", "ukrainian", "Антоні Блінкен"),
        ("Мэттью Миллер", "serbian", "Метју Милер"),
        ("Мэттью Миллер", "bulgarian", "Меттю Миллер"),
        ("Владимир Путин", "persian", "ولادیمیر پوتین"),
        ("Антони Блинкен", "greek", "Αντονι Μπλινκεν"),
        ("Борис Джонсон", "devanagari", "बोरिस जॉनसन"),
        ("Антони Блинкен", "georgian", "ანტონი ბლინკენ"),
        ("Антони Блинкен", "armenian", "Անտոնի Բլինկեն"),
        ("Антони Блинкен", "thai", "อันโตนี บลินเคน"),
    ],
)
def test_writings_without_a_model_follow_the_sound_that_russian_writes(
    russian: str, writing: Writing, text: str
) -> None:
    assert spell_name(russian, writing, 1)[0].text == text


@pytest.mark.parametrize("writing", get_args(Writing))
def test_spellings_come_likeliest_first_each_once_with_a_share_of_the_whole(writing: Writing) -> None:
    found = spell_word("Stoltenberg", writing, 10)
    assert 0 < len(found) <= 10
    confidences = [spelling.confidence for spelling in found]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < sum(confidences) <= 1.0001
    assert len({spelling.text for spelling in found}) == len(found)
    assert all(script_of(letter) != "latin" for spelling in found for letter in spelling.text)


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        ("Мария Ковальская", "Maria Kowalska"),
        ("ينس ستولتنبرغ", "Yens Stoltenberg"),
        ("延斯·斯托尔滕贝格", "Jens Stoltenberg"),
        ("イェンス・ストルテンベルグ", "Jens Stoltenberg"),
        ("옌스 스톨텐베르그", "Jens Stoltenberg"),
    ],
)
def test_a_name_of_another_script_is_read_back(written: str, latin: str) -> None:
    assert latin in [spelling.text for spelling in romanise_name(written, 20)]


def test_accents_say_how_a_name_sounds() -> None:
    assert spell_word("Šuker", "cyrillic", 1)[0].text == "шукер"
    assert spell_word("Suker", "cyrillic", 1)[0].text != "шукер"


def test_initials_are_left_out_and_hyphens_part_words() -> None:
    assert name_words("Jean-Claude K. Juncker") == ("Jean", "Claude", "Juncker")
    assert name_words("J.K. Rowling") == ("Rowling",)
    assert name_words("  ") == ()


@pytest.mark.parametrize("name", ["", "...", "x" * 100, "one two three four five", "Γιώργος", "\u0301"])
def test_what_is_no_name_has_no_spelling(name: str) -> None:
    assert spell_name(name, "arabic", 10) == []
    assert romanise_name(name, 10) == []
    assert romanise_word("", "cyrillic", 10) == ()


def test_less_likely_names_are_left_out() -> None:
    found = spell_name("Jens Stoltenberg", "cyrillic", 100, least_confidence=0.1)
    assert found
    assert min(spelling.confidence for spelling in found) >= 0.1


@pytest.mark.parametrize(
    ("writing", "text", "other"),
    [("han", "查尔斯·米歇尔", "爾羅蘭維馬薩納達萊"), ("han-traditional", "查爾斯·米歇爾", "尔罗兰维马萨纳达莱")],
)
def test_no_spelling_mixes_the_chinese_scripts(writing: Writing, text: str, other: str) -> None:
    assert text in [spelling.text for spelling in spell_name("Charles Michel", writing, 10)]
    for name in ("Charles Michel", "Roland Navalier", "Madeleine Ravelska"):
        for spelling in spell_name(name, writing, 30):
            assert not set(spelling.text) & set(other)
