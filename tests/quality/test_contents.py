"""What the knowledge base must hold, whoever edits the reviewed files."""

from __future__ import annotations

from collections import defaultdict

import pytest

from pipeline.concepts import ANY_LANGUAGE, Concept, KnowledgeBase
from pipeline.concepts.build import REVIEWED_LANGUAGES
from pipeline.concepts.compiling.reviewed_files import REVIEWED_FOLDER, read_reviewed
from pipeline.concepts.concept import folded_key, primary_subtag

NAMED_IN = ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "pl", "ru", "uk", "zh-Hans", "zh-Hant")
INFLECTED = ("ar", "de", "en", "es", "fr", "it", "pl", "ru", "uk")
# fmt: off
IN_THE_NEWS = (
    "af", "al", "am", "ar", "at", "au", "az", "ba", "be", "bg", "br", "by", "ca", "ch", "cl", "cn", "co", "cu",
    "cy", "cz", "de", "dk", "dz", "ee", "eg", "es", "et", "fi", "fr", "gb", "ge", "gr", "hr", "hu", "id", "ie",
    "il", "in", "iq", "ir", "is", "it", "jo", "jp", "ke", "kp", "kr", "kw", "kz", "lb", "lt", "lu", "lv", "ly",
    "ma", "md", "me", "mk", "mt", "mx", "my", "ng", "nl", "no", "nz", "om", "ph", "pk", "pl", "ps", "pt", "qa",
    "ro", "rs", "ru", "sa", "sd", "se", "si", "sk", "so", "sy", "th", "tn", "tr", "tw", "ua", "us", "uz", "ve",
    "vn", "xk", "ye", "za",
)
# fmt: on
SOVEREIGN_WITHOUT_CITY = {"country/mc", "country/sg", "country/va"}


# Scripts by the languages that stand for them here; a person of the longer lists must be named in four.
SCRIPTS = (("ru", "uk"), ("ar",), ("zh-Hans",), ("zh-Hant",), ("ja",), ("ko",))
CORE_FILES = {"people.yaml"}


def people_of_the_longer_lists() -> set[str]:
    core = {part.id for file in CORE_FILES for part in read_reviewed(REVIEWED_FOLDER / file)}
    files = (file for file in REVIEWED_FOLDER.glob("people-*.yaml"))
    return {part.id for file in files for part in read_reviewed(file)} - core


def organisations_of_the_longer_lists() -> set[str]:
    return {part.id for part in read_reviewed(REVIEWED_FOLDER / "organisations-world.yaml")}


def languages_named(concept: Concept) -> set[str]:
    return {language for name in concept.names if name.via in {"name", "alias"} for language in name.languages}


def test_every_concept_has_a_name_in_each_reviewed_language(kb: KnowledgeBase) -> None:
    longer_lists = people_of_the_longer_lists() | organisations_of_the_longer_lists()
    missing = {
        concept.id: sorted(set(NAMED_IN) - languages_named(concept))
        for concept in kb.concepts.values()
        if concept.id not in longer_lists and set(NAMED_IN) - languages_named(concept)
    }
    assert missing == {}


def test_organisations_of_the_longer_lists_have_an_english_name(kb: KnowledgeBase) -> None:
    without = {
        concept_id
        for concept_id in organisations_of_the_longer_lists()
        if not {"en", ANY_LANGUAGE} & languages_named(kb.concept(concept_id))
    }
    assert without == set()


def test_people_of_the_longer_lists_have_an_english_name_and_four_other_scripts(kb: KnowledgeBase) -> None:
    too_few: dict[str, list[str]] = {}
    for concept_id in people_of_the_longer_lists():
        named = languages_named(kb.concept(concept_id))
        scripts = sum(any(language in named for language in script) for script in SCRIPTS)
        if "en" not in named or scripts < 4:
            too_few[concept_id] = sorted(named)
    assert too_few == {}


def test_people_have_roles_and_nothing_else_has(kb: KnowledgeBase) -> None:
    assert [concept.id for concept in kb.concepts.values() if bool(concept.role) != (concept.kind == "person")] == []


def test_kinds_are_there_in_number(kb: KnowledgeBase) -> None:
    count: dict[str, int] = defaultdict(int)
    for concept in kb.concepts.values():
        count[concept.kind] += 1
    assert count["country"] >= 245
    assert count["city"] >= 1290
    assert count["org"] >= 600
    assert count["person"] >= 1000
    assert count["region"] >= 280


def test_places_say_what_they_are_part_of(kb: KnowledgeBase) -> None:
    alone = {concept.id for concept in kb.concepts.values() if concept.kind == "city" and not concept.relations}
    assert alone == set()


def test_governments_have_the_names_of_their_seats(kb: KnowledgeBase) -> None:
    seats = {
        relation.target
        for concept in kb.concepts.values()
        for relation in concept.relations
        if concept.kind == "org" and relation.type == "seat-of"
    }
    assert {f"country/{code}" for code in ("cn", "de", "fr", "gb", "it", "jp", "kr", "ru", "ua", "us")} <= seats


# Their capitals support those that are there today.
OF_THE_PAST = {"country/su", "country/dd", "country/yu", "country/cs"}


def test_every_state_has_a_capital(kb: KnowledgeBase) -> None:
    of_others = {
        concept.id
        for concept in kb.concepts.values()
        if any(relation.type == "part-of" for relation in concept.relations)
    }
    with_capital = {
        relation.target
        for concept in kb.concepts.values()
        for relation in concept.relations
        if concept.kind == "city" and relation.type in {"capital-of", "seat-of"}
    }
    states = {concept.id for concept in kb.concepts.values() if concept.kind == "country"} - of_others
    assert states - with_capital - SOVEREIGN_WITHOUT_CITY == {"country/aq", "country/eh", *OF_THE_PAST}


@pytest.mark.parametrize("code", IN_THE_NEWS)
def test_countries_in_the_news_have_adjectives_where_the_language_inflects_them(kb: KnowledgeBase, code: str) -> None:
    adjectives = kb.concept(f"country/{code}").adjectives
    assert sorted(set(INFLECTED) - {language for name in adjectives for language in name.languages}) == []


def test_two_concepts_of_one_name_both_say_so(kb: KnowledgeBase) -> None:
    owners: dict[tuple[str, tuple[str, ...]], dict[str, bool]] = defaultdict(dict)
    for sense in kb.names():
        concept, name = sense.concept, sense.name
        for language in name.languages:
            for surface in name.surfaces:
                key = (language, folded_key(surface))
                owners[key][concept.id] = owners[key].get(concept.id, True) and not name.ambiguous
    unmarked = {key: concepts for key, concepts in owners.items() if len(concepts) > 1 and any(concepts.values())}
    assert unmarked == {}


def test_ids_kinds_and_relations_hang_together(kb: KnowledgeBase) -> None:
    for concept in kb.concepts.values():
        assert concept.id.startswith(f"{concept.kind}/")
        assert concept.label
        for relation in concept.relations:
            assert relation.target in kb.concepts
            if relation.type == "capital-of":
                assert (concept.kind, kb.concept(relation.target).kind) == ("city", "country")


def test_every_string_has_a_source_and_is_clean(kb: KnowledgeBase) -> None:
    assert set(kb.sources) == {"cldr", "transliteration", "wirewatch"}
    for sense in kb.names():
        concept, name = sense.concept, sense.name
        assert name.source in kb.sources
        assert name.languages == tuple(sorted(set(name.languages)))
        for surface in name.surfaces:
            assert surface == " ".join(surface.split()), concept.id
            assert not set(surface) & set("|<>=;"), concept.id
            assert folded_key(surface), concept.id


def test_stems_have_one_entry_a_token(kb: KnowledgeBase) -> None:
    for name in (sense.name for sense in kb.names()):
        if name.stems:
            assert len(name.stems) == len(folded_key(name.text))
            assert not name.forms


def test_acronyms_need_their_capitals(kb: KnowledgeBase) -> None:
    for surface, languages in {"US": "en", "UN": "en", "WHO": "en", "IS": "de", "UE": "fr", "ООН": "ru"}.items():
        assert [sense.name.case_sensitive for sense in kb.senses(surface, [languages])] == [True], surface


def test_surnames_alone_are_short_names(kb: KnowledgeBase) -> None:
    for concept in kb.concepts.values():
        if concept.kind == "person":
            for language in ("de", "en", "ru"):
                names = [
                    name
                    for name in concept.names
                    if language in name.languages and len(folded_key(name.text)) == 1 and not name.text.isupper()
                ]
                assert {name.via for name in names} <= {"short-name"}, concept.id


def test_reviewed_languages_are_the_named_ones_and_more() -> None:
    assert {primary_subtag(language) for language in NAMED_IN} <= set(REVIEWED_LANGUAGES)
    assert ANY_LANGUAGE not in REVIEWED_LANGUAGES
