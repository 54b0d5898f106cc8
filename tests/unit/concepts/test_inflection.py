"""Declension and the forms of adjectives, against the school grammar's tables."""

from __future__ import annotations

import pytest

from pipeline.concepts.compiling.inflection import adjective_forms, decline_name


@pytest.mark.parametrize(
    ("marked", "language", "forms"),
    [
        ("Северная Корея", "ru", {"Северной Кореи", "Северной Корее", "Северную Корею", "Северной Кореей"}),
        ("Ближний Восток", "ru", {"Ближнего Востока", "Ближнему Востоку", "Ближним Востоком", "Ближнем Востоке"}),
        (
            "Соединённые Штаты",
            "ru",
            {"Соединённых Штатов", "Соединённым Штатам", "Соединёнными Штатами", "Соединённых Штатах"},
        ),
        ("Чили", "ru", set()),
        ("Північна Корея", "uk", {"Північної Кореї", "Північній Кореї", "Північну Корею", "Північною Кореєю"}),
        ("Прага", "uk", {"Праги", "Празі", "Прагу", "Прагою"}),
        ("Росія", "uk", {"Росії", "Росію", "Росією"}),
        ("Korea Północna", "pl", {"Korei Północnej", "Koreę Północną", "Koreą Północną"}),
        ("Nowa Zelandia", "pl", {"Nowej Zelandii", "Nową Zelandię", "Nową Zelandią"}),
        ("Norwegia", "pl", {"Norwegii", "Norwegię", "Norwegią"}),
        ("Praga", "pl", {"Pragi", "Pradze", "Pragę", "Pragą"}),
        ("Chiny", "pl", {"Chin", "Chinom", "Chinami", "Chinach"}),
    ],
)
def test_the_cases_of_a_name(marked: str, language: str, forms: set[str]) -> None:
    assert forms <= set(decline_name(marked, language, only_marked=False))


@pytest.mark.parametrize("marked", ["Чили", "ООН", "Токио", "Баку"])
def test_what_does_not_decline_stays(marked: str) -> None:
    assert decline_name(marked, "ru", only_marked=False) == ()


def test_only_the_noun_and_its_adjectives_decline() -> None:
    forms = decline_name("Организация Объединённых Наций", "ru", only_marked=False)
    assert "Организации Объединённых Наций" in forms
    assert all(form.endswith(" Объединённых Наций") for form in forms)


def test_with_people_only_marked_words_decline() -> None:
    assert decline_name("Ангела Меркель", "ru", only_marked=True) == ()
    assert set(decline_name("Ангел|а Меркель", "ru", only_marked=True)) == {
        "Ангелы Меркель",
        "Ангеле Меркель",
        "Ангелу Меркель",
        "Ангелой Меркель",
    }
    assert "Владимиром Путиным" in decline_name("Владимир| Путин|", "ru", only_marked=True)
    assert "Володимиром Зеленським" in decline_name("Володимир| Зеленськ|ий", "uk", only_marked=True)


@pytest.mark.parametrize(
    ("word", "language", "forms"),
    [
        ("nordkoreanisch", "de", {"nordkoreanische", "nordkoreanischen", "nordkoreanischer", "nordkoreanisches"}),
        ("Russe", "de", {"Russen", "Russin", "Russinnen"}),
        ("Ukrainer", "de", {"Ukrainern", "Ukrainerin", "Ukrainerinnen"}),
        ("North Korean", "en", {"North Koreans"}),
        ("Chinese", "en", set()),
        ("coréen", "fr", {"coréenne", "coréens", "coréennes"}),
        ("turc", "fr", {"turque", "turcs", "turques"}),
        ("français", "fr", {"française", "françaises"}),
        ("japonés", "es", {"japonesa", "japoneses", "japonesas"}),
        ("alemán", "es", {"alemana", "alemanes", "alemanas"}),
        ("tedesco", "it", {"tedesca", "tedeschi", "tedesche"}),
        ("cinese", "it", {"cinesi"}),
        ("alemão", "pt", {"alemã", "alemães", "alemãs"}),
        (
            "rosyjski",
            "pl",
            {"rosyjska", "rosyjscy", "rosyjskie", "rosyjskiego", "rosyjskiej", "rosyjskich", "rosyjskimi", "rosyjską"},
        ),
        (
            "китайский",
            "ru",
            {"китайская", "китайское", "китайские", "китайского", "китайских", "китайской", "китайскими"},
        ),
        ("китаец", "ru", {"китайца", "китайцы", "китайцев"}),
        ("австриец", "ru", {"австрийца", "австрийцы", "австрийцев"}),
        ("кореец", "ru", {"корейца", "корейцы", "корейцам"}),
        ("австрієць", "uk", {"австрійця", "австрійці", "австрійців"}),
        ("libyer", "da", {"libyere", "libyerne"}),
        ("algerier", "sv", {"algeriers", "algerierna", "algeriernas"}),
        ("россиянин", "ru", {"россияне", "россиян", "россиянам"}),
        ("український", "uk", {"українська", "українського", "українських", "українською", "українські"}),
        ("كوري شمالي", "ar", {"كورية شمالية", "الكوري الشمالي", "الكورية الشمالية", "الكوريين الشماليين"}),
        ("rus", "ro", {"ruși", "rușii", "rușilor", "rusă"}),
        ("iranian", "ro", {"iraniană", "iranieni", "iraniene", "iranienilor"}),
        ("nemecký", "sk", {"nemecká", "nemeckého", "nemeckí", "nemeckými"}),
        ("Slovák", "sk", {"Slováka", "Slováci", "Slovákov"}),
        ("nemški", "sl", {"nemška", "nemškega", "nemškimi"}),
        ("Nemec", "sl", {"Nemca", "Nemci", "Nemcev"}),
        ("hrvatski", "hr", {"hrvatska", "hrvatskog", "hrvatskim"}),
        ("Ukrajinac", "sr", {"Ukrajinca", "Ukrajinci", "Ukrajincima"}),
        ("Norvežanin", "hr", {"Norvežani", "Norvežana", "Norvežanima"}),
        ("vokiečiai", "lt", {"vokiečių", "vokietis", "vokiečiams"}),
        ("rusai", "lt", {"rusų", "rusams", "rusas"}),
        ("vācietis", "lv", {"vācieši", "vāciešu", "vāciešiem"}),
        ("venelane", "et", {"venelased", "venelaste", "venelasi"}),
        ("francès", "ca", {"francesa", "francesos", "franceses"}),
        ("جنوب أفريقي", "ar", {"جنوب أفريقية", "الجنوب أفريقي", "الجنوب أفريقية"}),
    ],
)
def test_the_forms_of_an_adjective(word: str, language: str, forms: set[str]) -> None:
    found = adjective_forms(word, language)
    assert forms <= set(found)
    assert word not in found


def test_a_language_without_rules_has_no_forms() -> None:
    assert adjective_forms("朝方", "zh") == ()
