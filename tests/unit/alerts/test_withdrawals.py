"""A withdrawn article: each rule that alerted on it raises ``withdrawn`` once."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from pipeline.messages.alerts import MatchedRule
from pipeline.messages.articles import Times
from pipeline.messages.identity import alert_id
from pipeline.messages.rules import Suppress
from tests.unit.alerts.alerting import NOON, RULE, AlertsStep, match, withdrawal, worded

OTHER = MatchedRule(id="other", version="1", name="Other", mode="shadow")
QUIET = MatchedRule(id="quiet", version="1", name="Quiet", suppress=Suppress(for_="1h"))


@pytest.fixture
def step() -> AlertsStep:
    return AlertsStep()


def test_each_rule_that_alerted_takes_its_alert_back(step: AlertsStep) -> None:
    step(match("a", "r7"))
    step(match("a", "r7", rule=OTHER))
    step(match("b"))
    alerts = step(withdrawal("a"), 5)
    assert [(alert.kind, alert.rule.id) for alert in alerts] == [("withdrawn", "nato"), ("withdrawn", "other")]
    [alert] = [alert for alert in alerts if alert.rule.id == "nato"]
    assert alert.alert_id == alert_id("nato", "a", "r7", "withdrawn")
    assert alert.rule == RULE
    assert (alert.article.revision, alert.article.title, alert.article.language.tag) == ("r7", "a r7", "en")
    assert (alert.evidence, alert.snippet.text, alert.held_back, alert.held_by) == ((), "", 0, None)
    assert alert.times.raised_at == NOON + timedelta(minutes=5)
    assert [each.destination for each in step.decisions if each.alert.kind == "withdrawn"].count("shadow") == 1


def test_a_withdrawal_is_told_once_also_after_a_restart(step: AlertsStep) -> None:
    step(match("a"))
    assert step.one(withdrawal("a"), 1) == "withdrawn"
    assert step.one(withdrawal("a"), 2) is None
    step.restart()
    assert step.one(withdrawal("a"), 3) is None
    assert step.one(match("a"), 4) is None


def test_what_nobody_was_alerted_on_is_not_taken_back(step: AlertsStep) -> None:
    step(match("a", rule=QUIET))
    assert step.one(match("b", rule=QUIET), 1) == "matched suppress"
    assert step.one(withdrawal("b"), 2) is None
    assert step.one(withdrawal("unknown"), 2) is None


def test_a_withdrawal_is_never_held_back_and_uses_up_no_quota(step: AlertsStep) -> None:
    strict = MatchedRule(id="r", version="1", name="R", suppress=Suppress(for_="1h"), limit="2/h")
    assert step.one(match("a", rule=strict)) == "matched"
    assert step.one(withdrawal("a"), 1) == "withdrawn"
    assert step.one(match("b", rule=strict), 61) == "matched"
    assert [each.alert.held_back for each in step.decisions] == [0, 0, 0]


def test_a_revision_older_than_the_withdrawal_raises_nothing(step: AlertsStep) -> None:
    step(match("a", revised=1))
    step(withdrawal("a", revised=10), 1)
    assert step.one(match("a", "r2", revised=9, evidence=(worded("late"),)), 2) is None


def test_an_article_that_comes_back_is_news(step: AlertsStep) -> None:
    step(match("a", revised=1))
    step(withdrawal("a"), 1)
    assert step.one(match("a", "r2", revised=20), 20) == "updated"
    assert step.one(withdrawal("a", revised=30), 30) == "withdrawn"


def test_a_withdrawal_dated_before_the_revision_comes_too_late(step: AlertsStep) -> None:
    step(match("a", revised=10))
    assert step.one(withdrawal("a", revised=9), 1) is None


def test_a_withdrawal_read_again_behind_the_return_takes_nothing_back(step: AlertsStep) -> None:
    step(match("a", revised=1), 1)
    [taken_back] = step(withdrawal("a"), 2)
    step(match("a", "r2", revised=3), 3)
    again = withdrawal("a")
    draft = step.memory.draft(NOON + timedelta(minutes=9))
    times = Times(ingested_at=taken_back.times.ingested_at, matched_at=NOON + timedelta(minutes=9))
    assert draft.withdraw(0, msgspec.structs.replace(again, times=times)) == []


def test_the_title_that_the_withdrawal_gives_is_kept(step: AlertsStep) -> None:
    step(match("a"))
    [alert] = step(msgspec.structs.replace(withdrawal("a"), title="Withdrawn: a"), 1)
    assert alert.article.title == "Withdrawn: a"
