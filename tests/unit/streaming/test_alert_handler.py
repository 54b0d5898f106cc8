from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from prometheus_client import REGISTRY

from pipeline.alerts import PastAlert, past_alert
from pipeline.errors import BrokerUnreachableError, PartitionNotLoadedError, RefusedError, SchemaError, UndecodableError
from pipeline.messages.alerts import (
    Alert,
    ArticleHeader,
    EvaluatedArticle,
    EvaluatedArticles,
    Evidence,
    Match,
    MatchedRule,
    Snippet,
)
from pipeline.messages.articles import EnrichedArticle, Language, Times
from pipeline.messages.codec import decode, encode
from pipeline.messages.rules import Suppress
from pipeline.settings import load_settings
from pipeline.streaming.records import Headers, Outcome, Record
from pipeline.streaming.steps.alert_history import read_past_alert
from pipeline.streaming.steps.alerts_step import AlertHandler

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def evidence(word: str) -> Evidence:
    return Evidence(clause=word, field="body", text=word, via="word", start=0, end=len(word))


def match(revision: str = "r1", *, rule: str = "nato", word: str = "NATO", channel: str | None = None) -> Match:
    return Match(
        rule=MatchedRule(id=rule, version="0" * 12, name="NATO", channel=channel),
        article=ArticleHeader(
            id="a", revision=revision, title="NATO", language=Language(tag="de", confidence=1.0), revised_at=NOON
        ),
        score=1.0,
        evidence=(evidence(word),),
        snippet=Snippet(text="NATO"),
        times=Times(ingested_at=NOON - timedelta(seconds=2)),
    )


class TopicsInMemory:
    """The topics of the alerts as far as the step sees them; what is read is what was written."""

    def __init__(self) -> None:
        self.records: dict[str, dict[int, list[bytes]]] = {}
        self.starts: list[dict[int, dict[str, int]]] = []
        self.is_away = False

    def write(self, outcomes: list[Outcome[Any]]) -> None:
        for outcome in outcomes:
            for output in outcome.outputs:
                if output.partition is not None and output.value is not None:
                    partitions = self.records.setdefault(output.topic, {})
                    partitions.setdefault(output.partition, []).append(output.value)

    async def read(
        self,
        partitions: Mapping[int, Mapping[str, int]],
        now: datetime,
        remember: Callable[[int, PastAlert], None],
    ) -> dict[int, Mapping[str, int]]:
        if self.is_away:
            raise BrokerUnreachableError("localhost:9092")
        assert now.tzinfo is not None
        self.starts.append({number: dict(starts) for number, starts in partitions.items()})
        for topic, records in self.records.items():
            for number, starts in partitions.items():
                for value in records.get(number, [])[starts.get(topic, 0) :]:
                    past = read_past_alert(value, 0)
                    assert past is not None
                    remember(number, past)
        return {
            number: {topic: len(records.get(number, [])) for topic, records in self.records.items()}
            for number in partitions
        }


class Step:
    """The step with some partitions of its own."""

    def __init__(
        self, topic: TopicsInMemory, *partitions: int, live_rules: frozenset[str] | None = None, **settings: object
    ) -> None:
        self.topic = topic
        self.offset = 0
        self.channels: list[str] = []
        self.handler = AlertHandler(
            load_settings(topic_prefix="test", **settings),
            topic,
            live_rules=live_rules,
            make_channel=self.channels.append,
            clock=lambda: NOON,
        )
        if partitions:
            self.assign(*partitions)

    def assign(self, *partitions: int) -> None:
        asyncio.run(self.handler.assigned(frozenset(partitions)))

    def revoke(self, *partitions: int) -> None:
        asyncio.run(self.handler.revoked(frozenset(partitions)))

    def record(self, value: Match | bytes | None, partition: int = 0, headers: Headers = ()) -> Record:
        self.offset += 1
        payload = encode(value) if isinstance(value, Match) else value
        return Record("test.matches.v1", partition, self.offset, NOON, b"nato", payload, headers)

    def process(self, *records: Record) -> list[Outcome[Any]]:
        return list(self.handler.process(records))

    def carry(self, *records: Record) -> list[Outcome[Any]]:
        outcomes = self.process(*records)
        self.topic.write(outcomes)
        self.handler.committed(outcomes)
        return outcomes


@pytest.fixture
def topic() -> TopicsInMemory:
    return TopicsInMemory()


@pytest.fixture
def step(topic: TopicsInMemory) -> Step:
    return Step(topic, 0, 1)


def kinds(outcomes: list[Outcome[Any]]) -> list[str | None]:
    return [decode(outcome.outputs[-1].value or b"", Alert).kind if outcome.outputs else None for outcome in outcomes]


def test_an_alert_goes_to_the_partition_of_its_match_with_its_headers(step: Step) -> None:
    [outcome] = step.process(step.record(match(), partition=1, headers=(("traceparent", TRACE), ("x", b"y"))))
    [output] = outcome.outputs
    assert (output.topic, output.partition, output.key) == ("test.alerts.v1", 1, b"nato")
    assert outcome.facts is not None
    assert outcome.facts.language == "de"
    alert = decode(output.value or b"", Alert)
    assert alert.times.raised_at == NOON
    headers = dict(output.headers)
    assert headers.pop("traceparent").startswith(b"00-0af7651916cd43dd8448eb211c80319c-")
    assert headers == {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_id": alert.alert_id.encode(),
        "ce_source": b"/wirewatch/test",
        "ce_type": b"wirewatch.alert.matched.v1",
        "ce_subject": b"nato",
        "ce_time": b"2026-03-01T12:00:00Z",
    }


def test_the_copy_for_a_channel_is_sent_before_the_alert(step: Step) -> None:
    [outcome] = step.process(step.record(match(channel="security")))
    copy, alert = outcome.outputs
    assert (copy.topic, copy.partition, copy.stage) == ("test.alerts.security.v1", None, 0)
    assert (alert.topic, alert.partition, alert.stage) == ("test.alerts.v1", 0, 1)
    assert (copy.value, copy.headers, copy.key) == (alert.value, alert.headers, alert.key)


def test_canaries_count_as_no_language_of_news(step: Step) -> None:
    canary = match(channel="canary")
    canary = replace(canary, article=replace(canary.article, source="wirewatch-canary"))
    outcomes = step.process(step.record(canary), step.record(match()))
    assert [outcome.facts and outcome.facts.language for outcome in outcomes] == ["canary", "de"]


def test_a_channel_is_made_sure_of_once(step: Step) -> None:
    step.process(step.record(match()))
    for rule in ("nato", "korea"):
        step.process(step.record(match(rule=rule, channel="security")))
    step.process(step.record(match(channel="trade")))
    assert step.channels == ["security", "trade"]


def test_a_batch_that_is_tried_again_decides_the_same_until_it_is_committed(step: Step) -> None:
    records = [step.record(match()), step.record(match()), step.record(match("r2", word="Nato-Rat"))]
    assert kinds(step.process(*records)) == ["matched", None, "updated"]
    assert kinds(step.process(*records[:1])) == ["matched"]
    assert kinds(step.carry(*records)) == ["matched", None, "updated"]
    assert kinds(step.process(*records)) == [None, None, None]


def test_a_refused_alert_is_not_remembered(step: Step) -> None:
    record = step.record(match())
    step.process(record)
    step.handler.committed([Outcome(record, error=RefusedError("too large"))])
    assert kinds(step.process(step.record(match()))) == ["matched"]


@pytest.mark.parametrize(
    ("value", "error"),
    [(b"{", UndecodableError), (None, UndecodableError), (b"{}", SchemaError), (b"\xff", UndecodableError)],
)
def test_what_is_no_match_is_an_error_of_its_own(step: Step, value: bytes | None, error: type[Exception]) -> None:
    bad, good = step.process(step.record(value), step.record(match()))
    assert isinstance(bad.error, error)
    assert not bad.outputs
    assert kinds([good]) == ["matched"]


def test_another_process_goes_on_where_this_one_died(step: Step, topic: TopicsInMemory) -> None:
    step.carry(step.record(match()))
    unpublished = step.record(match(rule="korea"))
    step.process(unpublished)
    heir = Step(topic, 0, 1)
    assert kinds(heir.carry(heir.record(match()), unpublished)) == [None, "matched"]


def test_partitions_that_come_back_are_read_only_from_where_they_were_known(step: Step, topic: TopicsInMemory) -> None:
    step.carry(step.record(match()))
    step.revoke(0, 1)
    other = Step(topic, 0)
    other.carry(other.record(match(rule="korea")))
    step.assign(0, 1)
    assert kinds(step.process(step.record(match()), step.record(match(rule="korea")))) == [None, None]
    assert topic.starts == [{0: {}, 1: {}}, {0: {}}, {0: {}, 1: {}}]
    step.revoke(0, 1)
    step.assign(0, 1)
    assert topic.starts[-1] == {0: {"test.alerts.v1": 2}, 1: {"test.alerts.v1": 0}}


def test_partitions_that_went_elsewhere_are_forgotten(step: Step, topic: TopicsInMemory) -> None:
    step.carry(step.record(match()))
    step.revoke(0, 1)
    with pytest.raises(PartitionNotLoadedError):
        step.process(step.record(match()))
    step.assign(1)
    with pytest.raises(PartitionNotLoadedError, match="partition 0"):
        step.process(step.record(match(), partition=0))
    step.revoke(1)
    step.assign(0, 1)
    assert topic.starts[-1] == {0: {}, 1: {"test.alerts.v1": 0}}
    assert kinds(step.process(step.record(match()))) == [None]


def test_an_assignment_that_fails_can_be_tried_again(topic: TopicsInMemory) -> None:
    step = Step(topic)
    topic.is_away = True
    with pytest.raises(BrokerUnreachableError):
        step.assign(0)
    with pytest.raises(PartitionNotLoadedError):
        step.process(step.record(match()))
    topic.is_away = False
    step.assign(0)
    assert kinds(step.process(step.record(match()))) == ["matched"]


def counted(rule: str) -> float:
    labels = {"rule": rule, "kind": "matched", "severity": "medium", "channel": "none"}
    return REGISTRY.get_sample_value("wirewatch_alerts_total", labels) or 0.0


def test_alerts_are_counted_by_rule_up_to_a_limit(topic: TopicsInMemory) -> None:
    step = Step(topic, 0, metrics_rule_limit=1)
    latency = "wirewatch_publish_to_alert_seconds_sum"
    before = (counted("counted"), counted("uncounted"), counted("other"), REGISTRY.get_sample_value(latency) or 0.0)
    step.carry(step.record(match(rule="counted")), step.record(match(rule="uncounted")))
    step.process(step.record(match("r2", rule="counted", word="never published")))
    after = (counted("counted"), counted("uncounted"), counted("other"), REGISTRY.get_sample_value(latency) or 0.0)
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 0, 1, pytest.approx(4.0)]


def test_an_alert_on_a_canary_goes_to_its_channel_alone_and_is_counted_as_none(topic: TopicsInMemory) -> None:
    step = Step(topic, 0)
    latency = "wirewatch_publish_to_alert_seconds_count"
    before = REGISTRY.get_sample_value(latency)
    [outcome] = step.carry(step.record(match(rule="wirewatch-canary", channel="canary")))
    assert [output.topic for output in outcome.outputs] == ["test.alerts.canary.v1"]
    assert REGISTRY.get_sample_value(latency) == before


def test_what_a_rule_holds_back_goes_to_the_held_topic_alone(step: Step) -> None:
    quiet = replace(match(channel="security").rule, suppress=Suppress(for_="1h"))
    first, second = (replace(match(), rule=quiet, article=replace(match().article, id=name)) for name in "ab")
    raised, held = step.carry(step.record(first), step.record(second, headers=(("traceparent", TRACE),)))
    assert [output.topic for output in raised.outputs] == ["test.alerts.security.v1", "test.alerts.v1"]
    [output] = held.outputs
    assert (output.topic, output.partition, output.key) == ("test.alerts.held.v1", 0, b"nato")
    assert dict(output.headers)["ce_type"] == b"wirewatch.alert.matched.v1"
    assert decode(output.value or b"", Alert).held_by == "suppress"


def test_a_rule_on_trial_alerts_in_the_shadow_alone(step: Step) -> None:
    trial = replace(match(channel="security").rule, mode="shadow")
    [outcome] = step.carry(step.record(replace(match(), rule=trial)))
    assert [(output.topic, output.partition) for output in outcome.outputs] == [("test.alerts.shadow.v1", 0)]
    assert step.channels == []


def withdrawal(article_id: str = "a") -> bytes:
    return encode(
        EnrichedArticle(
            id=article_id,
            status="withdrawn",
            language=Language(tag="und", confidence=0.0),
            revision="0" * 16,
            times=Times(ingested_at=NOON),
        )
    )


def test_a_withdrawal_raises_what_each_rule_of_its_partition_has_to_take_back(
    step: Step, topic: TopicsInMemory
) -> None:
    step.carry(step.record(match(channel="security")), step.record(match(rule="korea")), step.record(match(), 1))
    heir = Step(topic, 0, 1)
    [outcome] = heir.carry(heir.record(withdrawal()))
    assert [(output.topic, output.key, output.partition) for output in outcome.outputs] == [
        ("test.alerts.v1", b"korea", 0),
        ("test.alerts.security.v1", b"nato", None),
        ("test.alerts.v1", b"nato", 0),
    ]
    assert {decode(output.value or b"", Alert).kind for output in outcome.outputs} == {"withdrawn"}
    assert kinds(heir.carry(heir.record(withdrawal()), heir.record(withdrawal("unknown")))) == [None, None]
    assert kinds(heir.carry(heir.record(withdrawal(), 1))) == ["withdrawn"]


def test_a_correction_clears_what_live_rules_of_its_partition_have_raised(step: Step, topic: TopicsInMemory) -> None:
    step.carry(step.record(match()), step.record(match(rule="korea")), step.record(match(rule="off")))
    heir = Step(topic, 0, 1, live_rules=frozenset({"nato", "korea"}))
    corrected = replace(match("r2").article, revised_at=NOON + timedelta(hours=1))
    message = EvaluatedArticles(evaluated=(EvaluatedArticle(article=corrected, fired=("korea",)),))
    [outcome] = heir.carry(heir.record(encode(message)))
    [output] = outcome.outputs
    assert (output.topic, output.key, output.partition) == ("test.alerts.v1", b"nato", 0)
    assert dict(output.headers)["ce_type"] == b"wirewatch.alert.cleared.v1"
    assert outcome.facts is None
    assert kinds(heir.carry(heir.record(encode(message)))) == [None]


ALERT = (
    b'{"kind":"matched","rule":{"id":"r","version":"1","name":"R"},'
    b'"article":{"id":"a","revision":"x","language":{"tag":"de","confidence":0.9}},'
    b'"evidence":[{"clause":"NATO","text":"Nato"}],"snippet":{}}'
)
NOON_MS = int(NOON.timestamp() * 1000)
EXAMPLES = Path(__file__).parents[3] / "schemas" / "examples"


def test_an_alert_without_times_is_remembered_as_of_the_time_it_was_written() -> None:
    past = read_past_alert(ALERT, NOON_MS)
    assert past is not None
    assert (past.rule.id, past.article_id, past.revision, past.kind) == ("r", "a", "x", "matched")
    assert (past.matched_at, past.raised_at) == (NOON_MS / 1000, NOON_MS / 1000)


def test_what_is_read_back_is_what_was_remembered() -> None:
    for example in (EXAMPLES / "alert.v1.full.json", EXAMPLES / "alert.v1.held.json"):
        payload = example.read_bytes()
        assert read_past_alert(payload, 0) == past_alert(decode(payload, Alert))


@pytest.mark.parametrize(
    ("value", "timestamp_ms"),
    [
        (None, NOON_MS),
        (b"{", NOON_MS),
        (b"\xff", NOON_MS),
        (b'{"kind":"matched"}', NOON_MS),
        (b'{"other":' + b"[" * 100_000 + b"]" * 100_000 + b"}", NOON_MS),
        (ALERT, 10**18),
        (ALERT, -(10**18)),
    ],
    ids=["nothing", "no JSON", "no UTF-8", "no alert", "nested too deep", "far future", "far past"],
)
def test_what_another_client_wrote_there_does_not_end_the_step(value: bytes | None, timestamp_ms: int) -> None:
    assert read_past_alert(value, timestamp_ms) is None
