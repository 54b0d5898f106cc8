"""Look-up by id, by name and by part of a name."""

from __future__ import annotations

import pytest

from pipeline.concepts import KnowledgeBase, UnknownConceptError


def ids(kb: KnowledgeBase, surface: str, *languages: str) -> list[str]:
    return [sense.concept.id for sense in kb.senses(surface, languages)]


@pytest.mark.parametrize(
    ("surface", "concept_id"),
    [
        ("North Korea", "country/kp"),
        ("north korea", "country/kp"),
        ("Nordkorea", "country/kp"),
        ("nordkoreanisches", "country/kp"),
        ("Северной Корее", "country/kp"),
        ("північнокорейських", "country/kp"),
        ("północnokoreańskiego", "country/kp"),
        ("nord-coréennes", "country/kp"),
        ("الكورية الشمالية", "country/kp"),
        ("朝鲜", "country/kp"),
        ("北韓", "country/kp"),
        ("北朝鮮", "country/kp"),
        ("북한", "country/kp"),
        ("한국", "country/kr"),
        ("OTAN", "org/nato"),
        ("НАТО", "org/nato"),
        ("북대서양조약기구", "org/nato"),
        ("Организации Объединённых Наций", "org/un"),
        ("Володимира Зеленського", "person/volodymyr-zelensky"),
        ("Angelę Merkel", "person/angela-merkel"),
        ("Stoltenberg", "person/jens-stoltenberg"),
        ("Києва", "city/kyiv"),
        ("Pjöngjang", "city/pyongyang"),
        # A capital that is called like its country is the country.
        ("Luxembourg", "country/lu"),
        ("Алжир", "country/dz"),
        ("Luxembourg City", "city/luxembourg"),
        ("Czech Republic", "country/cz"),
        ("Elfenbeinküste", "country/ci"),
        ("Holland", "country/nl"),
        ("Gazastreifen", "region/gaza-strip"),
        ("Niger", "country/ne"),
        ("Nigeria", "country/ng"),
        ("Pohjois-Korea", "country/kp"),
        ("AVUSTURYALI", "country/at"),
        ("उत्तर कोरिया", "country/kp"),
    ],
)
def test_a_name_in_any_language_finds_its_concept(kb: KnowledgeBase, surface: str, concept_id: str) -> None:
    assert ids(kb, surface) == [concept_id]


@pytest.mark.parametrize(
    ("surface", "language", "candidates"),
    [
        ("Georgia", "en", ["country/ge", "region/us-georgia"]),
        ("Congo", "en", ["country/cd", "country/cg"]),
        ("Korea", "de", ["country/kp", "country/kr"]),
        ("عمان", "ar", ["city/amman", "country/om"]),
    ],
)
def test_a_name_of_two_concepts_lists_both(
    kb: KnowledgeBase, surface: str, language: str, candidates: list[str]
) -> None:
    senses = kb.senses(surface, [language])
    assert [sense.concept.id for sense in senses] == candidates
    assert all(sense.name.ambiguous for sense in senses)


@pytest.mark.parametrize(("surface", "language"), [("Jordan", "en"), ("Chad", "en"), ("수단", "ko"), ("Того", "ru")])
def test_a_name_that_is_also_a_word_says_what_else_it_means(kb: KnowledgeBase, surface: str, language: str) -> None:
    (sense,) = kb.senses(surface, [language])
    assert sense.name.also
    (anywhere,) = kb.senses(surface)
    assert anywhere.name.ambiguous


def test_the_given_languages_come_first(kb: KnowledgeBase) -> None:
    assert ids(kb, "Georgia", "de") == ["region/us-georgia"]
    assert ids(kb, "Georgien", "de") == ["country/ge"]
    assert ids(kb, "Georgien", "en") == ["country/ge"]


def test_england_is_not_the_united_kingdom(kb: KnowledgeBase) -> None:
    assert ids(kb, "England", "en") == ["region/england"]
    assert ids(kb, "Great Britain", "en") == ["country/gb"]


@pytest.mark.parametrize("surface", ["", "   ", "!?", "no such name at all", "Schwein", "Roman"])
def test_what_is_no_name_finds_nothing(kb: KnowledgeBase, surface: str) -> None:
    assert kb.senses(surface) == []


def test_an_unknown_id_is_an_error_that_says_so(kb: KnowledgeBase) -> None:
    with pytest.raises(UnknownConceptError, match="country/zz") as raised:
        kb.concept("country/zz")
    assert raised.value.concept_id == "country/zz"


def test_the_usual_name_of_a_language(kb: KnowledgeBase) -> None:
    north_korea = kb.concept("country/kp")
    assert [north_korea.name(language) for language in ("de", "ru", "zh-Hant", "zh", "pt-BR")] == [
        "Nordkorea",
        "Северная Корея",
        "北韓",
        "朝鲜",
        "Coreia do Norte",
    ]
    assert kb.concept("org/nato").name("xx") == "NATO"
    assert north_korea.name("xx") == "North Korea"


def test_search_puts_whole_names_first(kb: KnowledgeBase) -> None:
    found = [concept.id for concept in kb.search("korea", limit=50)]
    assert set(found[:2]) == {"country/kp", "country/kr"}
    assert "region/korean-peninsula" in found
    assert [concept.id for concept in kb.search("stolten")] == ["person/jens-stoltenberg"]
    assert kb.search("person/jens-stolt")[0].id == "person/jens-stoltenberg"
    assert len(kb.search("a", limit=3)) == 3
    assert kb.search("  ") == []


def test_the_same_file_is_loaded_once(kb: KnowledgeBase) -> None:
    assert KnowledgeBase.load() is kb
    assert len(kb.version) == 12


def test_nobody_can_change_it(kb: KnowledgeBase) -> None:
    with pytest.raises(TypeError):
        kb.concepts["country/kp"] = kb.concept("country/kr")  # type: ignore[index]
    with pytest.raises(AttributeError):
        kb.concept("country/kp").label = "other"  # type: ignore[misc]


def test_tags_that_are_not_known_share_the_names_of_one_language(kb: KnowledgeBase) -> None:
    gazetteer = kb.gazetteer
    assert gazetteer.in_language("de-AT") is gazetteer.in_language("de")
    assert gazetteer.in_language("qaa") is gazetteer.in_language("qab-Latn")
    assert [gazetteer.known_as(tag) for tag in ("de-AT", "sr-Latn", "")] == ["de", "sr-Latn", "und"]


def test_what_lies_within() -> None:
    kb = KnowledgeBase.load()
    assert {"city/mumbai", "org/reserve-bank-of-india", "org/bjp"} <= {*kb.within("country/in")}
    assert {"org/us-congress", "org/us-senate", "city/washington"} <= {*kb.within("country/us")}
    assert "org/unesco" in kb.within("org/un")
    assert not [each for each in kb.within("country/in") if each.startswith("person/")]
    assert kb.within("city/mumbai") == ()


@pytest.mark.parametrize(
    ("person", "served"),
    [
        ("person/irakli-kobakhidze", ["country/ge"]),
        ("person/mahamat-idriss-deby", ["country/td"]),
        ("person/jens-stoltenberg", ["country/no", "org/nato"]),
        ("person/tedros-adhanom-ghebreyesus", ["org/who"]),
        ("person/valerii-zaluzhnyi", ["country/gb", "country/ua"]),
        ("person/antony-blinken", ["country/us"]),
        ("person/elon-musk", ["org/spacex", "org/tesla", "org/x-twitter"]),
    ],
)
def test_people_serve_what_their_role_says(person: str, served: list[str]) -> None:
    relations = KnowledgeBase.load().concept(person).relations
    assert [relation.target for relation in relations if relation.type == "serves"] == served
