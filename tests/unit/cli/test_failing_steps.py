"""An article on which a step fails is told by its line, the others go on, and the exit status says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

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
from tests.command_line import CommandLine

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


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), BrokenPipeError()])
def test_whoever_stops_the_command_stops_it_at_once(stop: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def step(batch: Sequence[str]) -> Sequence[str]:
        asked.extend(batch)
        raise stop

    bad = BadLines()
    with pytest.raises(type(stop)):
        tried([Placed("news.jsonl:1", "a"), Placed("news.jsonl:2", "b")], step, bad)
    assert asked == ["a", "b"]
    assert bad.exit_status() == 0
    assert capsys.readouterr().err == ""


@Language.component("brittle", assigns=["doc.ents"])
def break_at_the_word(doc: Doc) -> Doc:
    if BREAKS in doc.text:
        raise IndexError("string index out of range")
    return doc


def test_explain_tells_the_step_that_fails_in_one_line(
    wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nlp = spacy.blank("xx")
    nlp.add_pipe("brittle")
    nlp.to_disk(tmp_path / "brittle")
    monkeypatch.setenv("WIREWATCH_SPACY_FALLBACK", str(tmp_path / "brittle"))
    outcome = wirewatch("explain", "-", stdin=f"NATO {BREAKS}".encode())
    assert outcome.status == 1
    assert outcome.err.splitlines() == ["<stdin>: failed: IndexError: string index out of range", "1 bad line"]
    assert wirewatch("explain", "-", stdin=b"NATO and North Korea").status == 0
