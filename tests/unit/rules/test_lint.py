"""Warnings for what is allowed in a rule but probably not meant, each with its place and what to write instead."""

from __future__ import annotations

import pytest

from pipeline.errors import RuleError
from pipeline.messages.rules import WatchRule
from pipeline.rules import CheckedRule, RuleIndex, check_rule
from tests.unit.rules.world import WORLD, article


def check(when: str, *languages: str) -> CheckedRule:
    return check_rule(WatchRule(id="r", when=when, languages=languages or ("en",)), WORLD)


@pytest.mark.parametrize(
    ("when", "column", "problem"),
    [
        # Operators in lower case.
        ("Poland and Turkey", 8, 'only the phrase "Poland and Turkey" counts: write Poland AND Turkey, or quote'),
        ("Poland Or Turkey", 8, "write Poland OR Turkey"),
        ("Poland not Turkey", 8, "write Poland NOT Turkey"),
        ("Poland near Turkey", 8, "write Poland NEAR/8 Turkey"),
        ("talks onear/3 troops", 7, "write talks ONEAR/3 troops"),
        ("Poland and troops or Turkey", 8, "write Poland AND troops OR Turkey"),
        ("NATO + and Turkey", 8, "write AND between two terms, leave it out, or quote the phrase"),
        ("Poland and not Turkey", 8, "write AND between two terms"),
        # Names inside a phrase.
        ('"Poland and Turkey"', 1, "split it: Poland + Turkey"),
        ("war in Poland", 1, "split it: war + Poland"),
        ("the war of the North Korea regime", 1, "split it: war + North Korea + regime"),
        # What NOT excludes.
        ('"nuclear test" -test', 1, 'this can never fire: NOT excludes test, and so "nuclear test"'),
        ("=korean -korea*", 1, "this can never fire: NOT excludes korea*, and so =korean"),
        ("title:talks -talks", 1, "this can never fire: NOT excludes talks, and so title:talks"),
        ("title:NATO -NATO", 1, "this can never fire: NOT excludes NATO[org/nato]"),
        ("NATO NEAR/3 talks -talks", 1, "this can never fire: NOT excludes talks"),
        ("de:Sanktion -lang:de", 1, "this can never fire: NOT excludes lang:de, and so de:Sanktion"),
        ("(talks OR war) -talks", 2, "the alternative talks can never fire: NOT excludes talks, which it asks for"),
        ("war -(peace OR war)", 1, "this can never fire: NOT excludes war"),
        ("=Nordkorea -North Korea", 1, "Nordkorea is one of the names of North Korea, which NOT excludes"),
        # One article has one of each.
        ("lang:zh-Hans + lang:zh-Hant", 16, "an article is in one language"),
        ("lang:nb + lang:nn", 11, "an article is in one language"),
        ('source:"A B" + talks + source:C', 24, "an article has one source, and the rule asks for A B and C"),
        ("site:a.example + site:b.example", 18, "an article has one site"),
        # Languages that no article is in.
        ("talks + lang:jp", 9, "JP is a country: its language is ja"),
        ("talks + lang:qqq", 9, "qqq is the code of no language"),
        # What ATLEAST counts.
        ("ATLEAST/2(NATO, НАТО, talks)", 17, "NATO[org/nato] stands in this ATLEAST twice: it counts once"),
        ("ATLEAST/2(war + talks, talks + war, NATO)", 24, "talks AND war stands in this ATLEAST twice"),
        ("ATLEAST/2(NOT (war OR a1) + b2, b2 + NOT (a1 OR war), NATO)", 33, "stands in this ATLEAST twice"),
    ],
)
def test_a_doubt_is_said_where_it_is(when: str, column: int, problem: str) -> None:
    assert (column, True) in {(warning.column, problem in warning.problem) for warning in check(when).warnings}


@pytest.mark.parametrize(
    "when",
    [
        "talks + title:war -body:talks",
        '"nuclear test" -"nuclear tests"',
        "test -title:test",
        "=test -tests",
        "lang:zh + lang:zh-Hant",
        "lang:no + lang:nb",
        "lang:tl + tl:pulong",
        "site:example.org + site:news.example.org",
        "source:A OR source:B",
        "tag:a + tag:b",
        "de:Sanktion -lang:fr",
        "ATLEAST/2(NATO, talks, NATO + talks)",
        "=korea -korean*",
    ],
)
def test_what_can_fire_draws_no_warning(when: str) -> None:
    assert check(when).warnings == ()


def test_a_lower_case_operator_is_said_once() -> None:
    (warning,) = check("Poland and Turkey").warnings

    assert warning.excerpt == "Poland and Turkey\n       ^"


@pytest.mark.parametrize(
    ("written", "canonical", "tag"),
    [
        ("zh-TW", "zh-Hant", "zh-Hant"),
        ("zh-CN", "zh-Hans", "zh-Hans"),
        ("ZH", "zh", "zh-Hant"),
        ("iw", "he", "he"),
        ("in", "id", "id"),
        ("deu", "de", "de"),
        ("tl", "tl", "fil"),
        ("no", "no", "nn"),
        ("sr", "sr", "sr-Latn"),
        ("sr-ME", "sr-Latn", "sr-Latn"),
    ],
)
def test_an_old_or_regional_tag_is_the_one_that_articles_carry(written: str, canonical: str, tag: str) -> None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when=f"lang:{written}"))

    assert check(f"lang:{written}").canonical == f"lang:{canonical}"
    assert len(index.match(article("text", language=tag))) == 1


def test_the_languages_of_a_rule_are_read_as_lang_reads_them() -> None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="old", when="berbicara", languages=("in", "iw", "he")))
    index.add(WatchRule(id="new", when="berbicara", languages=("id",)))

    matches = index.match(article("pembicaraan dan berbicaralah", language="id"))
    assert [match.rule.id for match in matches] == ["new", "old"]


def test_a_country_that_no_text_tells_is_refused_with_what_to_write() -> None:
    with pytest.raises(RuleError, match="articles are told apart by language, not as pt-BR: write lang:pt") as raised:
        check("talks + lang:pt-BR")

    assert (raised.value.line, raised.value.column) == (1, 14)


def test_atleast_counts_two_names_of_a_concept_once() -> None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when="ATLEAST/2(NATO, НАТО, talks)"))

    assert check("ATLEAST/2(NATO, НАТО, talks)").canonical == "ATLEAST/2(NATO[org/nato], talks)"
    assert not index.match(article("[[NATO|org/nato]] meets"))
    assert index.match(article("[[NATO|org/nato]] talks"))


def test_atleast_with_too_few_different_parts_is_refused() -> None:
    with pytest.raises(RuleError, match="stands in this ATLEAST twice: it asks for 2 different parts and has 1"):
        check("ATLEAST/2(NATO, НАТО)")
