"""The real knowledge base, and one of a dozen concepts, so that a test shows every name that it relies on."""

from __future__ import annotations

import pytest

from pipeline.concepts import Concept, Contents, KnowledgeBase, Name, NameVia, Relation
from pipeline.entities import Linker


def name(
    text: str,
    languages: str,
    via: NameVia = "name",
    *,
    forms: tuple[str, ...] = (),
    stems: tuple[str | None, ...] = (),
    case_sensitive: bool = False,
    also: str = "",
) -> Name:
    return Name(
        text=text, languages=tuple(sorted(languages.split())), via=via, forms=forms, stems=stems,
        case_sensitive=case_sensitive, also=also, source="test",
    )  # fmt: skip


CONCEPTS = (
    Concept(
        id="country/kp", kind="country", label="North Korea",
        names=(
            name("Nordkorea", "de"), name("North Korea", "en"), name("Corée du Nord", "fr"),
            name("Pohjois-Korea", "fi"),
            name("Észak-Korea", "hu"), name("북한", "ko"), name("كوريا الشمالية", "ar"), name("朝鲜", "zh-Hans"),
            name("Severní Korea", "cs"), name("Sjeverna Koreja", "hr"),
            name("Северная Корея", "ru", forms=("Северной Кореи", "Северную Корею")),
            name("nordkoreanisch", "de", "adjective", forms=("nordkoreanische", "nordkoreanischen")),
            name("nord-coréen", "fr", "adjective", forms=("nord-coréenne", "nord-coréens")),
            name("severokorejský", "cs", "adjective", stems=("severokorejsk",)),
        ),
    ),
    Concept(
        id="country/ru", kind="country", label="Russia",
        names=(
            name("Russland", "de"), name("Russia", "en"), name("Oroszország", "hu"), name("Rusija", "hr"),
            name("Rusko", "cs"),
            name("روسيا", "ar"), name("러시아", "ko"), name("Venäjä", "fi"), name("Russian", "en", "adjective"),
        ),
    ),
    Concept(
        id="country/cn", kind="country", label="China",
        names=(name("China", "de en"), name("الصين", "ar"), name("中国", "zh-Hans ja")),
    ),
    Concept(
        id="country/jo", kind="country", label="Jordan",
        names=(name("Jordan", "en", also="a given name"), name("Jordanien", "de")),
    ),
    Concept(id="country/td", kind="country", label="Chad", names=(name("Chad", "en", also="a given name"),)),
    Concept(id="country/ge", kind="country", label="Georgia", names=(name("Georgia", "en", also="the US state"),)),
    Concept(id="country/ne", kind="country", label="Niger", names=(name("Niger", "de en"),)),
    Concept(id="country/ng", kind="country", label="Nigeria", names=(name("Nigeria", "de en"),)),
    Concept(id="country/om", kind="country", label="Oman", names=(name("Oman", "de en"),)),
    Concept(id="country/tr", kind="country", label="Turkey", names=(name("Turkey", "en", case_sensitive=True),)),
    Concept(id="country/ml", kind="country", label="Mali", names=(name("Mali", "de en"), name("マリ", "ja"))),
    Concept(id="country/ch", kind="country", label="Switzerland", names=(name("Schweiz", "de"),)),
    Concept(id="country/fr", kind="country", label="France", names=(name("France", "en fr"), name("Francia", "it"))),
    Concept(id="country/gb", kind="country", label="United Kingdom", names=(name("England", "en"), name("UK", "en"))),
    Concept(id="country/gr", kind="country", label="Greece", names=(name("יוון", "he"),)),
    Concept(
        id="country/us", kind="country", label="United States",
        names=(
            name("US", "de en", case_sensitive=True), name("U.S.", "en", case_sensitive=True), name("USA", "mul"),
            name("ארה״ב", "he"), name("United States", "en"),
        ),
    ),
    Concept(
        id="city/amman", kind="city", label="Amman", names=(name("Amman", "de en"),),
        relations=(Relation("capital-of", "country/jo"),),
    ),
    Concept(
        id="city/tbilisi", kind="city", label="Tbilisi", names=(name("Tbilisi", "en"),),
        relations=(Relation("capital-of", "country/ge"),),
    ),
    Concept(
        id="org/nato", kind="org", label="NATO",
        names=(name("NATO", "mul"), name("Nato", "it", case_sensitive=True, also="born")),
    ),
    Concept(id="org/who", kind="org", label="WHO", names=(name("WHO", "en de", case_sensitive=True),)),
    Concept(id="org/bank-of-england", kind="org", label="Bank of England", names=(name("Bank of England", "en"),)),
    Concept(
        id="person/vladimir-putin", kind="person", label="Vladimir Putin",
        names=(name("Wladimir Putin", "de"), name("Vladimir Putin", "en"), name("Putin", "de en", "short-name")),
    ),
    Concept(
        id="person/joe-biden", kind="person", label="Joe Biden",
        names=(name("Joe Biden", "de en"), name("Biden", "de en", "short-name")),
    ),
)  # fmt: skip


@pytest.fixture(scope="session")
def small_kb() -> KnowledgeBase:
    ordered = tuple(sorted(CONCEPTS, key=lambda concept: concept.id))
    return KnowledgeBase.of(Contents(sources=(), concepts=ordered))


@pytest.fixture(scope="session")
def small_linker(small_kb: KnowledgeBase) -> Linker:
    return Linker(small_kb)


@pytest.fixture(scope="session")
def linker() -> Linker:
    return Linker(KnowledgeBase.load())
