"""Plain words that are a name no lexicon knows: read as one, however a text writes it."""

from __future__ import annotations

import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.messages.alerts import Evidence
from pipeline.messages.rules import LATEST_READING, WatchRule
from pipeline.rules import RuleIndex, check_rule, explain_rule, read_rules
from tests.unit.rules.world import article

CONCEPTS = KnowledgeBase.load()


def evidence(when: str, body: str, language: str = "en", *, title: str = "", reading: int = 2) -> list[Evidence]:
    index = RuleIndex(CONCEPTS)
    index.add(WatchRule(id="r", when=when, reading=reading))
    return [found for match in index.match(article(body, title, language=language)) for found in match.evidence]


def found(when: str, body: str, language: str = "en", *, title: str = "") -> list[tuple[str, str]]:
    return [(each.text, each.via) for each in evidence(when, body, language, title=title)]


@pytest.mark.parametrize(
    ("when", "language", "body", "text"),
    [
        ("Garrett Holloway", "pl", "Przesłuchano Garretta Hollowaya.", "Garretta Hollowaya"),
        ("Garrett Holloway", "fi", "Garrett Hollowayn mukaan", "Garrett Hollowayn"),
        ('"Garrett Holloway"', "hu", "Garrett Hollowayt látták", "Garrett Hollowayt"),
        ("Milena Dobreva", "lt", "Milenos Dobrevos byla", "Milenos Dobrevos"),
        ("Milena Dobreva", "pl", "z udziałem Mileny Dobrevej", "Mileny Dobrevej"),
        ("Яна Ковальская", "ru", "суд над Яной Ковальской", "Яной Ковальской"),
        ("Holloway", "fi", "Hollowayn asunto", "Hollowayn"),
        ("Ludwig van Rehnstein", "pl", "dla Ludwiga van Rehnsteina", "Ludwiga van Rehnsteina"),
    ],
)
def test_a_name_is_found_inflected(when: str, language: str, body: str, text: str) -> None:
    assert (text, "inflection") in found(when, body, language)
    assert evidence(when, body, language, reading=1) == []


@pytest.mark.parametrize(
    ("language", "body", "text"),
    [
        ("ru", "Суд допросил Гаррета Холлоуэя.", "Гаррета Холлоуэя"),
        ("ar", "قال غاريت هولواي", "غاريت هولواي"),
        ("el", "Ο Γκάρετ Χόλογουεϊ", "Γκάρετ Χόλογουεϊ"),
    ],
)
def test_a_name_is_found_as_other_scripts_spell_it(language: str, body: str, text: str) -> None:
    assert (text, "transliteration") in found("Garrett Holloway", body, language)
    rule = WatchRule(id="r", when="Garrett Holloway", reading=2, transliteration=False)
    index = RuleIndex(CONCEPTS)
    index.add(rule)
    assert index.match(article(body, language=language)) == []


def test_after_the_whole_name_the_last_name_counts_alone() -> None:
    body = "Garrett Holloway spoke. On Friday Holloway was arrested; the holloway is deep."
    assert found("Garrett Holloway", body) == [("Garrett Holloway", "word"), ("Holloway", "short-name")]
    assert found("Garrett Holloway NEAR/2 arrested", body) == [("Holloway", "short-name"), ("arrested", "word")]
    assert found("title:Garrett Holloway", body, title="Holloway arrested") == [("Holloway", "short-name")]
    assert found("Garrett Holloway", "Holloway was arrested with Garrett.") == []
    spelled = found("Garrett Holloway", "Гаррет Холлоуэй уехал. Суд над Холлоуэем.", "ru")
    assert spelled == [("Гаррет Холлоуэй", "transliteration"), ("Холлоуэем", "transliteration")]


@pytest.mark.parametrize(
    "when", ["=Garrett Holloway", 'raw:"Garrett Holloway"', "garrett holloway", "GARRETT HOLLOWAY", "Garrett Hollow*"]
)
def test_what_keeps_to_the_letters_is_no_name(when: str) -> None:
    assert found(when, "Przesłuchano Garretta Hollowaya.", "pl") == []
    assert found(when, "Гаррет Холлоуэй", "ru") == []


@pytest.mark.parametrize("when", ["Climate Change", "virus", "Virus", "Prime Minister"])
def test_words_that_news_holds_are_no_name(when: str) -> None:
    explained = explain_rule(WatchRule(id="r", when=when, reading=2), CONCEPTS)
    assert explained.clauses[0].kind in {"word", "phrase"}


def test_words_as_written_are_found_in_any_case_and_inflected_as_before() -> None:
    assert found("Quorvian Treaties", "a quorvian treaty") == [("quorvian treaty", "inflection")]


def test_not_trusts_the_letters_and_no_other_script() -> None:
    assert found("NATO -Garrett Holloway", "[[NATO|org/nato]] and Garretta Hollowaya", "pl") == []
    assert found("NATO -Garrett Holloway", "[[NATO|org/nato]] Гаррет Холлоуэй", "ru") == [("NATO", "name")]


def test_a_rule_keeps_its_reading_and_a_file_has_the_latest() -> None:
    text = "rules:\n- {id: new, when: Garrett Holloway}\n- {id: old, when: Garrett Holloway, reading: 1}\n"
    new, old = read_rules(text, "rules.yaml")
    assert (new.reading, old.reading) == (LATEST_READING, 1)
    assert WatchRule(id="stored", when="Garrett Holloway").reading == 1


def test_the_canonical_form_is_the_name() -> None:
    checked = check_rule(WatchRule(id="r", when="title:Garrett Holloway^2", reading=2), CONCEPTS)
    assert checked.canonical == 'title:"Garrett Holloway"^2'
    assert checked.warnings == ()
    (clause,) = explain_rule(WatchRule(id="r", when="Garrett Holloway", reading=2), CONCEPTS).clauses
    assert clause.kind == "name"
    assert "cyrillic" in {spellings.script for spellings in clause.spellings}


def test_a_person_with_capitals_needs_no_model() -> None:
    assert found('person:"Garrett Holloway"', "Przesłuchano Garretta Hollowaya.", "pl") == [
        ("Garretta Hollowaya", "inflection")
    ]
    assert found("person:Garrett Holloway", "garrett holloway") == []
    assert found("person:Holloway", "Hollowayn asunto", "fi") == []
    assert evidence('person:"Garrett Holloway"', "Przesłuchano Garretta Hollowaya.", "pl", reading=1) == []


def test_a_name_whose_spelling_has_a_single_character_can_be_spelled() -> None:
    assert check_rule(WatchRule(id="r", when="Garrett Key", reading=2), CONCEPTS).canonical
    assert check_rule(WatchRule(id="r", when='person:"Garrett Key"', reading=2), CONCEPTS).canonical
