"""A newer revision: rules that fire on it no longer raise ``cleared``, and some ask for news of the text itself."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from pipeline.messages.alerts import MatchedRule
from pipeline.messages.articles import Times
from pipeline.messages.identity import alert_id
from pipeline.messages.rules import Suppress
from tests.unit.alerts.alerting import NOON, RULE, AlertsStep, evaluated, match, withdrawal, worded

OTHER = MatchedRule(id="other", version="1", name="Other", mode="shadow")
QUIET = MatchedRule(id="quiet", version="1", name="Quiet", suppress=Suppress(for_="1h"))
HEADLINES = MatchedRule(id="r", version="1", name="R", updates="text")


@pytest.fixture
def step() -> AlertsStep:
    return AlertsStep()


def test_each_rule_that_fires_no_longer_clears_its_alert(step: AlertsStep) -> None:
    step(match("a", "r1"))
    step(match("a", "r1", rule=OTHER))
    step(match("a", "r1", rule=QUIET))
    step(match("b", "r1"))
    alerts = step(evaluated("a", "r2", "quiet"), 5)
    assert [(alert.kind, alert.rule.id) for alert in alerts] == [("cleared", "nato"), ("cleared", "other")]
    [alert] = [alert for alert in alerts if alert.rule == RULE]
    assert alert.alert_id == alert_id("nato", "a", "r2", "cleared")
    assert (alert.article.revision, alert.article.title) == ("r2", "a r2")
    assert (alert.evidence, alert.snippet.text, alert.held_back, alert.held_by) == ((), "", 0, None)
    assert alert.times.raised_at == NOON + timedelta(minutes=5)
    assert [each.destination for each in step.decisions if each.alert.kind == "cleared"].count("shadow") == 1


def test_what_nobody_was_alerted_on_is_not_cleared(step: AlertsStep) -> None:
    step(match("a", rule=QUIET))
    assert step.one(match("b", rule=QUIET), 1) == "matched suppress"
    assert step(evaluated("b"), 6) == []
    assert step(evaluated("unknown"), 6) == []


def test_an_alert_is_cleared_once_also_after_a_restart(step: AlertsStep) -> None:
    step(match())
    assert step.one(evaluated(), 5) == "cleared"
    assert step(evaluated(), 6) == []
    step.restart()
    assert step(evaluated(), 7) == []
    assert step(evaluated("a", "r3", revised=8), 8) == []


def test_the_text_that_was_alerted_on_clears_nothing_whatever_became_of_the_rule(step: AlertsStep) -> None:
    step(match("a", "r1"))
    assert step(evaluated("a", "r1", revised=5), 5) == []


def test_an_older_revision_that_comes_late_clears_nothing(step: AlertsStep) -> None:
    step(match("a", "r2", revised=5))
    assert step(evaluated("a", "r1", revised=0), 6) == []


def test_a_revision_read_again_behind_a_newer_one_of_the_same_time_clears_nothing(step: AlertsStep) -> None:
    step(match("a", "r2", revised=5), 2)
    again = msgspec.structs.replace(
        evaluated("a", "r1", revised=5), times=Times(ingested_at=NOON, matched_at=NOON + timedelta(minutes=9))
    )
    assert step.memory.draft(NOON + timedelta(minutes=9)).clear(0, again, lambda _rule: True) == []


def test_a_rule_that_is_no_longer_tried_clears_nothing(step: AlertsStep) -> None:
    step(match())
    step.live_rules.clear()
    assert step(evaluated(), 5) == []


def test_evidence_that_comes_back_is_an_update_once_it_is_dated_anew(step: AlertsStep) -> None:
    step(match("a", "r1"))
    step(evaluated("a", "r2", revised=5), 5)
    assert step.one(match("a", "r3", revised=5), 6) is None
    assert step.one(match("a", "r3", revised=8), 8) == "updated"
    assert step.one(evaluated("a", "r4", revised=9), 9) == "cleared"


def test_what_is_cleared_is_not_withdrawn_as_well(step: AlertsStep) -> None:
    step(match())
    step(evaluated(), 5)
    assert step(withdrawal("a"), 6) == []


def test_what_is_withdrawn_is_not_cleared_as_well(step: AlertsStep) -> None:
    step(match())
    step(withdrawal("a"), 1)
    assert step(evaluated(), 5) == []


def test_a_clearing_uses_up_no_quota(step: AlertsStep) -> None:
    strict = MatchedRule(id="r", version="1", name="R", limit="1/h")
    assert step.one(match("a", rule=strict)) == "matched"
    assert step.one(evaluated(), 5) == "cleared"
    assert step.one(match("b", rule=strict), 60) == "matched"


def test_another_text_with_the_same_evidence_is_an_update_only_where_the_rule_asks(step: AlertsStep) -> None:
    for rule, expected in ((RULE, None), (HEADLINES, "updated")):
        assert step.one(match("a", "r1", rule=rule, fingerprint="1")) == "matched"
        assert step.one(match("a", "r2", rule=rule, revised=5, fingerprint="2"), 5) == expected


def test_an_equal_text_in_other_letters_is_no_update(step: AlertsStep) -> None:
    step(match("a", "r1", rule=HEADLINES, fingerprint="1"))
    assert step.one(match("a", "r2", rule=HEADLINES, revised=5, fingerprint="1"), 5) is None
    assert (
        step.one(match("a", "r3", rule=HEADLINES, revised=6, evidence=(worded("X"),), fingerprint="1"), 6) == "updated"
    )


def test_the_text_is_remembered_over_a_restart(step: AlertsStep) -> None:
    step(match("a", "r1", rule=HEADLINES, fingerprint="1"))
    step.restart()
    assert step.one(match("a", "r2", rule=HEADLINES, revised=5, fingerprint="1"), 5) is None
    assert step.one(match("a", "r3", rule=HEADLINES, revised=6, fingerprint="2"), 6) == "updated"
