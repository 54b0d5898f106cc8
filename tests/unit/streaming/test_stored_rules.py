"""The watch rules of a topic: what of them is in the index, and how a set of rules differs from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import RuleError
from pipeline.messages.codec import encode
from pipeline.messages.rules import WatchRule
from pipeline.rules import Requirements
from pipeline.rules.meaning.clauses import PhraseClause
from pipeline.streaming.stores.live_rules import LiveRules
from pipeline.streaming.stores.rule_reader import IndexedRules
from pipeline.streaming.stores.rule_records import StoredRule, read_rule_record, rule_headers
from pipeline.streaming.stores.rule_store import compare_rules

from .fake_index import FakeIndex

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex()


async def test_live_are_the_rules_that_are_tried_on_articles() -> None:
    now = NOON
    live = LiveRules(clock=lambda: now)
    muted = stored("mute", until=NOON + timedelta(hours=1))
    await live.change([stored("a"), stored("b"), stored("off", mode="off"), muted, stored("trial", mode="shadow")])
    await live.change([tombstone("b"), read_rule_record(b"broken", b"{", ()), tombstone("unknown")])
    asked = ("a", "b", "off", "mute", "trial", "broken", "unknown")
    assert [each for each in asked if each in live] == ["a", "trial"]
    now = NOON + timedelta(hours=1)
    assert "mute" in live
    await live.change([stored("a", mode="off")])
    assert "a" not in live


@pytest.fixture
def rules(index: FakeIndex) -> IndexedRules:
    return IndexedRules(index)


def stored(
    rule_id: str, when: str = "NATO", *, until: datetime | None = None, rule_set: str = "default", **fields: object
) -> StoredRule:
    rule = WatchRule(id=rule_id, when=when, **fields)  # type: ignore[arg-type]
    return read_rule_record(rule_id.encode(), encode(rule), rule_headers(rule_set, until))


def tombstone(rule_id: str) -> StoredRule:
    return read_rule_record(rule_id.encode(), None, ())


def test_the_last_record_of_an_id_counts(rules: IndexedRules, index: FakeIndex) -> None:
    rules.apply([stored("a", "one"), stored("b"), stored("a", "two"), tombstone("b"), tombstone("unknown")], NOON)
    assert {rule_id: rule.when for rule_id, rule in index.rules.items()} == {"a": "two"}
    assert len(rules) == 1


def test_what_is_compiled_already_comes_with_its_rule(rules: IndexedRules, index: FakeIndex) -> None:
    requirements = Requirements(PhraseClause(text="one", sequence=("one",)), ())
    rules.apply([stored("a"), stored("b"), stored("c")], NOON, {"a": requirements, "b": None})
    assert set(index.rules) == {"a", "b", "c"}
    assert index.compiled == {"a"}


@pytest.mark.parametrize(
    ("later", "left"),
    [
        (tombstone("a"), {"b"}),
        (stored("a", mode="off"), {"b"}),
        (stored("a", until=NOON), {"a", "b"}),
        (stored("a", until=NOON + timedelta(hours=1)), {"b"}),
    ],
)
def test_a_rule_that_is_removed_off_or_mute_is_not_in_the_index(
    rules: IndexedRules, index: FakeIndex, later: StoredRule, left: set[str]
) -> None:
    rules.apply([stored("a"), stored("b")], NOON)
    rules.apply([later], NOON)
    assert set(index.rules) == left
    assert not rules.set_aside


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (stored("a", "("), "a bracket is not closed"),
        (stored("a", "bug"), "ZeroDivisionError"),
        (read_rule_record(b"a", b"{", ()), "not JSON"),
        (read_rule_record(b"a", b'{"id":"a","when":"x","near":1}', ()), "unknown field `near`"),
        (read_rule_record(b"a", b'{"id":"b","when":"x"}', ()), "its document is of rule b"),
        (read_rule_record(b"a", b'{"id":"a","when":"x"}', [("ww_mute_until", b"soon")]), "soon"),
        (read_rule_record(b"a", b'{"id":"a","when":"x"}', [("ww_set", None), ("ww_mute_until", None)]), "isoformat"),
        (read_rule_record(b"a", b'{"id":"a","when":"x"}', [("ww_mute_until", b"2026-03-01T12:00:00")]), "no offset"),
    ],
)
def test_a_rule_that_cannot_be_used_is_set_aside_and_stops_no_other(
    rules: IndexedRules, index: FakeIndex, bad: StoredRule, problem: str
) -> None:
    rules.apply([stored("a", "was good")], NOON)
    rules.apply([bad, stored("b")], NOON)
    assert set(index.rules) == {"b"}
    assert problem in rules.set_aside["a"]
    rules.apply([stored("a", "is good")], NOON)
    assert index.rules["a"].when == "is good"
    assert not rules.set_aside


def test_a_record_without_a_key_is_set_aside(rules: IndexedRules) -> None:
    rules.apply([read_rule_record(None, b'{"id":"a","when":"x"}', ())], NOON)
    assert rules.set_aside == {"(no key)": "its document is of rule a"}


def test_a_rule_that_cannot_be_read_stays_mute() -> None:
    until = NOON + timedelta(hours=1)
    stored_rule = read_rule_record(b"a", b"{", rule_headers("desk", until))
    assert (stored_rule.rule, stored_rule.rule_set, stored_rule.muted_until) == (None, "desk", until)
    assert "not JSON" in stored_rule.problem


def test_a_mute_ends_by_itself(rules: IndexedRules, index: FakeIndex) -> None:
    rules.apply([stored("a"), stored("b")], NOON)
    rules.apply([stored("a", until=NOON + timedelta(hours=2))], NOON)
    assert set(index.rules) == {"b"}
    rules.unmute(NOON + timedelta(hours=1))
    assert set(index.rules) == {"b"}
    rules.unmute(NOON + timedelta(hours=2))
    assert set(index.rules) == {"a", "b"}


@pytest.mark.parametrize(("record", "left"), [(stored("a"), {"a"}), (tombstone("a"), set())])
def test_a_mute_that_is_taken_back_leaves_the_rule_as_its_record_says(
    rules: IndexedRules, index: FakeIndex, record: StoredRule, left: set[str]
) -> None:
    rules.apply([stored("a", until=NOON + timedelta(hours=1))], NOON)
    assert not index.rules
    rules.apply([record], NOON)
    assert set(index.rules) == left
    rules.unmute(NOON + timedelta(hours=2))
    assert set(index.rules) == left


def rule(rule_id: str, when: str = "NATO", channel: str | None = None) -> WatchRule:
    return WatchRule(id=rule_id, when=when, channel=channel)


def topic(*rules: StoredRule) -> dict[str, StoredRule]:
    return {one.id: one for one in rules}


def test_a_set_is_compared_rule_by_rule() -> None:
    before = topic(stored("same"), stored("other"), stored("gone"))
    found = compare_rules(before, [rule("other", "NATO + Iran"), rule("new"), rule("same")])
    assert [one.id for one in found.added] == ["new"]
    assert [(one.rule.when, one.before) for one in found.changed] == [("NATO + Iran", before["other"])]
    assert [one.id for one in found.unchanged] == ["same"]
    assert [one.id for one in found.surplus] == ["gone"]


def test_what_another_set_holds_is_no_surplus() -> None:
    found = compare_rules(topic(stored("theirs", rule_set="desk"), stored("ours")), [], "default")
    assert [one.id for one in found.surplus] == ["ours"]


@pytest.mark.parametrize(
    "before", [stored("a", rule_set="desk"), read_rule_record(b"a", b"{", rule_headers("default", None))]
)
def test_a_rule_that_moves_to_another_set_or_cannot_be_read_is_a_change(before: StoredRule) -> None:
    found = compare_rules(topic(before), [rule("a")], "default")
    assert [(one.rule.id, one.before) for one in found.changed] == [("a", before)]


@pytest.mark.parametrize("channel", ["held", "shadow", "canary"])
def test_reserved_channels_are_refused(channel: str) -> None:
    with pytest.raises(RuleError, match=f"rule a: channel {channel} is reserved"):
        compare_rules({}, [rule("a", channel=channel)])
