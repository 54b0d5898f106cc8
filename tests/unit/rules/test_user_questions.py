"""Frequent questions of media monitoring users, each as a rule and an article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from pipeline.alerts import Replay
from pipeline.errors import RuleError
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import Suppress, WatchRule
from pipeline.rules import RuleIndex, check_rules
from tests.unit.rules.world import WORLD, article


def match(when: str, on: EnrichedArticle) -> Match | None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when=when))
    return next(iter(index.match(on)), None)


def fires(when: str, body: str = "", title: str = "", **what: str) -> bool:
    return match(when, article(body, title, **what)) is not None


def test_which_clause_matched() -> None:
    found = match("NATO + (sanctions OR embargo)", article("The embargo stays", "[[NATO|org/nato]] meets"))

    assert found is not None
    assert [(item.clause, item.text) for item in found.evidence] == [("NATO[org/nato]", "NATO"), ("embargo", "embargo")]


def test_a_bracketed_or_inside_and() -> None:
    assert fires("budget + (defence OR army)", "the army budget")
    assert not fires("budget + (defence OR army)", "the army")
    assert not fires("budget + (defence OR army)", "the budget")


def test_not_of_a_phrase_excludes_the_phrase_and_not_its_words() -> None:
    assert not fires('apple -"apple pie"', "an apple pie")
    assert fires('apple -"apple pie"', "an apple, a pie")


@pytest.mark.parametrize(
    ("when", "body", "language"),
    [
        ("चुनाव आयोग", "आज चुनाव आयोग ने कहा", "hi"),
        ("परमाणु", "परमाणु परीक्षण", "hi"),
        ("核试验", "报道称核试验已经结束。", "zh"),
        ("برنامج نووي", "أعلنت عن برنامج نووي جديد", "ar"),
    ],
)
def test_a_term_in_hindi_chinese_and_arabic(when: str, body: str, language: str) -> None:
    assert fires(when, body, language=language)


@pytest.mark.parametrize(
    ("when", "body", "other"),
    [
        ('"C++"', "written in C++ and Rust", "written in C"),
        ("3M", "shares of 3M fell", "shares of 3 fell"),
        ("AT&T", "AT&T said", "AT and T said"),
        ('"Disney+"', "on Disney+ from May", "on Disney from May"),
    ],
)
def test_names_with_signs_and_digits(when: str, body: str, other: str) -> None:
    assert fires(when, body)
    assert not fires(when, other)


def test_a_rule_on_the_title_alone() -> None:
    assert fires("title:strike", "text", "Strike at the port")
    assert not fires("title:strike", "A strike at the port", "News")


def test_a_rule_on_one_source() -> None:
    assert fires('strike + source:"Harbour News"', "a strike", source="harbour news")
    assert not fires('strike + source:"Harbour News"', "a strike", source="Harbour News Weekly")


@pytest.mark.parametrize("written", ["O'Neill", "O’Neill"])
def test_a_name_with_an_apostrophe_however_it_is_typed(written: str) -> None:
    assert fires("O'Neill", f"as {written} said")
    assert not fires("O'Neill", "as Neill said")


def test_a_hyphenated_compound_is_found_by_its_part_and_as_a_whole() -> None:
    assert fires("Gipfel", "der Klima-Gipfel", language="de")
    assert fires("Klima-Gipfel", "der Klima-Gipfel", language="de")
    assert not fires("Klima-Gipfel", "der Gipfel zum Klima", language="de")


def test_a_headline_in_capitals() -> None:
    assert fires("port strike", title="PORT STRIKE ENDS")
    assert fires("sanctions", title="SANCTIONED BANK CLOSES")


def test_a_term_of_one_letter_is_refused() -> None:
    with pytest.raises(RuleError, match="X is one letter, which nearly every article holds"):
        match("X + strike", article("X strike"))


def test_an_invalid_rule_is_refused_whole() -> None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when="strike"))
    with pytest.raises(RuleError):
        index.add(WatchRule(id="r", when="strike + (port OR"))
    check = check_rules("rules:\n- id: a\n  when: strike (\n- id: b\n  when: strike\n", "rules.yaml", WORLD)

    assert [found.rule.id for found in index.match(article("strike"))] == ["r"]
    assert [checked.rule.id for checked in check.rules] == ["b"]
    assert [error.rule_id for error in check.errors] == ["a"]


def alerts_on(steps: Sequence[tuple[WatchRule, EnrichedArticle]]) -> list[str]:
    """Kinds of the alerts that articles raise, a minute apart, each with the rule as it stands then."""
    index = RuleIndex(WORLD)
    matches: list[Match] = []
    for minute, (rule, on) in enumerate(steps):
        index.add(rule)
        matches += index.match(on, now=datetime(2026, 3, 1, 12, minute, tzinfo=UTC))
    replay = Replay()
    decisions = [decision for match in matches for decision in replay.decide(match)]
    return [decision.alert.kind for decision in decisions if decision.destination == "alerts"]


def revised(body: str, minute: int, article_id: str = "a1", source: str = "") -> EnrichedArticle:
    at = datetime(2026, 3, 1, 12, minute, tzinfo=UTC)
    return msgspec.structs.replace(article(body, article_id=article_id, source=source), revised_at=at)


def test_an_edited_article_does_not_alert_again() -> None:
    rule = WatchRule(id="r", when="strike + (port OR rail)")
    first = revised("A strike at the port began", 0)
    corrected = revised("A strike at the port of Riga has begun", 1)
    more = revised("Strikes at the port of Riga and on the rail network", 2)

    assert alerts_on([(rule, first), (rule, corrected)]) == ["matched"]
    assert alerts_on([(rule, first), (rule, corrected), (rule, more)]) == ["matched", "updated"]


def test_a_reprint_does_not_alert_again_under_suppress_by_text() -> None:
    rule = WatchRule(id="r", when="strike", suppress=Suppress(for_="6h", by="text"))
    original = revised("A strike at the port began.\nNobody was hurt.", 0, "a", "Harbour News")
    reprint = revised("A STRIKE at  the port began. Nobody was hurt.", 1, "b", "Evening Post")
    other = revised("A strike at the port ended.", 2, "c", "Evening Post")

    assert alerts_on([(rule, original), (rule, reprint), (rule, other)]) == ["matched", "matched"]
    assert alerts_on([(WatchRule(id="r", when="strike"), each) for each in (original, reprint)]) == ["matched"] * 2


def test_a_rule_switched_off_and_on_again_keeps_its_memory() -> None:
    on = WatchRule(id="r", when="strike", suppress=Suppress(for_="1h"))
    off = WatchRule(id="r", when="strike", mode="off", suppress=Suppress(for_="1h"))
    seen, unseen = revised("A strike began", 0, "a"), revised("Another strike began", 1, "b")

    assert alerts_on([(on, seen), (off, unseen), (on, seen)]) == ["matched"], "what was told is not told again"
    assert alerts_on([(on, seen), (off, seen), (on, unseen)]) == ["matched"], "nor is its time of silence over"


def test_a_rule_switched_off_and_on_again_is_the_same_rule() -> None:
    index = RuleIndex(WORLD)
    on = article("strike")
    index.add(WatchRule(id="r", when="strike"))
    before = index.match(on)
    index.add(WatchRule(id="r", when="strike", mode="off"))
    off = index.match(on)
    index.add(WatchRule(id="r", when="strike"))

    assert off == []
    assert index.match(on) == before
