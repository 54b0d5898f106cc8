"""What stands in an aside satisfies only a term that asks for asides."""

from __future__ import annotations

import pytest
from msgspec import structs

from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex, why_silent
from pipeline.rules.meaning.clauses import Scope
from tests.unit.rules.world import WORLD, article

LINK = "Mehr zum Thema – "


def with_link(body: str, title: str = "") -> EnrichedArticle:
    """An article whose line that begins as ``LINK`` does is an aside."""
    written = article(body, title, language="de")
    start = written.body.index(LINK)
    end = written.body.find("\n", start)
    return structs.replace(written, asides=((start, len(written.body) if end < 0 else end),))


ON = with_link(
    "Die [[NATO|org/nato]] tagt. Garrett Holloway kam.\n"
    "Mehr zum Thema – [[Nordkorea|country/kp]] testet Raketen, sagt Holloway; Minister [[Ann Lee|PER|model]]\n"
    "Mehr Worte folgen."
)


def fires(when: str, on: EnrichedArticle = ON, **fields: object) -> bool:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when=when, languages=("de",), reading=2, **fields))  # type: ignore[arg-type]
    return bool(index.match(on))


@pytest.mark.parametrize(
    "when",
    [
        "NATO",
        "NATO -North Korea",
        "NATO -Raketen",
        "NATO + aside:North Korea",
        "aside:Raketen",
        'aside:"testet Raketen"',
        "aside:raw:Raketen",
        "aside:rakete*",
        "aside:=Nordkorea",
        "aside:de:Nordkorea",
        "aside:person:Lee",
        "aside:Nordkorea NEAR/3 aside:Raketen",
        "aside:Garrett Holloway",
        "within:country/kp OR NATO",
    ],
)
def test_fires(when: str) -> None:
    assert fires(when)


@pytest.mark.parametrize(
    "when",
    [
        "North Korea",
        "Raketen",
        "rakete*",
        "raw:Raketen",
        "testet Raketen",
        "body:Raketen",
        "title:Raketen",
        "person:Lee",
        "NATO + North Korea",
        "NATO + Raketen",
        "NATO NEAR/99 North Korea",
        "ATLEAST/2(NATO, North Korea, Raketen)",
        "NATO -aside:North Korea",
        "aside:NATO",
        "aside:kam",
        "within:country/kp",
    ],
)
def test_is_silent(when: str) -> None:
    assert not fires(when)


def test_an_aside_adds_nothing_to_the_score() -> None:
    assert fires("NATO OR North Korea", min_score=1)
    assert not fires("NATO OR North Korea", min_score=2)


def test_a_name_that_an_aside_alone_gives_in_full_is_no_surname_in_the_text() -> None:
    on = with_link("Holloway kam.\nMehr zum Thema – Garrett Holloway in Berlin")
    assert not fires("Garrett Holloway", on)
    assert fires("aside:Garrett Holloway", on)


def test_evidence_in_an_aside_has_its_place_in_the_body() -> None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when="aside:Raketen + NATO", languages=("de",)))
    (found,) = index.match(ON)
    places = [(item.clause, item.field, ON.body[item.start : item.end]) for item in found.evidence]
    assert places == [("aside:Raketen", "body", "Raketen"), ("NATO[org/nato]", "body", "NATO")]


def test_an_article_without_asides_satisfies_no_aside() -> None:
    assert not fires("aside:NATO", article("[[NATO|org/nato]] tagt"))


def test_the_reason_for_silence_names_the_aside() -> None:
    rule = WatchRule(id="r", when="NATO + North Korea + Frieden", languages=("de",))
    assert why_silent(rule, WORLD, ON) == (
        "not found: Frieden; the find stands in an aside (related link): North Korea[country/kp]"
    )


def test_another_link_is_no_other_text() -> None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when="NATO", updates="text"))
    one = with_link("[[NATO|org/nato]] tagt.\nMehr zum Thema – Raketen über Japan")
    other = with_link("[[NATO|org/nato]] tagt.\nMehr zum Thema – Gipfel in Rom")
    prints = {match.article.fingerprint for on in (one, other) for match in index.match(on)}
    assert len(prints) == 1


def test_a_term_without_field_is_not_implied_by_one_in_asides() -> None:
    assert not Scope().contains(Scope(field="aside"))
    assert Scope(field="aside").contains(Scope(field="aside", language="de"))
