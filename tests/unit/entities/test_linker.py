from __future__ import annotations

import pytest

from pipeline.concepts import Concept, Contents, KnowledgeBase, Name
from pipeline.entities import Linker


def found(linker: Linker, text: str, language: str) -> list[tuple[str, str, str]]:
    mentions = linker.link("", text, language)
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
    return [(mention.text, mention.entity.id.partition("/")[2], mention.via) for mention in mentions if mention.entity]


def names(linker: Linker, text: str, language: str) -> list[str]:
    return [concept for _, concept, _ in found(linker, text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "die Politik Russlands bleibt", ("Russlands", "ru", "name")),
        ("de", "der NATO-Generalsekretär kam", ("NATO", "nato", "name")),
        ("de", "das US-Außenministerium schweigt", ("US", "us", "name")),
        ("de", "das nordkoreanische Programm", ("nordkoreanische", "kp", "adjective")),
        ("de", "Nordkoreanische Raketen flogen", ("Nordkoreanische", "kp", "adjective")),
        ("fr", "la junte nord-coréenne a dit", ("nord-coréenne", "kp", "adjective")),
        ("fr", "l’Otan et la Corée du Nord", ("Corée du Nord", "kp", "name")),
        ("ru", "ракеты Северной Кореи взлетели", ("Северной Кореи", "kp", "name")),
        ("fi", "Naton joukot saapuivat", ("Naton", "nato", "name")),
        ("fi", "se tapahtui Pohjois-Koreassa eilen", ("Pohjois-Koreassa", "kp", "name")),
        ("hu", "az oroszországi hadsereg", ("oroszországi", "ru", "adjective")),
        ("hu", "Észak-Koreának üzent", ("Észak-Koreának", "kp", "name")),
        ("hu", "a NATO-hoz csatlakozik", ("NATO", "nato", "name")),
        ("cs", "útok Ruska pokračuje", ("Ruska", "ru", "name")),
        ("cs", "rakety Severní Koreje", ("Severní Koreje", "kp", "name")),
        ("cs", "severokorejského vůdce viděli", ("severokorejského", "kp", "adjective")),
        ("hr", "rakete Sjeverne Koreje lete", ("Sjeverne Koreje", "kp", "name")),
        ("ar", "قال إن وروسيا تدرس", ("وروسيا", "ru", "name")),
        ("ar", "زيارة للصين غدا", ("للصين", "cn", "name")),
        ("ar", "صواريخ لكوريا الشمالية أطلقت", ("لكوريا الشمالية", "kp", "name")),
        ("he", "נשיא ארה״ב אמר", ("ארה״ב", "us", "name")),
        ("he", 'נשיא ארה"ב אמר', ('ארה"ב', "us", "name")),
        ("he", "הוא ביקר ביוון אתמול", ("ביוון", "gr", "name")),
        ("ko", "북한은 미사일을 쐈다", ("북한은", "kp", "name")),
        ("ko", "러시아군이 움직였다", ("러시아군이", "ru", "name")),
        ("zh-Hans", "他说朝鲜发射了导弹", ("朝鲜", "kp", "name")),
        ("ja", "首相は中国を訪れた", ("中国", "cn", "name")),
        ("ja", "フランス語圏のマリでは", ("マリ", "ml", "name")),
        ("en", "the U.S. said so", ("U.S.", "us", "name")),
        ("en", "a Russian plane", ("Russian", "ru", "adjective")),
        ("und", "NATO + Putin", ("NATO", "nato", "name")),
        ("de", "NORDKOREA SCHWEIGT", ("NORDKOREA", "kp", "name")),
        ("en", "vladimir putin said in russia", ("vladimir putin", "vladimir-putin", "name")),
    ],
)
def test_a_name_as_the_language_writes_it(
    small_linker: Linker, language: str, text: str, expected: tuple[str, str, str]
) -> None:
    assert expected in found(small_linker, text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "ein Schwein im Stall"),
        ("it", "Francesco è arrivato"),
        ("en", "Jordan Spieth won again."),
        ("en", "It was Chad Smith who drummed."),
        ("en", "Georgia elected a senator in Atlanta"),
        ("en", "they told us to go"),
        ("en", "who said that?"),
        ("en", "LET US GO NOW, HE SAID"),
        ("en", "WHO SAID THAT THING"),
        ("en", "roast turkey for dinner"),
        ("en", "a Roman emperor in a romance"),
        ("en", "Fine china stood on the table"),
        ("it", "Nato a Roma nel 1950"),
        ("ja", "マリアさんは言った"),
        ("he", "בכיוון הנכון"),
        ("en", "Going north. Korea is far"),
        ("en", "from the north, Korea"),
        ("en", "Then Hunter Biden spoke"),
        ("de", "Das sagte Melania Putin nicht"),
    ],
)
def test_what_only_looks_like_a_name(small_linker: Linker, language: str, text: str) -> None:
    assert found(small_linker, text, language) == []


def test_the_longest_name_wins(small_linker: Linker) -> None:
    assert names(small_linker, "The Bank of England and England", "en") == ["bank-of-england", "gb"]
    assert names(small_linker, "Niger borders Nigeria.", "en") == ["ne", "ng"]


def test_a_phrase_that_holds_a_name_hides_it_but_not_a_concept_of_its_own(small_kb: KnowledgeBase) -> None:
    assert names(Linker(small_kb), "New England and England", "en") == ["gb"]
    region = Concept(id="region/new-england", kind="region", label="New England", names=(_english("New England"),))
    larger = KnowledgeBase.of(Contents(sources=(), concepts=(*small_kb.concepts.values(), region)))
    assert names(Linker(larger), "New England and England", "en") == ["new-england", "gb"]


def _english(text: str) -> Name:
    return Name(text=text, languages=("en",), via="name", source="test")


def test_an_ambiguous_name_needs_support(small_linker: Linker) -> None:
    assert names(small_linker, "Jordan said no.", "en") == []
    assert names(small_linker, "In Amman, Jordan said no. Jordan Spieth won.", "en") == ["amman", "jo"]
    assert names(small_linker, "Troops from Niger, Chad and Mali left.", "en") == ["ne", "td", "ml"]
    assert names(small_linker, "Georgia voted. Crowds in Tbilisi cheered.", "en") == ["ge", "tbilisi"]
    assert [m.text for m in small_linker.link("Georgia votes", "Crowds in Tbilisi cheered.", "en")] == [
        "Georgia",
        "Tbilisi",
    ]


def test_a_surname_alone_is_the_person_unless_somebody_elses_given_name_stands_before_it(small_linker: Linker) -> None:
    assert found(small_linker, "President Biden met Putin.", "en") == [
        ("Biden", "joe-biden", "short-name"),
        ("Putin", "vladimir-putin", "short-name"),
    ]
    assert found(small_linker, "Joe Biden spoke. Then Hunter Biden left.", "en") == [("Joe Biden", "joe-biden", "name")]
    assert names(small_linker, "Kremlchef Putin und Präsident Biden", "de") == ["vladimir-putin", "joe-biden"]


def test_a_headline_that_capitalises_every_word_names_people_all_the_same(small_linker: Linker) -> None:
    expected = ["vladimir-putin", "joe-biden"]
    assert names(small_linker, "Senate Praises Putin As Angry Biden Visits Troops", "en") == expected
    assert names(small_linker, "Senate praises it.\nThen Angry Biden visits troops in the north", "en") == []


def test_case_of_an_acronym(small_linker: Linker) -> None:
    assert names(small_linker, "US and us", "en") == ["us"]
    assert names(small_linker, "The WHO asked who.", "en") == ["who"]
    assert names(small_linker, "TURKEY SENDS TROOPS", "en") == ["tr"]


def test_names_stay_in_their_language(small_linker: Linker) -> None:
    assert names(small_linker, "Schweiz", "en") == []
    # English names are understood where Latin script quotes them, English adjectives are not.
    assert names(small_linker, "North Korea och Russian", "sv") == ["kp"]
    assert names(small_linker, "Schweiz, Francia, 朝鲜", "und") == ["ch", "fr", "kp"]


def test_title_comes_first_and_fields_do_not_mix(small_linker: Linker) -> None:
    mentions = small_linker.link("Russland in der", "NATO und North", "de")
    assert [(m.field, m.text) for m in mentions] == [("title", "Russland"), ("body", "NATO")]
    assert small_linker.link("", "", "de") == ()


def test_offsets_are_code_points_of_the_original(small_linker: Linker) -> None:
    text = "😀 e\u0301\u00ad die Russ\u00adland NORDKOREA\x00 ﬁ NATO"
    assert [(m.text, m.start) for m in small_linker.link("", text, "de")] == [
        ("Russ\u00adland", text.index("Russ")),
        ("NORDKOREA", text.index("NORD")),
        ("NATO", text.index("NATO")),
    ]


def test_labels(small_linker: Linker) -> None:
    mentions = small_linker.link("", "Putin, NATO, Nordkorea, Amman, nordkoreanische", "de")
    assert [mention.label for mention in mentions] == ["PER", "ORG", "LOC", "LOC", "MISC"]


def test_many_names_cost_what_they_weigh(small_linker: Linker) -> None:
    text = "Joe Biden, North Korea Bank of England. " * 5_000
    assert len(small_linker.link("", text[:200_000], "en")) == 3 * 5_000
    assert small_linker.link("", "Bank of " * 25_000, "en") == ()


def test_a_direction_before_a_country_is_the_country() -> None:
    linker = Linker(KnowledgeBase.load())
    for text, language in (
        ("Angriff in Südlibanon", "de"),
        ("Kämpfe in der Ostukraine", "de"),
        ("Det skedde i Nordsyrien", "sv"),
    ):
        (mention,) = linker.link("", text, language)
        assert mention.entity is not None
        assert mention.entity.kind == "country"
        assert text[mention.start : mention.end] == mention.text
    assert not linker.link("", "Herr Nordmann und Frau Westmüller", "de")
    assert [m.entity.id for m in linker.link("", "Südkorea und Südkoreas Nachbar", "de") if m.entity] == [
        "country/kr"
    ] * 2
