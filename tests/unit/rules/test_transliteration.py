"""People whom the knowledge base does not have, in other scripts and in inflected forms."""

from __future__ import annotations

import pytest

from pipeline.messages.alerts import Evidence
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex
from tests.unit.rules.world import WORLD, article

KOWALSKI = 'person:"Jan Kowalski"'


def evidence(when: str, body: str, language: str, *, transliteration: bool = True) -> list[Evidence]:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when=when, transliteration=transliteration))
    return [item for match in index.match(article(body, language=language)) for item in match.evidence]


@pytest.mark.parametrize(
    ("body", "language", "text"),
    [
        ("Вчера Яна Ковальского видели в Риге.", "ru", "Яна Ковальского"),
        ("وقال يان كوالسكي أمس", "ar", "يان كوالسكي"),
        ("昨日、ヤン・コワルスキは語った。", "ja", "ヤン・コワルスキ"),
        ("어제 얀 코발스키는 말했다.", "ko", "얀 코발스키는"),
        ("יאן קובלסקי אמר", "he", "יאן קובלסקי"),
        ("Ο Γιαν Κοβαλσκι είπε", "el", "Γιαν Κοβαλσκι"),
        ("იან კოვალსკიმ თქვა", "ka", "იან კოვალსკიმ"),
    ],
)
def test_first_and_last_name_are_found_in_other_scripts(body: str, language: str, text: str) -> None:
    (found,) = evidence(KOWALSKI, body, language)
    assert (found.text, found.via, found.clause) == (text, "transliteration", KOWALSKI)
    assert found.confidence is not None
    assert 0 < found.confidence <= 1
    assert body[found.start : found.end] == text


@pytest.mark.parametrize("body", ["Ковальский молчит", "Ян молчит", "Ян и Ковальский молчат", "дом яна ковальского"])
def test_a_part_of_the_name_or_words_without_capitals_are_not_enough(body: str) -> None:
    assert evidence(KOWALSKI, body, "ru") == []


@pytest.mark.parametrize("when", ['person:"Li Na"', "person:Kowalski", 'person:="Jan Kowalski"', "org:Kowalski"])
def test_short_names_single_words_exact_words_and_organisations_are_not_spelled(when: str) -> None:
    assert evidence(when, "Ли На, Ян Ковальский", "ru") == []


def test_a_rule_can_switch_it_off() -> None:
    assert evidence(KOWALSKI, "Вчера Яна Ковальского видели", "ru", transliteration=False) == []


def test_a_rule_in_russian_finds_the_english_and_the_polish_article() -> None:
    rule = 'person:"Ян Ковальский"'
    assert [item.text for item in evidence(rule, "Then Jan Kowalski said no.", "en")] == ["Jan Kowalski"]
    assert [item.text for item in evidence(rule, "Rozmawiali z Janem Kowalskim.", "pl")] == ["Janem Kowalskim"]


def test_a_name_found_only_by_transliteration_does_not_block() -> None:
    on = "[[НАТО|org/nato]]: Ян Ковальский молчит"
    assert evidence(f"NATO -{KOWALSKI}", on, "ru")
    assert evidence(f"NATO NEAR/3 {KOWALSKI}", on, "ru")


def test_a_mention_may_hold_the_name_inflected() -> None:
    assert evidence(KOWALSKI, "[[Janem Kowalskim|PER|model]] był zły", "pl")[0].via == "model"
    assert evidence(KOWALSKI, "Janem Kowalskim był zły", "pl") == []


def test_a_listed_person_counts_by_a_spelling_of_the_linker_unless_the_rule_says_no() -> None:
    on = "[[Γενς Στόλτενμπεργκ|person/jens-stoltenberg|transliteration]] μίλησε"
    assert evidence("Jens Stoltenberg", on, "el")[0].via == "transliteration"
    assert evidence("Jens Stoltenberg", on, "el", transliteration=False) == []
    assert evidence("μίλησε -Jens Stoltenberg", on, "el")


def test_rules_come_and_go_without_a_trace() -> None:
    index = RuleIndex(WORLD)
    on = article("Вчера Яна Ковальского видели", language="ru")
    assert index.match(on) == []
    for _ in range(2):
        index.add(WatchRule(id="r", when=KOWALSKI))
        index.add(WatchRule(id="s", when=KOWALSKI))
        assert [match.rule.id for match in index.match(on)] == ["r", "s"]
        index.remove("r")
        assert [match.rule.id for match in index.match(on)] == ["s"]
        index.remove("s")
        assert index.match(on) == []
