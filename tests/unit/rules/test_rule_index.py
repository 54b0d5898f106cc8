"""The index as rules come and go."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

import pytest

from pipeline.errors import RuleError
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.identity import rule_version
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex, explain_rule
from pipeline.rules.index.article_terms import ArticleTerms
from pipeline.rules.index.keys import NO_KEY
from tests.unit.rules.world import WORLD, article

NEWS = article("[[NATO|org/nato]] talks about sanctions")


def rule(rule_id: str, when: str) -> WatchRule:
    return WatchRule(id=rule_id, when=when)


def fired(index: RuleIndex, on: EnrichedArticle = NEWS) -> list[str]:
    return [match.rule.id for match in index.match(on)]


def test_matches_come_sorted_by_rule_id() -> None:
    index = RuleIndex(WORLD)
    for rule_id in ("b", "c", "a"):
        index.add(rule(rule_id, "NATO"))

    assert fired(index) == ["a", "b", "c"]
    assert len(index) == 3


def test_adding_a_known_id_replaces_the_rule() -> None:
    index = RuleIndex(WORLD)
    index.add(rule("r", "NATO"))
    index.add(rule("r", "Poland"))

    assert fired(index) == []
    assert len(index) == 1
    assert index.version("r") == rule_version(rule("r", "Poland"))


def test_a_rule_that_cannot_be_used_leaves_the_index_as_it_was() -> None:
    index = RuleIndex(WORLD)
    index.add(rule("r", "NATO"))
    with pytest.raises(RuleError):
        index.add(rule("r", "NATO + ("))

    assert fired(index) == ["r"]
    assert index.version("r") == rule_version(rule("r", "NATO"))


def test_removing_says_whether_the_rule_was_there() -> None:
    index = RuleIndex(WORLD)
    index.add(rule("r", "NATO + sanctions"))

    assert index.remove("r")
    assert not index.remove("r")
    assert fired(index) == []
    assert len(index) == 0
    assert "r" not in index
    assert index.version("r") is None


def test_a_rule_that_is_off_is_known_and_silent_until_it_is_on_again() -> None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when="NATO", mode="off"))
    assert "r" in index
    assert fired(index) == []

    index.add(rule("r", "NATO"))
    assert fired(index) == ["r"]


def test_rules_that_share_a_word_do_not_take_it_from_each_other() -> None:
    index = RuleIndex(WORLD)
    index.add(rule("a", "sanctions"))
    index.add(rule("b", "sanctions + (sanctions OR talks)"))
    index.remove("b")

    assert fired(index) == ["a"]


def test_a_word_met_before_a_rule_asks_for_it_is_found_afterwards() -> None:
    index = RuleIndex(WORLD)
    index.add(rule("a", "talks"))
    assert fired(index) == ["a"]

    index.add(rule("b", "sanctions"))
    index.add(rule("c", "sanct*"))
    assert fired(index) == ["a", "b", "c"]


@pytest.mark.parametrize("language", ["xx yy", "en yy", " en", "en ", ""])
def test_a_word_met_under_a_tag_that_is_none_is_found_as_well(language: str) -> None:
    index = RuleIndex(WORLD)
    odd = article("talks about sanctions", language=language)
    index.add(rule("a", "talks"))
    assert fired(index, odd) == ["a"]

    index.add(rule("b", "sanctions"))
    assert fired(index, odd) == ["a", "b"]
    index.add(rule("c", "sanct*"))
    assert fired(index, odd) == ["a", "b", "c"]


MORE = ("talks on sanctions NEAR/3 (NATO OR talks)", "ATLEAST/2(NATO, talks, sanctions) + war^-2", "talks on the war")


def test_a_removed_index_holds_nothing_of_its_rules() -> None:
    index = RuleIndex(WORLD)
    for number, when in enumerate(["sanct* + talks", "NATO OR talks", "lang:en + raw:talks", "person:Ann Lee", *MORE]):
        index.add(rule(f"r{number}", when))
    for number in range(4 + len(MORE)):
        index.remove(f"r{number}")

    assert len(index._filing) == len(index._filing.keys) == len(index._filing.readings) == 0
    assert len(index._postings) == 0
    assert ArticleTerms(NEWS, index._filing).keys.tolist() == [NO_KEY]


@pytest.mark.parametrize(
    ("when", "pivot"),
    [
        ("NATO + North Korea", ("North Korea[country/kp]",)),
        ("lang:de + sanctions", ("sanctions",)),
        ('NATO + "and the extraordinarily"', ('"and the extraordinarily"',)),
        ("Poland OR Turkey", ("Poland[country/pl]", "Turkey[country/tr]")),
        ("(Poland OR Turkey) + Jens Stoltenberg", ("Jens Stoltenberg[person/jens-stoltenberg]",)),
        ("lang:de", ("lang:de",)),
        ("tag:x -NATO", ("tag:x",)),
        ("NATO + NOT (Poland OR NOT sanctions)", ("sanctions",)),
        ("NATO + the", ("NATO[org/nato]",)),
        ("(the OR NATO) NEAR/3 sanctions", ("sanctions",)),
        ("ATLEAST/2(NATO, the, sanctions)", ("sanctions", "NATO[org/nato]")),
        ("ATLEAST/3(NATO, the, sanctions)", ("sanctions",)),
        ("NOT ATLEAST/2(NOT NATO, NOT talks) + the", ("talks", "NATO[org/nato]")),
        ("NATO + extraordinarily^-2", ("NATO[org/nato]",)),
    ],
)
def test_a_rule_is_filed_under_the_rarest_of_its_required_clauses(when: str, pivot: tuple[str, ...]) -> None:
    assert set(explain_rule(rule("r", when), WORLD).pivot) == set(pivot)


def test_an_article_is_tried_against_the_rules_of_its_terms_only() -> None:
    index = RuleIndex(WORLD)
    for number in range(1_000):
        index.add(rule(f"other{number}", f"NATO + unheard{number}"))
    index.add(rule("mine", "NATO + sanctions"))
    terms = ArticleTerms(NEWS, index._filing)

    satisfied, doubtful = index._postings.candidates(terms.keys, terms.held)
    assert len(satisfied | doubtful) == 1
    assert fired(index) == ["mine"]


@pytest.mark.parametrize(
    ("when", "missing"),
    [
        ("NATO + Poland", ["Poland[country/pl]"]),
        ("NATO + (Poland OR war) + talks", ["Poland[country/pl] OR war"]),
        ("NATO + NOT sanctions", ["NOT sanctions"]),
        ("ATLEAST/3(NATO, talks, Poland, war)", ["Poland[country/pl] OR war"]),
        ("NATO + talks NEAR/0 sanctions", ["talks NEAR/0 sanctions"]),
        ("(Poland + war) OR (NATO + war)", ["war"]),
        ("NATO + Poland + war", []),
        ("NATO + NOT sanctions + war", []),
        ("NATO + talks", []),
        ("Poland", []),
        ("Poland + NOT war", []),
    ],
)
def test_a_near_miss_lacks_one_clause_and_holds_another(when: str, missing: list[str]) -> None:
    index = RuleIndex(WORLD)
    index.add(rule("r", when))
    index.add(rule("off", "Turkey + war"))

    assert [miss.clause for miss in index.near_misses(NEWS)] == missing
    assert all(miss.rule_id == "r" for miss in index.near_misses(NEWS))


def test_near_misses_are_told_anew_after_they_were_forgotten() -> None:
    index = RuleIndex(WORLD)
    index.add(rule("a", "NATO + Poland"))
    index.prepare_near_misses()
    assert [miss.rule_id for miss in index.near_misses(NEWS)] == ["a"]
    index.forget_near_misses()
    assert index._clause_postings is None

    index.add(rule("b", "NATO + war"))
    index.remove("a")
    assert [miss.rule_id for miss in index.near_misses(NEWS)] == ["b"]


_Result = TypeVar("_Result")


def deep_down(frames: int, call: Callable[[], _Result]) -> _Result:
    return deep_down(frames - 1, call) if frames else call()


def test_a_first_look_for_near_misses_that_breaks_off_leaves_no_rule_out() -> None:
    nested = "NATO + war"
    for _ in range(12):
        nested = f"NATO + (war OR ({nested}))"
    # The less of the stack is left, the earlier the look breaks off: at last after the one rule and before the other.
    for frames in range(sys.getrecursionlimit(), 0, -1):
        index = RuleIndex(WORLD)
        index.add(rule("flat", "NATO + Poland"))
        index.add(rule("nested", nested))
        try:
            deep_down(frames, lambda index=index: index.near_misses(NEWS))  # type: ignore[misc]
        except RecursionError:
            assert [miss.rule_id for miss in index.near_misses(NEWS)] == ["flat", "nested"]
        else:
            break


def test_rules_may_come_and_go_while_another_thread_matches() -> None:
    index = RuleIndex(WORLD)
    index.add(rule("stays", "NATO"))
    seen: list[list[str]] = []

    def change() -> None:
        for number in range(200):
            index.add(rule("changes", f"NATO + sanct* + word{number}"))
            index.remove("changes")

    def look() -> None:
        seen.extend(fired(index) for _ in range(200))

    threads = [Thread(target=change), Thread(target=look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert seen == [["stays"]] * 200


def test_articles_of_ever_new_language_tags_take_no_ever_more_memory() -> None:
    index = RuleIndex(WORLD)
    index.add(rule("r", "sanctions"))
    for number in range(3_000):
        assert fired_on(index, f"x-{number}") == ["r"]
    index.add(rule("s", "talks"))
    assert fired_on(index, "x-0") == fired_on(index, "x-2999") == ["r", "s"]
    assert len(index._filing.readings._memos) < 2_000


def fired_on(index: RuleIndex, language: str) -> list[str]:
    return fired(index, article("talks about sanctions", language=language))
