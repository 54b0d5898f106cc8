from __future__ import annotations

import pytest

from pipeline.errors import RuleError
from pipeline.messages.codec import encode
from pipeline.messages.rules import WatchRule
from pipeline.streaming.stores.rule_records import StoredRule, read_rule_record, rule_headers
from pipeline.streaming.stores.rule_store import compare_rules


def rule(rule_id: str, when: str = "NATO", channel: str | None = None) -> WatchRule:
    return WatchRule(id=rule_id, when=when, channel=channel)


def topic(*rules: WatchRule, rule_set: str = "default") -> dict[str, StoredRule]:
    return {one.id: read_rule_record(one.id.encode(), encode(one), rule_headers(rule_set, None)) for one in rules}


def test_a_set_is_compared_rule_by_rule() -> None:
    before = topic(rule("same"), rule("other", "NATO"), rule("gone"))
    found = compare_rules(before, [rule("other", "NATO + Iran"), rule("new"), rule("same")])
    assert [one.id for one in found.added] == ["new"]
    assert [(one.rule.when, one.before) for one in found.changed] == [("NATO + Iran", before["other"])]
    assert [one.id for one in found.unchanged] == ["same"]
    assert [one.id for one in found.surplus] == ["gone"]


def test_what_another_set_holds_is_no_surplus() -> None:
    found = compare_rules(topic(rule("theirs"), rule_set="desk") | topic(rule("ours")), [], "default")
    assert [one.id for one in found.surplus] == ["ours"]


def test_a_rule_that_moves_to_another_set_is_a_change() -> None:
    found = compare_rules(topic(rule("a"), rule_set="desk"), [rule("a")], "default")
    assert [one.before.rule_set for one in found.changed] == ["desk"]


def test_a_rule_that_cannot_be_read_is_replaced() -> None:
    broken = read_rule_record(b"a", b"{", rule_headers("default", None))
    found = compare_rules({"a": broken}, [rule("a")])
    assert [one.rule.id for one in found.changed] == ["a"]


@pytest.mark.parametrize("channel", ["held", "shadow", "canary"])
def test_reserved_channels_are_refused(channel: str) -> None:
    with pytest.raises(RuleError, match=f"rule a: channel {channel} is reserved"):
        compare_rules({}, [rule("a", channel=channel)])
