"""What a rule's ``suppress`` and ``limit`` hold back, and how the next alert reports it."""

from __future__ import annotations

import pytest

from pipeline.messages.alerts import MatchedRule
from pipeline.messages.rules import Suppress, SuppressBy, duration_seconds, quota
from tests.unit.alerts.alerting import AlertsStep, match, named, worded


def rule(by: SuppressBy | None = None, *, limit: str | None = None) -> MatchedRule:
    suppress = Suppress(for_="1h", by=by) if by else None
    return MatchedRule(id="r", version="1", name="R", suppress=suppress, limit=limit)


@pytest.fixture
def step() -> AlertsStep:
    return AlertsStep()


def test_durations_and_rates_are_read() -> None:
    assert [duration_seconds(text) for text in ("90s", "30m", "6h", "1d")] == [90, 1800, 21_600, 86_400]
    assert [quota(text) for text in ("5/m", "20/h", "100/d")] == [(5, 60), (20, 3600), (100, 86_400)]


def test_by_rule_all_are_held_back_until_the_time_is_over(step: AlertsStep) -> None:
    quiet = rule("rule")
    found = [step.one(match(str(minute), rule=quiet), minute) for minute in (0, 1, 59, 60, 61, 120)]
    assert found == ["matched", "matched suppress", "matched suppress", "matched", "matched suppress", "matched"]


def test_held_back_alerts_do_not_lengthen_the_time(step: AlertsStep) -> None:
    found = [step.one(match(str(minute), rule=rule("rule")), minute) for minute in range(0, 180, 20)]
    assert [kind for kind in found if kind == "matched"] == ["matched"] * 3


def test_the_next_alert_says_how_many_were_held_back_since(step: AlertsStep) -> None:
    for minute in range(5):
        step(match(str(minute), rule=rule("rule")), minute)
    assert [alert.held_back for alert in step(match("x", rule=rule("rule")), 60)] == [4]
    assert [alert.held_back for alert in step(match("y", rule=rule("rule")), 120)] == [0]


def test_by_source_each_source_has_its_own_time(step: AlertsStep) -> None:
    quiet = rule("source")
    assert step.one(match("a", rule=quiet, source="Reuters")) == "matched"
    assert step.one(match("b", rule=quiet, source="REUTERS"), 1) == "matched suppress"
    assert step.one(match("c", rule=quiet, source="AFP"), 2) == "matched"


def test_by_entities_the_same_names_are_alike_whatever_words_were_found(step: AlertsStep) -> None:
    quiet = rule("entities")
    assert step.one(match("a", rule=quiet, evidence=(named("country/kp"), worded("missile")))) == "matched"
    assert step.one(match("b", rule=quiet, evidence=(worded("rocket"), named("country/kp"))), 1) == "matched suppress"
    assert step.one(match("c", rule=quiet, evidence=(named("country/kp"), named("country/kr"))), 2) == "matched"


def test_by_text_only_reprints_are_alike(step: AlertsStep) -> None:
    quiet = rule("text")
    assert step.one(match("a", rule=quiet, fingerprint="1")) == "matched"
    assert step.one(match("b", "other letters", rule=quiet, fingerprint="1"), 1) == "matched suppress"
    assert step.one(match("c", rule=quiet, fingerprint="2"), 2) == "matched"


def test_without_a_fingerprint_only_equal_letters_are_a_reprint(step: AlertsStep) -> None:
    quiet = rule("text")
    assert step.one(match("a", "r1", rule=quiet)) == "matched"
    assert step.one(match("b", "r2", rule=quiet), 1) == "matched"
    assert step.one(match("c", "r1", rule=quiet), 2) == "matched suppress"


def test_matches_out_of_order_are_held_back_on_either_side(step: AlertsStep) -> None:
    assert step.one(match("a", rule=rule("rule")), 10) == "matched"
    assert step.one(match("b", rule=rule("rule")), 9.9) == "matched suppress"


def test_a_clock_that_was_ahead_silences_no_rule(step: AlertsStep) -> None:
    assert step.one(match("a", rule=rule("rule")), 3000) == "matched"
    assert step.one(match("b", rule=rule("rule")), 1) == "matched"
    assert step.one(match("c", rule=rule("rule")), 2) == "matched suppress"


def test_what_comes_again_behind_others_is_held_back_for_the_same_reason(step: AlertsStep) -> None:
    both = MatchedRule(id="r", version="1", name="R", suppress=Suppress(for_="4m"), limit="1/m")
    fast = MatchedRule(id="r", version="1", name="R", suppress=Suppress(for_="4m"), limit="1/h")
    step(match("a", rule=fast))
    assert step.one(match("b", rule=fast), 59) == "matched limit"
    assert step.one(match("c", rule=fast), 60) == "matched"
    heir = AlertsStep()
    heir.memory.load(0, [each.past for each in step.decisions if each.alert.article.id != "b"])
    assert heir.one(match("b", rule=fast), 59) == "matched limit"
    assert heir.one(match("d", rule=both), 59) == "matched suppress"


def test_a_limit_holds_in_any_hour(step: AlertsStep) -> None:
    limited = rule(limit="2/h")
    found = [step.one(match(str(minute), rule=limited), minute) for minute in (0, 50, 55, 59, 60, 61, 110)]
    assert found == ["matched", "matched", "matched limit", "matched limit", "matched", "matched limit", "matched"]
    assert [each.alert.held_back for each in step.decisions] == [0, 0, 0, 0, 2, 0, 1]


def test_what_is_suppressed_uses_up_no_limit(step: AlertsStep) -> None:
    both = rule("source", limit="2/h")
    assert step.one(match("a", rule=both, source="x")) == "matched"
    assert step.one(match("b", rule=both, source="x"), 1) == "matched suppress"
    assert step.one(match("c", rule=both, source="y"), 2) == "matched"
    assert step.one(match("d", rule=both, source="z"), 3) == "matched limit"


def test_an_update_is_held_back_too_and_the_same_one_only_once(step: AlertsStep) -> None:
    quiet = rule("rule")
    assert step.one(match("a", "r1", rule=quiet)) == "matched"
    update = match("a", "r2", rule=quiet, revised=1, evidence=(worded("sanctions"),))
    assert step.one(update, 1) == "updated suppress"
    assert step.one(update, 2) is None
    assert step.one(update, 70) is None


def test_an_article_whose_first_alert_was_held_back_is_matched_when_it_is_news_again(step: AlertsStep) -> None:
    quiet = rule("rule")
    step(match("a", rule=quiet))
    assert step.one(match("b", "r1", rule=quiet), 1) == "matched suppress"
    assert step.one(match("b", "r1", rule=quiet), 61) is None
    assert step.one(match("b", "r2", rule=quiet, revised=5), 62) is None, "the same evidence is no news"
    assert step.one(match("b", "r3", rule=quiet, revised=6, evidence=(worded("sanctions"),)), 63) == "matched"


def test_a_restart_changes_nothing(step: AlertsStep) -> None:
    quiet = rule("rule", limit="2/h")
    for minute in (0, 1, 2):
        step(match(str(minute), rule=quiet), minute)
    step.restart()
    assert step.one(match("1", rule=quiet), 3) is None
    assert step.one(match("x", rule=quiet), 4) == "matched suppress"
    step.restart()
    assert [alert.held_back for alert in step(match("y", rule=quiet), 60)] == [3]


def test_a_rule_on_trial_neither_silences_nor_repeats_itself_gone_live(step: AlertsStep) -> None:
    trial = MatchedRule(id="r", version="1", name="R", mode="shadow", suppress=Suppress(for_="1h"))
    assert step.one(match("a", rule=trial)) == "matched"
    assert step.one(match("b", rule=trial), 1) == "matched suppress"
    assert {each.destination for each in step.decisions} == {"shadow"}
    assert step.one(match("a", rule=rule("rule")), 2) == "matched"
    assert step.one(match("a", rule=trial), 3) is None
    assert [each.destination for each in step.decisions][2:] == ["alerts"]
