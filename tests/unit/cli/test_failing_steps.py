"""An article on which a step fails is told by its line, the others go on, and the exit status says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from pipeline.assembly import Enrichment
from pipeline.backtest import Backtest
from pipeline.cli.enrich import enriched_to
from pipeline.cli.match import alerts_of
from pipeline.cli.reading.articles import Placed, enriched, good_articles, tried
from pipeline.cli.reading.lines import BadLines, Line
from pipeline.cli.rules.articles_by_time import DatedArticle
from pipeline.cli.rules.backtest import add_all
from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker
from pipeline.errors import ModelMissingError
from pipeline.language import LanguageIdentifier
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, Mention
from pipeline.messages.rules import Examples, WatchRule
from pipeline.rules import RuleIndex, check_rule, run_examples

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CONCEPTS = KnowledgeBase.load()
BREAKS = "zorblatt"


class BrittleRecognizer:
    """A recognizer that one word breaks."""

    def recognize(self, articles: Sequence[IdentifiedArticle]) -> list[tuple[Mention, ...]]:
        if any(BREAKS in article.title for article in articles):
            raise IndexError("string index out of range")
        return [()] * len(articles)


class BrittleIndex(RuleIndex):
    """Rules that one word breaks."""

    def match(self, article: EnrichedArticle, *, now: datetime | None = None) -> list[Match]:
        if BREAKS in article.title:
            raise IndexError("string index out of range")
        return super().match(article, now=now)


def brittle() -> Enrichment:
    return Enrichment(LanguageIdentifier(), EntityExtractor(BrittleRecognizer(), Linker(CONCEPTS)))


def lines(*titles: str) -> list[Line]:
    return [
        Line(f"news.jsonl:{number}", json.dumps({"id": f"a{number}", "title": title}).encode(), 1)
        for number, title in enumerate(titles, 1)
    ]


def index() -> BrittleIndex:
    made = BrittleIndex(CONCEPTS)
    made.add(WatchRule(id="nato", when="NATO"))
    return made


TITLES = ("NATO meets", f"NATO {BREAKS}", "NATO warns")


def told(capsys: pytest.CaptureFixture[str], bad: BadLines) -> list[str]:
    assert bad.exit_status() == 1
    return capsys.readouterr().err.splitlines()


ONE_LINE = ["news.jsonl:2: failed: IndexError: string index out of range", "1 bad line"]


def test_enrich_leaves_out_the_article_that_fails(capsys: pytest.CaptureFixture[str]) -> None:
    bad = BadLines()
    done = enriched_to(lines(*TITLES), brittle(), bad, step="entities")
    assert [one.article.id for one in done] == ["a1", "a3"]
    assert told(capsys, bad) == ONE_LINE


def test_match_raises_the_alerts_of_all_others(capsys: pytest.CaptureFixture[str]) -> None:
    bad = BadLines()
    articles = enriched(list(good_articles(lines(*TITLES), bad)), Enrichment.without_models(CONCEPTS), bad)
    assert [alert.article.id for alert in alerts_of(articles, index(), bad)] == ["a1", "a3"]
    assert told(capsys, bad) == ONE_LINE


def test_a_back_test_counts_the_article_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    bad = BadLines()
    articles = enriched(list(good_articles(lines(*TITLES), bad)), Enrichment.without_models(CONCEPTS), bad)
    backtest = Backtest(index(), {"nato": "1"})
    add_all(backtest, [DatedArticle(one.article, NOW, one.place) for one in articles], bad)
    report = backtest.report()
    assert report.articles == 2
    assert told(capsys, bad) == ONE_LINE


def test_an_example_on_which_a_step_fails_fails_by_itself() -> None:
    rule = WatchRule(id="nato", when="NATO", examples=Examples(fires=TITLES[:2], silent=("Rain",)))
    enrichment = brittle()

    def enrich(text: str) -> EnrichedArticle:
        if BREAKS in text:
            raise IndexError("string index out of range")
        return enrichment.enrich_text(text)

    results = run_examples(check_rule(rule, CONCEPTS), CONCEPTS, enrich)
    assert [result.fired for result in results] == [True, None, False]
    assert [result.passed for result in results] == [True, False, True]
    assert "a step fails on example fires[2]" in str(results[1])


def test_what_every_article_needs_is_not_blamed_on_one() -> None:
    def step(_batch: Sequence[str]) -> Sequence[str]:
        raise ModelMissingError("fr", "fr_core_news_sm")

    with pytest.raises(ModelMissingError):
        tried([Placed("news.jsonl:1", "a"), Placed("news.jsonl:2", "b")], step, BadLines())
