"""The demo's articles and rules are what the demo promises, and agree with a careful reader's judgement."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
import yaml

from pipeline import demo
from pipeline.messages.articles import RawArticle
from pipeline.messages.intake import read_article
from pipeline.messages.rules import WatchRule

TRUTH = Path(__file__).parents[2] / "quality" / "demo_truth.yaml"
SCRIPTS = {
    "ar": "Arab",
    "el": "Grek",
    "fa": "Arab",
    "he": "Hebr",
    "hi": "Deva",
    "ja": "Jpan",
    "ko": "Kore",
    "ru": "Cyrl",
    "th": "Thai",
    "uk": "Cyrl",
    "zh-hans": "Hans",
    "zh-hant": "Hant",
} | dict.fromkeys(["de", "en", "es", "fr", "it", "pl", "pt", "sv", "tr"], "Latn")
UNSEGMENTED = {"ja", "th", "zh-hans", "zh-hant"}


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: tuple[WatchRule, ...]


class Truth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    matched: dict[str, tuple[str, ...]]
    updated: dict[str, tuple[str, ...]]
    cleared: dict[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def articles() -> list[RawArticle]:
    now = datetime.now(UTC)
    return [read_article(line, read_at=now).article for line in demo.articles()]


@pytest.fixture(scope="module")
def rules() -> tuple[WatchRule, ...]:
    return msgspec.convert(yaml.safe_load(demo.rules_text()), RuleFile).rules


@pytest.fixture(scope="module")
def truth() -> Truth:
    return msgspec.convert(yaml.safe_load(TRUTH.read_text(encoding="utf-8")), Truth)


def language(article_id: str) -> str:
    """Read the language out of an id: ``demo-zh-hans-nato-01`` is in ``zh-hans``."""
    found = re.fullmatch(r"demo-(zh-han[st]|[a-z]{2})-[a-z]+-\d\d", article_id)
    assert found, f"{article_id}: not of the form demo-<language>-<subject>-<number>"
    return found[1]


def test_articles_speak_many_languages_in_many_scripts(articles: list[RawArticle]) -> None:
    languages = {language(article.id) for article in articles}
    assert len(articles) >= 28
    assert len(languages) >= 16
    assert len({SCRIPTS[each] for each in languages}) >= 7


def test_no_line_holds_a_field_that_intake_would_ignore() -> None:
    known = set(RawArticle.__struct_fields__)
    for line in demo.articles():
        assert msgspec.json.decode(line, type=dict[str, object]).keys() <= known


def test_articles_have_all_that_the_demo_shows(articles: list[RawArticle]) -> None:
    for article in articles:
        assert article.title == article.title.strip() != "", article.id
        assert article.body == article.body.strip() != "", article.id
        assert article.body.count("\n") >= 3, article.id
        assert article.source, article.id
        assert article.tags, article.id
        assert article.attributes["fictional"] == "yes", article.id


def test_articles_are_as_long_as_a_wire_item(articles: list[RawArticle]) -> None:
    for article in articles:
        if language(article.id) in UNSEGMENTED:
            assert 200 <= len(article.body) <= 700, article.id
        else:
            assert 75 <= len(article.body.split()) <= 220, article.id


def test_articles_are_dated_with_an_offset_and_in_the_past(articles: list[RawArticle]) -> None:
    for line in demo.articles():
        written = msgspec.json.decode(line, type=dict[str, object])["published_at"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", str(written))
    for article in articles:
        assert article.published_at is not None, article.id
        assert article.published_at < datetime.now(UTC), article.id


def test_urls_are_on_reserved_example_domains(articles: list[RawArticle]) -> None:
    for article in articles:
        url = urlsplit(article.url)
        assert url.scheme == "https", article.id
        assert re.fullmatch(r"([a-z-]+\.)*example\.(com|net|org)", url.hostname or ""), article.url


def test_only_the_revised_editions_repeat_an_id_and_come_last(articles: list[RawArticle], truth: Truth) -> None:
    repeated = {each for each, count in Counter(article.id for article in articles).items() if count > 1}
    assert repeated == {each for told in (truth.updated, truth.cleared) for ids in told.values() for each in ids}
    assert len({article.url for article in articles}) == len({article.id for article in articles})
    for article_id in repeated:
        first, second = [article for article in articles if article.id == article_id]
        assert second in articles[-len(repeated) :]
        assert first.body != second.body
        assert first.published_at == second.published_at
        assert first.revised_at is not None
        assert second.revised_at is not None
        assert first.revised_at < second.revised_at


def test_one_article_is_declared_in_a_language_that_it_is_not_in(articles: list[RawArticle]) -> None:
    declared = {article.id: article.declared_language for article in articles if article.declared_language}
    assert len(declared) >= 5
    assert [each for each, tag in declared.items() if tag != language(each)] == ["demo-sv-local-01"]


def test_truth_names_existing_articles_and_exactly_the_rules(
    articles: list[RawArticle], rules: tuple[WatchRule, ...], truth: Truth
) -> None:
    ids = {article.id for article in articles}
    assert list(truth.matched) == [rule.id for rule in rules]
    for rule_id, expected in truth.matched.items():
        assert set(expected) <= ids, rule_id
        assert len(set(expected)) == len(expected), rule_id
        assert {*truth.updated.get(rule_id, ()), *truth.cleared.get(rule_id, ())} <= set(expected), rule_id


def test_every_rule_fires_in_several_languages_and_the_first_across_scripts(truth: Truth) -> None:
    for rule_id, expected in truth.matched.items():
        assert len({language(each) for each in expected}) >= 3, rule_id
    first = {language(each) for each in truth.matched["nato-north-korea"]}
    assert len(first) >= 7
    assert len({SCRIPTS[each] for each in first}) >= 5


def test_many_articles_fire_nothing(articles: list[RawArticle], truth: Truth) -> None:
    fired = {each for expected in truth.matched.values() for each in expected}
    assert len({article.id for article in articles} - fired) >= 6


def test_rules_begin_with_nato_and_north_korea(rules: tuple[WatchRule, ...]) -> None:
    assert len(rules) >= 9
    assert (rules[0].id, rules[0].when) == ("nato-north-korea", "NATO + North Korea")
    assert {"security", "markets"} <= {rule.channel for rule in rules}
    assert len({rule.id for rule in rules}) == len(rules)


def test_rules_carry_examples_for_and_against(rules: tuple[WatchRule, ...]) -> None:
    for rule in rules:
        assert rule.name, rule.id
        assert rule.tags, rule.id
        assert len(rule.examples.silent) >= 3, rule.id
        # An example is read as a body, so that a rule on headlines can show only what it stays silent on.
        assert len(rule.examples.fires) >= 3 or rule.when.startswith("title:"), rule.id


def test_examples_are_not_taken_from_the_articles(articles: list[RawArticle], rules: tuple[WatchRule, ...]) -> None:
    texts = [article.body for article in articles]
    for rule in rules:
        for example in (*rule.examples.fires, *rule.examples.silent):
            assert not any(example in text for text in texts), example
