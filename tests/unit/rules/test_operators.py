"""Proximity, counting, weights, metonyms and inflection, each statement on an article."""

from __future__ import annotations

import pytest

from pipeline.errors import RuleError
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex, check_rule
from tests.unit.rules.world import WORLD, article


def match(
    when: str,
    on: EnrichedArticle,
    *languages: str,
    metonyms: bool = False,
    min_score: float | None = None,
) -> Match | None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when=when, languages=languages or ("en",), metonyms=metonyms, min_score=min_score))
    return next(iter(index.match(on)), None)


def evidence(found: Match | None) -> list[tuple[str, str, str]]:
    assert found is not None
    return [(item.clause, item.text, item.via) for item in found.evidence]


@pytest.mark.parametrize(
    ("when", "body", "fires"),
    [
        ("missile NEAR/2 test", "a missile in a test", True),
        ("missile NEAR/1 test", "a missile in a test", False),
        ("missile NEAR/2 test", "a test of a missile", True),
        ("missile ONEAR/2 test", "a test of a missile", False),
        ("missile ONEAR/0 test", "a missile test", True),
        ("missile NEAR/0 test", "a missile, test", True),
        ("missile NEAR/1 test", "a missile C++ test", True),
        ("missile NEAR/0 test", "a missile C++ test", False),
        ("(missile OR rocket) NEAR/1 (test OR launch)", "a rocket was launch", True),
        ("(missile OR rocket) NEAR/1 (test OR launch)", "the test and the launch", False),
        ("nuclear test NEAR/1 talks", "nuclear test ban talks", True),
        ("nuclear test NEAR/0 talks", "nuclear test ban talks", False),
        ("missile* NEAR/0 test", "missiles test", True),
        # No overlap: the same word is not near itself, nor a phrase near its own part.
        ("talks NEAR/3 talks", "talks", False),
        ("talks NEAR/3 talks", "talks on talks", True),
        ("nuclear test NEAR/3 =test", "a nuclear test", False),
        # Two characters of an unsegmented script count as a word.
        ("核试验 NEAR/2 导弹", "核试验以及新导弹", True),
        ("核试验 NEAR/1 导弹", "核试验以及新导弹", False),
        # Mentions have the tokens that they cover.
        ("North Korea NEAR/1 talks", "[[North Korea|country/kp]] resumed talks", True),
        ("North Korea NEAR/0 talks", "[[North Korea|country/kp]] resumed talks", False),
        ("North Korea NEAR/0 NATO", "[[North Korea|country/kp]]-[[NATO|org/nato]]", True),
        ("missile NEAR/s test", "A missile flew. It was a test.", False),
        ("missile NEAR/s test", "A missile of Dr. Lee flew on 3. June in a test.", True),
        ("missile NEAR/p test", "A missile flew. It was a test.", True),
        ("missile NEAR/p test", "A missile flew.\nIt was a test.", False),
        ("missile NEAR/s test", "A missile\ntest", False),
        ("missile ONEAR/s test", "A test of a missile", False),
        ("导弹 NEAR/s 核试验", "导弹升空。核试验结束。", False),
        ("war -(talks NEAR/2 peace)", "war, peace and talks", False),
        ("war -(talks NEAR/2 peace)", "war, peace and so on and talks", True),
    ],
)
def test_near(when: str, body: str, fires: bool) -> None:
    assert (match(when, article(body)) is not None) == fires


def test_near_stays_in_one_field() -> None:
    assert match("missile NEAR/99 test", article("a test", "a missile")) is None


def test_not_near_trusts_no_doubtful_find() -> None:
    by_model = article("[[Turkiye|country/tr|model]] talks")

    assert match("Turkey NEAR/1 talks", by_model) is not None
    assert match("talks -(Turkey NEAR/1 talks)", by_model) is not None


def test_the_evidence_of_near_is_its_pairs_in_the_texts_order() -> None:
    on = article("test test test test test test of a missile, and far from all of these words another missile")

    assert evidence(match("missile NEAR/2 test", on)) == [
        ("missile NEAR/2 test", "test", "word"),
        ("missile NEAR/2 test", "missile", "word"),
    ]


def test_near_in_a_long_text_of_two_words_is_no_hang() -> None:
    on = article("left " * 15_000 + "\n" + "right " * 15_000)

    assert match("left ONEAR/0 right + right NEAR/s left", on) is None


@pytest.mark.parametrize(
    ("when", "fires"),
    [
        ("ATLEAST/2(NATO, talks, war)", True),
        ("ATLEAST/3(NATO, talks, war)", False),
        ("ATLEAST/2(NATO + war, talks, bombs)", False),
        ("ATLEAST/2(NATO + peace, talks OR war, war)", True),
        ("peace -ATLEAST/2(NATO, talks, war)", False),
        ("peace -ATLEAST/3(NATO, talks, war)", True),
        ("ATLEAST/2(NATO, war, NOT bombs)", True),
    ],
)
def test_at_least(when: str, fires: bool) -> None:
    assert (match(when, article("[[NATO|org/nato]] talks on peace")) is not None) == fires


def test_weights_make_the_score_of_what_is_satisfied() -> None:
    on = article("[[NATO|org/nato]] talks on peace")

    assert match("NATO^3 + (talks^0.5 OR war^9)", on).score == 3.5  # type: ignore[union-attr]
    assert match("(NATO OR talks)^2", on).score == 4  # type: ignore[union-attr]
    assert match("NATO + (NATO talks)^2 OR ATLEAST/1(peace, war)", on).score == 4  # type: ignore[union-attr]
    assert match("(NATO NEAR/3 talks)^2 + peace", on).score == 3  # type: ignore[union-attr]


def test_a_negative_weight_lowers_the_score_and_is_never_missed() -> None:
    with_rumour, without = article("war and rumour"), article("war")

    assert match("war^3 + (rumour OR gossip)^-2", without).score == 3  # type: ignore[union-attr]
    found = match("war^3 + (rumour OR gossip)^-2", with_rumour)
    assert found is not None
    assert found.score == 1
    assert evidence(found) == [("war^3", "war", "word"), ("rumour^-2", "rumour", "word")]
    assert match("war + rumour^-2", article("rumour")) is None


def test_min_score_is_the_least_that_fires() -> None:
    assert match("war^3 + rumour^-2", article("war"), min_score=3) is not None
    assert match("war^3 + rumour^-2", article("war, rumour"), min_score=3) is None
    assert match("war OR talks OR peace", article("war talks"), min_score=2) is not None
    assert match("war OR talks OR peace", article("war"), min_score=2) is None


def test_a_score_out_of_reach_draws_a_warning() -> None:
    (warning,) = check_rule(WatchRule(id="r", when="war + talks^2 + rumour^-9", min_score=4), WORLD).warnings

    assert "its score is at most 3, and min_score is 4" in warning.problem


def test_a_capital_stands_for_its_country_where_the_rule_says_so() -> None:
    on = article("[[Pjöngjang|city/pyongyang]] warns")

    assert match("North Korea", on) is None
    found = match("North Korea", on, metonyms=True)
    assert evidence(found) == [("North Korea[country/kp]", "Pjöngjang", "metonym")]
    assert found.evidence[0].entity.id == "city/pyongyang"  # type: ignore[union-attr]
    assert match("body:North Korea NEAR/0 warns", on, metonyms=True) is not None
    assert match("title:North Korea", on, metonyms=True) is None


@pytest.mark.parametrize("when", ["within:country/kp", "within:North Korea", "within:North Korea[country/kp]"])
def test_within_finds_what_lies_in_a_place_and_the_place(when: str) -> None:
    for text, concept_id in (("Pjöngjang", "city/pyongyang"), ("Nordkorea", "country/kp")):
        found = match(when, article(f"[[{text}|{concept_id}]] warns"))
        assert evidence(found) == [("within:country/kp", text, "name")]
        assert found.evidence[0].entity.id == concept_id  # type: ignore[union-attr]
        assert match(f"warns -{when}", article(f"[[{text}|{concept_id}]] warns")) is None
    assert match(when, article("[[Jordan|country/jo]] warns")) is None
    assert match(f"title:{when}", article("[[Pjöngjang|city/pyongyang]] warns")) is None


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("within:Nowhere", "within: takes a place or an organisation of the knowledge base, and Nowhere is none"),
        ("within:country/zz", "no concept has the id"),
        ("within:person/jens-stoltenberg", "nothing lies in person/jens-stoltenberg"),
        ("within:country/kp country/jo", "within: takes one id, as in within:country/kp"),
        ("within:Georgia", "Georgia may mean"),
    ],
)
def test_within_says_what_it_takes(when: str, problem: str) -> None:
    with pytest.raises(RuleError, match=problem):
        match(when, article("x"))


def test_not_never_blocks_by_metonym() -> None:
    assert match("warns -North Korea", article("[[Pjöngjang|city/pyongyang]] warns"), metonyms=True) is not None
    assert match("warns -Pyongyang", article("[[Pjöngjang|city/pyongyang]] warns"), metonyms=True) is None


@pytest.mark.parametrize(
    ("when", "languages", "body", "language", "via"),
    [
        ("sanctions", ["en"], "sanctioned", "en", "inflection"),
        ("sanctions", ["en"], "Sanctions", "en", "word"),
        ("sanctions", ["en"], "sanctioned", "und", "inflection"),
        ("sanctions", ["en"], "sanctions", "fr", "word"),
        ("Sanktion", ["de"], "die Sanktionen", "de", "inflection"),
        ("de:Sanktion", ["en"], "die Sanktionen", "de", "inflection"),
        ("new sanctions", ["en"], "a new sanction", "en", "inflection"),
        ("санкция", ["ru"], "новых санкций", "ru", "inflection"),
        ("oljefond", ["no"], "oljefondet", "nb", "inflection"),
        ("oljefond", ["nb"], "oljefondet", "no", "inflection"),
        ("no:oljefond", ["en"], "oljefondet", "nn", "inflection"),
        ("ADAY", ["tr"], "adaylar", "tr", "inflection"),
    ],
)
def test_plain_words_match_their_inflected_forms(
    when: str, languages: list[str], body: str, language: str, via: str
) -> None:
    found = match(when, article(body, language=language), *languages)

    assert [item[2] for item in evidence(found)] == [via]


@pytest.mark.parametrize(
    ("when", "languages", "body", "language"),
    [
        ("sanctions", ["en"], "sanctioned", "de"),
        ("sanctions", ["de"], "sanctioned", "en"),
        ("=sanctions", ["en"], "sanctioned", "en"),
        ('raw:"sanctions"', ["en"], "sanctioned", "en"),
        ("sanctions*", ["en"], "sanctioned", "en"),
        ("de:Sanktion", ["en"], "Sanktionen", "en"),
        ("person:sanctions", ["en"], "sanctioned", "en"),
    ],
)
def test_what_is_not_inflected(when: str, languages: list[str], body: str, language: str) -> None:
    assert match(when, article(body, language=language), *languages) is None


def test_not_blocks_by_inflected_forms() -> None:
    assert match("bank -sanctions", article("a sanctioned bank")) is None


@pytest.mark.parametrize("tag", ["no", "nb", "nn"])
def test_norwegian_covers_both_its_forms(tag: str) -> None:
    on = article("[[NATO|org/nato]]", language=tag)

    assert match("no:NATO", on) is not None
    assert match("lang:no", on) is not None
    assert (match("lang:nb", on) is not None) == (tag == "nb")
    assert (match("nb:NATO", on) is not None) == (tag == "nb")
