"""The demo's alerts are those that a careful reader expects: from the text to the alert, without Kafka."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import yaml

from pipeline import demo
from pipeline.assembly import Enrichment
from pipeline.cli.match import alerts_of
from pipeline.cli.reading.articles import Placed
from pipeline.cli.reading.lines import BadLines
from pipeline.cli.reading.rule_source import checked_text, index_over
from pipeline.concepts import KnowledgeBase
from pipeline.messages.alerts import Alert
from pipeline.messages.intake import read_article
from pipeline.rules import check_rules, run_examples
from pipeline.settings import load_settings

TRUTH = Path(__file__).with_name("demo_truth.yaml")


class Truth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    matched: dict[str, tuple[str, ...]]
    updated: dict[str, tuple[str, ...]]
    cleared: dict[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def enrichment() -> Enrichment:
    return Enrichment.without_models(KnowledgeBase.load())


@pytest.fixture(scope="module")
def alerts(enrichment: Enrichment) -> list[Alert]:
    now = datetime.now(UTC)
    articles = [read_article(line, read_at=now).article for line in demo.articles()]
    enriched = enrichment.extract([enrichment.identify(article) for article in articles])
    settings = load_settings()
    index = index_over(checked_text(demo.rules_text(), "demo rules", settings), settings)
    return list(alerts_of([Placed(article.id, article) for article in enriched], index, BadLines()))


def test_every_rule_fires_on_the_articles_that_a_reader_names_and_no_other(alerts: list[Alert]) -> None:
    truth = msgspec.convert(yaml.safe_load(TRUTH.read_text(encoding="utf-8")), Truth)
    for kind, expected in (("matched", truth.matched), ("updated", truth.updated), ("cleared", truth.cleared)):
        found = sorted((alert.rule.id, alert.article.id) for alert in alerts if alert.kind == kind)
        assert found == sorted((rule, article) for rule, articles in expected.items() for article in articles), kind


def test_every_piece_of_evidence_is_the_text_at_its_offsets(alerts: list[Alert]) -> None:
    texts: dict[str, list[dict[str, str]]] = {}
    for line in demo.articles():
        article = read_article(line, read_at=datetime.now(UTC)).article
        texts.setdefault(article.id, []).append({"title": article.title, "body": article.body})
    pieces = 0
    for alert in alerts:
        revision = texts[alert.article.id][-1 if alert.kind == "updated" else 0]
        for piece in alert.evidence:
            if piece.start is not None:
                pieces += 1
                assert revision[piece.field][piece.start : piece.end] == piece.text
    assert pieces > len(alerts)


def test_every_rule_passes_its_own_examples(enrichment: Enrichment) -> None:
    concepts = KnowledgeBase.load()
    rules = check_rules(demo.rules_text(), "demo rules", concepts).rules
    results = [result for rule in rules for result in run_examples(rule, concepts, enrichment.enrich_text)]
    assert results
    assert [str(result) for result in results if not result.passed] == []
