"""Which articles a rule fires on, and with what evidence: each statement of the rule language on an article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from pipeline.messages.alerts import Evidence, Match
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules import MAX_EVIDENCE_PER_CLAUSE, RuleIndex
from tests.unit.rules.world import WORLD, article

SUMMIT = article(
    "Die Lage der [[NATO|org/nato]] ist ernst. Das [[nordkoreanische|country/kp|adjective]] Programm wächst.",
    "[[NATO|org/nato]]-Generalsekretär [[Stoltenberg|person/jens-stoltenberg|short-name]] warnt",
    language="de",
    source="Agence Centrale",
    url="https://news.example.org/a?b=1",
    tags=("Politik", "Asien"),
)


def match(when: str, on: EnrichedArticle, languages: Sequence[str] = ("en",)) -> Match | None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when=when, languages=tuple(languages)))
    matches = index.match(on)
    return matches[0] if matches else None


def evidence(when: str, on: EnrichedArticle) -> list[tuple[str, str, str, str]]:
    found = match(when, on)
    assert found is not None
    return [(item.clause, item.field, item.text, item.via) for item in found.evidence]


@pytest.mark.parametrize(
    "when",
    [
        "NATO + North Korea",
        "NATO + (Poland OR North Korea)",
        "Poland OR NATO",
        "NATO -Poland",
        "NATO -(Poland OR Turkey)",
        "NATO -(Poland AND North Korea)",
        "title:NATO",
        "body:NATO + body:North Korea",
        "title:Jens Stoltenberg",
        "person:Stoltenberg",
        "place:North Korea",
        "org:NATO",
        "entity:country/kp",
        "programm",
        "PROGRAMM",
        "=Programm",
        'raw:"Programm wächst."',
        'raw:"NATO-Generalsekretär"',
        "general*",
        "NATO generalse*",
        "ist ernst",
        '"nordkoreanische Programm"',
        "wachst",
        "lang:de",
        "source:agence centrale",
        "site:example.org",
        "site:news.example.org",
        "tag:politik",
        "tag:ASIEN + NATO",
        "de:Programm*",
        "de:NATO",
        "title:de:warnt",
    ],
)
def test_fires(when: str) -> None:
    assert match(when, SUMMIT) is not None


@pytest.mark.parametrize(
    "when",
    [
        "NATO + Poland",
        "Poland OR Turkey",
        "NATO -North Korea",
        "NATO -programm",
        "NATO -(Poland OR North Korea)",
        "title:North Korea",
        "body:Stoltenberg",
        'raw:"programm"',
        'raw:"Nato"',
        'raw:"nordkorea"',
        'raw:"ordkoreanische"',
        "=North Korea",
        "=gramm",
        "gramm",
        "rogramm*",
        "ernst ist",
        "warnt Die",
        "lang:en",
        "lang:dee",
        "source:Agence",
        "site:ample.org",
        "site:org.example",
        "tag:Pol",
        "fr:Programm*",
        "en:NATO",
        "title:ernst",
    ],
)
def test_stays_silent(when: str) -> None:
    assert match(when, SUMMIT) is None


def test_evidence_names_clause_place_and_way_in_the_rules_order() -> None:
    assert evidence("North Korea + NATO + warnt + general* + =Lage + lang:de", SUMMIT) == [
        ("North Korea[country/kp]", "body", "nordkoreanische", "adjective"),
        ("NATO[org/nato]", "title", "NATO", "name"),
        ("NATO[org/nato]", "body", "NATO", "name"),
        ("warnt", "title", "warnt", "word"),
        ("general*", "title", "Generalsekretär", "prefix"),
        ("=Lage", "body", "Lage", "exact"),
        ("lang:de", "lang", "de", "metadata"),
    ]


def test_offsets_are_code_points_and_slice_the_text() -> None:
    on = article("👩‍🚀 é [[NATO|org/nato]] 𝔘 sanctions", "ﬁn [[NATO|org/nato]]")
    found = match("NATO + sanctions", on)

    assert found is not None
    for item in found.evidence:
        text = on.title if item.field == "title" else on.body
        assert text[item.start : item.end] == item.text
    assert [item.text for item in found.evidence] == ["NATO", "NATO", "sanctions"]


def test_metadata_evidence_has_no_offsets_and_the_articles_own_spelling() -> None:
    found = match('source:"agence centrale" + tag:politik + site:example.org', SUMMIT)

    assert found is not None
    assert found.evidence == (
        Evidence(clause='source:"agence centrale"', field="source", text="Agence Centrale", via="metadata"),
        Evidence(clause="tag:politik", field="tag", text="Politik", via="metadata"),
        Evidence(clause="site:example.org", field="site", text="news.example.org", via="metadata"),
    )


def test_the_first_places_of_a_clause_are_the_evidence() -> None:
    found = match("word", article("word " * 20, "a word"))

    assert found is not None
    assert len(found.evidence) == MAX_EVIDENCE_PER_CLAUSE
    assert [(item.field, item.start) for item in found.evidence] == [("title", 2), *(("body", 5 * n) for n in range(4))]


def test_the_score_counts_satisfied_clauses_once_each() -> None:
    assert match("NATO + North Korea", SUMMIT).score == 2  # type: ignore[union-attr]
    assert match("NATO OR North Korea OR Poland", SUMMIT).score == 2  # type: ignore[union-attr]
    assert match("NATO + (NATO OR warnt) -Poland", SUMMIT).score == 2  # type: ignore[union-attr]


def test_a_clause_in_a_part_that_fails_proves_nothing() -> None:
    assert evidence("(NATO AND Poland) OR North Korea", SUMMIT) == [
        ("North Korea[country/kp]", "body", "nordkoreanische", "adjective")
    ]


@pytest.mark.parametrize(
    ("via", "blocks"),
    [
        ("name", True),
        ("adjective", True),
        ("alias", True),
        ("short-name", True),
        ("transliteration", False),
        ("model", False),
    ],
)
def test_a_doubtful_find_fires_but_never_blocks(via: str, blocks: bool) -> None:
    on = article(f"Talks with [[Turkiye|country/tr|{via}]] resume")

    assert match("Turkey", on) is not None
    assert (match("talks -Turkey", on) is None) == blocks


def test_one_certain_mention_blocks_among_doubtful_ones() -> None:
    on = article("Talks: [[Turkiye|country/tr|model]] and [[Turkey|country/tr]]")

    assert match("talks -Turkey", on) is None


def test_not_in_one_field_looks_in_that_field() -> None:
    assert match("NATO -title:North Korea", SUMMIT) is not None
    assert match("NATO -body:North Korea", SUMMIT) is None


def test_a_person_outside_the_knowledge_base_is_a_labelled_mention_that_holds_the_words() -> None:
    by_model = article("[[Dr. Ann Lee|PER|model]] spoke. [[Lee County|LOC|model]] listened.")

    assert evidence("person:Ann Lee", by_model) == [('person:"Ann Lee"', "body", "Dr. Ann Lee", "model")]
    assert match("person:Lee", by_model) is not None
    assert match("place:=Lee", by_model) is not None
    assert match("org:=Lee", by_model) is None
    assert match("person:Le", by_model) is None
    assert match("person:Lee County", by_model) is None
    assert match("spoke -person:Lee", by_model) is not None


@pytest.mark.parametrize(
    ("when", "language", "fires"),
    [
        ("lang:zh", "zh-Hans", True),
        ("lang:zh-hant", "zh-Hant", True),
        ("lang:zh-Hant", "zh-Hans", False),
        ("lang:zhx", "zh", False),
        ("zh:朝鲜", "zh-Hans", True),
        ("lang:und", "und", True),
    ],
)
def test_language_tags_match_by_subtag(when: str, language: str, fires: bool) -> None:
    on = article("[[朝鲜|country/kp]]半岛", language=language)

    assert (match(when, on) is not None) == fires


def test_unsegmented_words_are_sequences_of_characters() -> None:
    on = article("朝鮮半島の核問題、ミサイル発射。", language="ja")

    assert evidence("核問題 + ミサイル", on) == [
        ("核問題", "body", "核問題", "word"),
        ("ミサイル", "body", "ミサイル", "word"),
    ]
    assert match("核ミサイル", on) is None


def test_a_phrase_never_spans_title_and_body() -> None:
    assert match("warnt Die", SUMMIT) is None


@pytest.mark.parametrize(
    ("when", "body", "fires"),
    [
        ('raw:"AT&T"', "the AT&T deal", True),
        ('raw:"AT&T"', "the at&t deal", False),
        ('raw:"C++"', "in C++.", True),
        ('raw:"C+"', "in C++.", True),
        ('raw:"U.S."', "the U.S. said", True),
        ('raw:"U.S."', "the u.s. said", False),
        ('raw:"cafe"', "a café", False),
        ('raw:"caf"', "a café", False),
        ('raw:"(NATO)"', "the alliance (NATO) said", True),
        ('raw:" NATO"', "theNATO NATO", True),
        ('"C++"', "in c++ code", True),
        ('"C++"', "in C code", False),
        ("3M", "the 3M company", True),
        ("AT&T", "the at&t deal", True),
        ('"Disney+"', "on Disney+ today", True),
        ('"Disney+"', "on Disney today", False),
        ("cafe", "a Café", True),
    ],
)
def test_signs_and_case(when: str, body: str, fires: bool) -> None:
    assert (match(when, article(body)) is not None) == fires


def test_a_match_carries_rule_article_and_times() -> None:
    index = RuleIndex(WORLD)
    rule = WatchRule(id="r", when="NATO", name="N", severity="high", tags=("t",), channel="security")
    index.add(rule)
    now = datetime(2024, 6, 18, tzinfo=UTC)
    (found,) = index.match(SUMMIT, now=now)

    assert found.rule.id == "r"
    assert found.rule.version == index.version("r")
    assert (found.rule.name, found.rule.severity, found.rule.tags, found.rule.channel) == (
        "N",
        "high",
        ("t",),
        "security",
    )
    assert found.article.id == SUMMIT.id
    assert found.article.revision == SUMMIT.revision
    assert found.times.matched_at == now
    assert index.match(SUMMIT)[0].times.matched_at is None


def test_a_rule_without_a_name_goes_by_its_id() -> None:
    assert match("NATO", SUMMIT).rule.name == "r"  # type: ignore[union-attr]


def test_an_article_with_an_url_that_is_none_has_no_site() -> None:
    assert match("site:example.org", article("text", url="http://[example.org/")) is None
    assert match("site:münchen.example", article("text", url="https://www.xn--mnchen-3ya.example/")) is not None
