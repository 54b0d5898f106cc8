from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from aiokafka.partitioner import DefaultPartitioner

from pipeline import metrics
from pipeline.errors import EmptyArticleError, RefusedError, SchemaError, TooLargeError, UndecodableError
from pipeline.language import LanguageIdentifier
from pipeline.messages.alerts import ArticleHeader, Evidence, Match, MatchedRule, Snippet
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, Language, Mention, Times
from pipeline.messages.codec import decode, encode
from pipeline.streaming.handlers import EntitiesHandler, LanguageHandler, RulesHandler
from pipeline.streaming.records import Headers, Outcome, Record, StepHandler

INGESTED = datetime(2024, 6, 18, 9, 30, tzinfo=UTC)
NOW = INGESTED + timedelta(seconds=1)
TRACE = b"4bf92f3577b34da6a3ce929d0e0e4736"
TRACED: Headers = (("traceparent", b"00-" + TRACE + b"-00f067aa0ba902b7-01"), ("other", b"x"))


def record(value: bytes | None, offset: int = 0, headers: Headers = TRACED) -> Record:
    return Record("topic", 0, offset, INGESTED, b"whatever", value, headers)


def article(body: str, article_id: str = "a-1") -> IdentifiedArticle:
    language = Language(tag="en", confidence=1)
    return IdentifiedArticle(
        id=article_id, body=body, language=language, revision="r", times=Times(ingested_at=INGESTED)
    )


@pytest.fixture(scope="module")
def language_handler() -> LanguageHandler:
    return LanguageHandler(LanguageIdentifier(), sink="sink", clock=lambda: NOW)


class FakeExtractor:
    def __init__(self) -> None:
        self.batches: list[int] = []

    def extract(self, articles: Sequence[IdentifiedArticle], *, now: datetime) -> list[EnrichedArticle]:
        self.batches.append(len(articles))
        return [
            EnrichedArticle(
                **{name: getattr(each, name) for name in IdentifiedArticle.__struct_fields__ if name != "times"},
                times=msgspec.structs.replace(each.times, enriched_at=now),
                mentions=(Mention(field="body", start=0, end=1, text=each.body[:1], label="ORG", via="model"),),
            )
            for each in articles
        ]


class FakeRules:
    def match(self, article: EnrichedArticle, *, now: datetime) -> list[Match]:
        evidence = (Evidence(clause="x", field="body", text="x", via="word", start=0, end=1),)
        return [
            Match(
                rule=MatchedRule(id=rule_id, version="v", name=rule_id),
                article=ArticleHeader.of(article),
                score=1,
                evidence=evidence,
                snippet=Snippet(text="x"),
                times=msgspec.structs.replace(article.times, matched_at=now),
            )
            for rule_id in article.body.split()
        ]


def only(handler: StepHandler, value: bytes | None) -> Outcome:
    [outcome] = handler.process([record(value)])
    return outcome


def test_a_raw_article_is_identified_and_keyed_by_its_id(language_handler: LanguageHandler) -> None:
    raw = {
        "id": "dpa-1",
        "title": "Die NATO berät",
        "body": "Der Generalsekretär hat am Dienstag gewarnt, dass die Lage ernst ist.",
    }
    outcome = only(language_handler, json.dumps(raw).encode())
    [output] = outcome.outputs
    identified = decode(output.value or b"", IdentifiedArticle)
    assert (output.topic, output.key, output.partition) == ("sink", b"dpa-1", None)
    assert (identified.id, identified.language.tag, outcome.language) == ("dpa-1", "de", "de")
    assert identified.times == Times(ingested_at=INGESTED, identified_at=NOW)
    assert identified.revised_at == INGESTED
    assert identified.body == raw["body"]


def test_the_trace_goes_on_and_no_other_header_does(language_handler: LanguageHandler) -> None:
    [output] = only(language_handler, b'{"title": "x"}').outputs
    [(name, value)] = output.headers
    assert name == "traceparent"
    assert TRACE in value


def test_an_article_without_an_id_gets_the_same_one_each_time(language_handler: LanguageHandler) -> None:
    keys = {only(language_handler, b'{"url": "https://example.org/1", "title": "x"}').outputs[0].key for _ in range(2)}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, UndecodableError),
        (b"", UndecodableError),
        (b"\xff\xfe", UndecodableError),
        (b'{"title": ', UndecodableError),
        (b'"a text"', SchemaError),
        (b'{"title": 1}', SchemaError),
        (b'{"title": "x", "published_at": "yesterday"}', SchemaError),
        (b'{"title": " ", "body": ""}', EmptyArticleError),
        (json.dumps({"body": "x" * 200_001}).encode(), TooLargeError),
        (b'{"id": "1", "status": "withdrawn"}', RefusedError),
    ],
)
def test_a_bad_raw_article_is_an_error_of_its_own(
    language_handler: LanguageHandler, value: bytes | None, error: type[Exception]
) -> None:
    outcomes = language_handler.process([record(b'{"title": "x"}', 0), record(value, 1), record(b'{"title": "y"}', 2)])
    assert [type(outcome.error) for outcome in outcomes] == [type(None), error, type(None)]
    assert [len(outcome.outputs) for outcome in outcomes] == [1, 0, 1]


def test_lone_surrogates_are_replaced_and_counted_once_however_often_they_are_read(
    language_handler: LanguageHandler,
) -> None:
    before = metrics.REPLACED_SURROGATES._value.get()
    for _ in range(2):
        outcome = only(language_handler, rb'{"title": "a\ud83dz\u0000"}')
    assert decode(outcome.outputs[0].value or b"", IdentifiedArticle).title == "a\ufffdz\0"
    language_handler.committed([outcome])
    assert metrics.REPLACED_SURROGATES._value.get() == before + 1


def test_good_articles_are_extracted_together_and_bad_ones_set_aside() -> None:
    extractor = FakeExtractor()
    handler = EntitiesHandler(extractor, sink="sink", clock=lambda: NOW)
    values = [encode(article("NATO", "1")), b"{", encode(article("UN", "2")), b"{}"]
    outcomes = handler.process([record(value, offset) for offset, value in enumerate(values)])
    assert extractor.batches == [2]
    assert [type(outcome.error) for outcome in outcomes] == [type(None), UndecodableError, type(None), SchemaError]
    enriched = [decode(output.value or b"", EnrichedArticle) for outcome in outcomes for output in outcome.outputs]
    assert [(each.id, each.mentions[0].text) for each in enriched] == [("1", "N"), ("2", "U")]
    assert {each.times.enriched_at for each in enriched} == {NOW}
    assert [output.key for outcome in outcomes for output in outcome.outputs] == [b"1", b"2"]
    assert [outcome.language for outcome in outcomes] == ["en", "und", "en", "und"]


def test_a_batch_of_bad_articles_only_needs_no_extraction() -> None:
    extractor = FakeExtractor()
    handler = EntitiesHandler(extractor, sink="sink", clock=lambda: NOW)
    assert isinstance(only(handler, None).error, UndecodableError)
    assert extractor.batches == []


def test_each_fired_rule_is_a_match_of_its_own_keyed_by_rule() -> None:
    handler = RulesHandler(FakeRules(), sink="sink", clock=lambda: NOW)
    [enriched] = FakeExtractor().extract([article("rule-a rule-b")], now=NOW)
    outcome = only(handler, encode(enriched))
    assert [output.key for output in outcome.outputs] == [b"rule-a", b"rule-b"]
    matches = [decode(output.value or b"", Match) for output in outcome.outputs]
    assert [match.rule.id for match in matches] == ["rule-a", "rule-b"]
    assert {match.times.matched_at for match in matches} == {NOW}
    assert {match.times.ingested_at for match in matches} == {INGESTED}


def test_an_article_that_fires_nothing_has_no_outputs_and_no_error() -> None:
    handler = RulesHandler(FakeRules(), sink="sink", clock=lambda: NOW)
    [enriched] = FakeExtractor().extract([article(" ")], now=NOW)
    outcome = only(handler, encode(enriched))
    assert (outcome.outputs, outcome.error) == ((), None)


def test_keys_are_partitioned_as_every_kafka_client_does() -> None:
    # What murmur2 gives for these keys in the tests of Kafka's own client: -790332482 and -973932308.
    twelve = list(range(12))
    assert DefaultPartitioner()(b"foobar", twelve, twelve) == (-790332482 & 0x7FFFFFFF) % 12
    assert DefaultPartitioner()(b"21", twelve, twelve) == (-973932308 & 0x7FFFFFFF) % 12
