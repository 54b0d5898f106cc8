from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from aiokafka.partitioner import DefaultPartitioner
from prometheus_client import REGISTRY

from pipeline import metrics
from pipeline.errors import EmptyArticleError, SchemaError, TooLargeError, UndecodableError
from pipeline.language import LanguageIdentifier
from pipeline.messages.alerts import (
    ArticleHeader,
    EvaluatedArticle,
    EvaluatedArticles,
    Evidence,
    Match,
    MatchedRule,
    Snippet,
)
from pipeline.messages.articles import (
    EnrichedArticle,
    EntityKind,
    EntityRef,
    IdentifiedArticle,
    Language,
    Mention,
    Times,
)
from pipeline.messages.canary_rule import CANARY_SOURCE, canary_article
from pipeline.messages.codec import decode, encode
from pipeline.messages.intake import read_match
from pipeline.messages.rules import WatchRule
from pipeline.rules import NearMiss
from pipeline.streaming.records import Headers, Outcome, Record, StepHandler
from pipeline.streaming.steps.entities_step import EntitiesHandler, MentionFacts
from pipeline.streaming.steps.language_step import LanguageHandler
from pipeline.streaming.steps.rule_counters import NearMissSampler, RuleCounters
from pipeline.streaming.steps.rules_step import RuleMatcher, RulesHandler

from .fake_index import FakeIndex

INGESTED = datetime(2024, 6, 18, 9, 30, tzinfo=UTC)
NOW = INGESTED + timedelta(seconds=1)
TRACE = b"4bf92f3577b34da6a3ce929d0e0e4736"
TRACED: Headers = (("traceparent", b"00-" + TRACE + b"-00f067aa0ba902b7-01"), ("other", b"x"))


def language_of(outcome: Outcome[Any]) -> str | None:
    return None if outcome.facts is None else outcome.facts.language


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


def mention(kind: EntityKind, entity: str, start: int = 0) -> Mention:
    ref = EntityRef(id=entity, name=entity, kind=kind)
    return Mention(field="body", start=start, end=start + 1, text="x", label="ORG", via="name", entity=ref)


class FakeExtractor:
    """Finds these mentions in every article; by default its first letter."""

    def __init__(self, *mentions: Mention) -> None:
        self.mentions = mentions or (Mention(field="body", start=0, end=1, text="", label="ORG", via="model"),)
        self.batches: list[int] = []

    def extract(self, articles: Sequence[IdentifiedArticle], *, now: datetime) -> list[EnrichedArticle]:
        self.batches.append(len(articles))
        return [
            EnrichedArticle(
                **{name: getattr(each, name) for name in IdentifiedArticle.__struct_fields__ if name != "times"},
                times=msgspec.structs.replace(each.times, enriched_at=now),
                mentions=tuple(
                    msgspec.structs.replace(one, text=each.body[one.start : one.end]) for one in self.mentions
                ),
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


def only(handler: StepHandler[Any], value: bytes | None) -> Outcome[Any]:
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
    assert (identified.id, identified.language.tag, language_of(outcome)) == ("dpa-1", "de", "de")
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
        (b'{"status": "withdrawn"}', SchemaError),
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


def test_an_article_dated_in_the_future_is_counted_and_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = NOW
    handler = LanguageHandler(LanguageIdentifier(), sink="sink", clock=lambda: now)
    before = sample("wirewatch_revised_ahead_total") or 0
    ahead = json.dumps({"title": "x", "source": "Fast Clock", "revised_at": "2031-01-01T00:00:00Z"}).encode()
    for minutes in (0, 0, 1):
        now += timedelta(minutes=minutes)
        outcome = only(handler, ahead)
        handler.committed([outcome])
    assert decode(outcome.outputs[0].value or b"", IdentifiedArticle).revised_at == INGESTED
    assert sample("wirewatch_revised_ahead_total") == before + 3
    assert caplog.text.count("source 'Fast Clock' says that it was revised in the future") == 2


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
    assert [language_of(outcome) for outcome in outcomes] == ["en", None, "en", None]


def test_a_batch_of_bad_articles_only_needs_no_extraction() -> None:
    extractor = FakeExtractor()
    handler = EntitiesHandler(extractor, sink="sink", clock=lambda: NOW)
    assert isinstance(only(handler, None).error, UndecodableError)
    assert extractor.batches == []


class NeverClose:
    def __len__(self) -> int:
        return 1

    def prepare_near_misses(self) -> None: ...

    def near_misses(self, _article: EnrichedArticle) -> list[NearMiss]:
        return []

    def forget_near_misses(self) -> None:
        pass


def rules_handler(rules: RuleMatcher) -> RulesHandler:
    counters = RuleCounters(FakeIndex(), 10)
    sampler = NearMissSampler(NeverClose(), counters)
    return RulesHandler(
        rules, sink="sink", sink_partitions=(0, 1, 2), clock=lambda: NOW, counters=counters, near_misses=sampler
    )


def matched(body: str, **fields: Any) -> Outcome[Any]:
    """What the rules step makes of an article, whose words are the rules that it fires."""
    [enriched] = FakeExtractor().extract([article(body)], now=NOW)
    return only(rules_handler(FakeRules()), encode(msgspec.structs.replace(enriched, **fields)))


def sample(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def test_articles_are_counted_by_source_up_to_a_limit() -> None:
    handler = LanguageHandler(LanguageIdentifier(), sink="sink", source_label_limit=2)
    sources = ["Limit One", "Limit Two", "Limit Three", "Limit One", ""]
    values = [json.dumps({"body": "The minister spoke.", "source": source}).encode() for source in sources]
    before = {source: sample("wirewatch_source_articles_total", source=source) or 0 for source in ("other", "none")}
    outcomes = handler.process([record(value, number) for number, value in enumerate([*values, None])])
    assert [outcome.facts and outcome.facts.ingested_at for outcome in outcomes] == [INGESTED] * 5 + [None]
    handler.committed(outcomes)
    assert sample("wirewatch_source_articles_total", source="Limit One") == 2
    assert sample("wirewatch_source_articles_total", source="Limit Three") is None
    assert sample("wirewatch_source_articles_total", source="other") == before["other"] + 1
    assert sample("wirewatch_source_articles_total", source="none") == before["none"] + 1


def test_entities_are_counted_once_an_article_and_only_countries_and_organisations_by_name() -> None:
    extractor = FakeExtractor(
        mention("country", "country/xx", 0), mention("country", "country/xx", 2),
        mention("org", "org/first", 4), mention("org", "org/second", 6), mention("person", "person/x", 8),
    )  # fmt: skip
    handler = EntitiesHandler(extractor, sink="sink", clock=lambda: NOW, organisation_label_limit=1)
    before = {kind: sample("wirewatch_mentions_total", kind=kind, entity="other") or 0 for kind in ("org", "person")}
    outcomes = handler.process([record(encode(article("x")), number) for number in range(2)])
    handler.committed(outcomes)
    assert sample("wirewatch_mentions_total", kind="country", entity="country/xx") == 2
    labels = [sample("wirewatch_mentions_total", kind="org", entity=f"org/{each}") for each in ("first", "second")]
    assert sorted(labels, key=str) == [2.0, None]
    assert sample("wirewatch_mentions_total", kind="org", entity="other") == before["org"] + 2
    assert sample("wirewatch_mentions_total", kind="person", entity="other") == before["person"] + 2


def test_canaries_are_no_news(language_handler: LanguageHandler) -> None:
    raw = only(language_handler, encode(canary_article("c-1")))
    before = sample("wirewatch_articles_taken_in_total")
    assert before is not None
    language_handler.committed([raw, only(language_handler, b'{"title": "x"}')])
    assert sample("wirewatch_articles_taken_in_total") == before + 1
    identified = only(
        EntitiesHandler(FakeExtractor(mention("org", "org/nato")), sink="sink", clock=lambda: NOW), raw.outputs[0].value
    )
    matched = only(rules_handler(FakeRules()), identified.outputs[0].value)
    assert [language_of(outcome) for outcome in (raw, identified, matched)] == ["canary"] * 3
    assert isinstance(identified.facts, MentionFacts)
    assert identified.facts.entities == frozenset()


def test_matches_are_counted_from_nought_for_each_loaded_rule_and_make_room_when_one_is_removed() -> None:
    counters = RuleCounters(FakeIndex(), 2)
    for rule in ("counted-a", "counted-b", "counted-c"):
        counters.add(WatchRule(id=rule, when="x"))
    assert [sample("wirewatch_matches_total", rule=f"counted-{each}") for each in "abc"] == [0, 0, None]
    counters.count_matches([b"counted-a", b"counted-a", b"wirewatch-canary", None])
    assert sample("wirewatch_matches_total", rule="counted-a") == 2
    counters.remove("counted-a")
    assert sample("wirewatch_matches_total", rule="counted-a") is None
    counters.add(WatchRule(id="counted-c", when="x"))
    counters.count_matches([b"counted-c"])
    assert sample("wirewatch_matches_total", rule="counted-c") == 1
    assert sample("wirewatch_matches_total", rule="wirewatch-canary") is None


@pytest.mark.parametrize(("source", "fired"), [(CANARY_SOURCE, [b"wirewatch-canary"]), ("Wire", [b"rule-a"])])
def test_canaries_fire_their_own_rule_alone_and_nothing_else_fires_it(source: str, fired: list[bytes]) -> None:
    outcome = matched("rule-a wirewatch-canary", source=source)
    assert [output.key for output in outcome.outputs if output.partition is None] == fired


def test_each_fired_rule_is_a_match_of_its_own_keyed_by_rule() -> None:
    outcome = matched("rule-a rule-b")
    found = [output for output in outcome.outputs if output.partition is None]
    assert [output.key for output in found] == [b"rule-a", b"rule-b"]
    matches = [decode(output.value or b"", Match) for output in found]
    assert [match.rule.id for match in matches] == ["rule-a", "rule-b"]
    assert {match.times.matched_at for match in matches} == {NOW}
    assert {match.times.ingested_at for match in matches} == {INGESTED}


def told(outcomes: Sequence[Outcome[Any]]) -> list[list[EvaluatedArticle]]:
    """What each partition of the matches is told, when all are told the same."""
    outputs = [output for outcome in outcomes for output in outcome.outputs if output.partition is not None]
    by_partition = [[each.value for each in outputs if each.partition == number] for number in range(3)]
    assert by_partition == [by_partition[0]] * 3
    return [list(decode(value or b"", EvaluatedArticles).evaluated) for value in by_partition[0]]


def enriched_record(body: str, offset: int, **fields: Any) -> Record:
    [enriched] = FakeExtractor().extract([article(body, f"a-{offset}")], now=NOW)
    return record(encode(msgspec.structs.replace(enriched, **fields)), offset)


def test_every_partition_is_told_behind_the_matches_of_a_batch_which_rules_each_article_satisfies() -> None:
    given = [enriched_record("rule-a rule-b", 0), enriched_record(" ", 1), record(b"{", 2)]
    outcomes = rules_handler(FakeRules()).process(given)
    assert [len(outcome.outputs) for outcome in outcomes] == [2, 3, 0]
    [evaluated] = told(outcomes)
    assert [(one.article.id, one.fired) for one in evaluated] == [("a-0", ("rule-a", "rule-b")), ("a-1", ())]
    assert {one.times for one in evaluated} == {Times(ingested_at=INGESTED, enriched_at=NOW, matched_at=NOW)}


def test_what_is_told_of_many_articles_goes_in_messages_of_bounded_size(caplog: pytest.LogCaptureFixture) -> None:
    titles = ["x" * 100_000] * 6
    given = [enriched_record("rule-a", number, title=title) for number, title in enumerate(titles)]
    endless = enriched_record(" ", 6, attributes={"pad": "x" * 3_000_000})
    outcomes = rules_handler(FakeRules()).process([*given, endless])
    assert [[one.article.id for one in part] for part in told(outcomes)] == [
        ["a-0", "a-1"],
        ["a-2", "a-3"],
        ["a-4", "a-5"],
    ]
    assert "no alert on article a-6 is cleared by its new revision" in caplog.text


def test_canaries_and_withdrawals_are_told_of_to_nobody() -> None:
    canary = matched("wirewatch-canary", source=CANARY_SOURCE)
    assert told([canary]) == []
    assert all(b"evaluated" not in (each.value or b"") for each in matched("x", status="withdrawn").outputs)


def test_an_article_that_fires_nothing_has_no_matches_and_no_error() -> None:
    outcome = matched(" ")
    assert ([each for each in outcome.outputs if each.partition is None], outcome.error) == ([], None)


def test_keys_are_partitioned_as_every_kafka_client_does() -> None:
    # What murmur2 gives for these keys in the tests of Kafka's own client: -790332482 and -973932308.
    twelve = list(range(12))
    assert DefaultPartitioner()(b"foobar", twelve, twelve) == (-790332482 & 0x7FFFFFFF) % 12
    assert DefaultPartitioner()(b"21", twelve, twelve) == (-973932308 & 0x7FFFFFFF) % 12


def test_a_withdrawal_passes_the_steps_as_it_is_to_every_partition_of_the_matches(
    language_handler: LanguageHandler,
) -> None:
    raw = {"id": "dpa-1", "status": "withdrawn", "attributes": {"desk": "world"}}
    [identified] = only(language_handler, json.dumps(raw).encode()).outputs
    assert decode(identified.value or b"", IdentifiedArticle).revised_at is None
    enriched = EnrichedArticle(
        id="dpa-1",
        status="withdrawn",
        attributes={"desk": "world"},
        language=Language(tag="und", confidence=0.0),
        revision="0" * 16,
        times=Times(ingested_at=INGESTED),
    )
    outcome = only(rules_handler(FakeRules()), encode(enriched))
    assert [(output.topic, output.key, output.partition) for output in outcome.outputs] == [
        ("sink", b"dpa-1", number) for number in (0, 1, 2)
    ]
    [value] = {output.value for output in outcome.outputs}
    assert read_match(value or b"") == msgspec.structs.replace(
        enriched, times=Times(ingested_at=INGESTED, matched_at=NOW)
    )


def test_a_line_that_a_source_repeats_is_an_aside_from_the_third_article_on() -> None:
    handler = LanguageHandler(LanguageIdentifier(), sink="sink", clock=lambda: NOW)
    ending = "Lakeside News is printed in Lindau."
    marked = []
    for number in range(3):
        body = f"The council met for the {number}th time.\n{ending}"
        outcome = only(handler, json.dumps({"body": body, "source": "Lakeside"}).encode())
        asides = decode(outcome.outputs[0].value or b"", IdentifiedArticle).asides
        marked.append([body[start:end] for start, end in asides])
    assert marked == [[], [], [ending]]
