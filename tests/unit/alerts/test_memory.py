"""What was raised is remembered: each alert once, and a newer revision's only when it is news."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from pipeline.alerts import AlertMemory, Decision, evidence_digest
from pipeline.errors import PartitionNotLoadedError
from pipeline.messages.alerts import Evidence, MatchedRule
from pipeline.messages.articles import Times
from pipeline.messages.identity import alert_id
from tests.unit.alerts.alerting import NOON, AlertsStep, match, named

NATO = named("org/nato")
SANCTIONS = Evidence(clause="sanction", field="body", text="Sanctions", via="inflection", start=10, end=19)
OTHER = MatchedRule(id="korea", version="1", name="Korea")


def test_an_alert_says_what_the_match_says_and_when_it_was_raised() -> None:
    memory = AlertMemory(60)
    memory.load(0)
    found = msgspec.structs.replace(match(evidence=(NATO, SANCTIONS)), times=Times(ingested_at=NOON, matched_at=NOON))
    raised = memory.draft(NOON + timedelta(seconds=3)).decide(0, found)
    assert raised is not None
    alert = raised.alert
    assert alert.alert_id == alert_id("nato", "a", "r1", "matched")
    assert alert.kind == "matched"
    for field in ("article", "evidence", "snippet", "score", "rule"):
        assert getattr(alert, field) == getattr(found, field)
    assert (alert.rule.id, alert.rule.version) == ("nato", "0" * 12)
    assert alert.times == Times(ingested_at=NOON, matched_at=NOON, raised_at=NOON + timedelta(seconds=3))


def test_the_same_match_again_raises_nothing() -> None:
    step = AlertsStep()
    assert step.one(match()) == "matched"
    assert step.one(match()) is None


def test_rules_and_articles_are_told_apart() -> None:
    step = AlertsStep()
    assert step.one(match()) == "matched"
    assert step.one(match(rule=OTHER)) == "matched"
    assert step.one(match(article="b")) == "matched"


def test_a_newer_revision_with_other_evidence_is_an_update() -> None:
    step = AlertsStep()
    step.one(match())
    assert step.one(match("a", "r2", revised=5, evidence=(NATO, SANCTIONS))) == "updated"


def test_a_newer_revision_with_the_same_evidence_elsewhere_is_no_news() -> None:
    step = AlertsStep()
    step.one(match(evidence=(NATO, SANCTIONS)))
    moved = Evidence(clause=NATO.clause, field="title", text="Nato's", via="alias", start=7, end=13, entity=NATO.entity)
    shouted = Evidence(clause="sanction", field="title", text="SANCTIONS", via="word", start=0, end=9)
    assert step.one(match("a", "r2", revised=5, evidence=(shouted, moved, moved))) is None


def test_an_older_revision_that_comes_late_raises_nothing() -> None:
    step = AlertsStep()
    step.one(match("a", "r2", revised=5))
    assert step.one(match("a", "r1", revised=0, evidence=(SANCTIONS,))) is None


def test_an_equally_old_revision_with_other_evidence_is_an_update() -> None:
    step = AlertsStep()
    step.one(match())
    assert step.one(match("a", "r2", evidence=(SANCTIONS,))) == "updated"


def test_a_rule_that_was_changed_does_not_alert_again_on_the_same_revision() -> None:
    step = AlertsStep()
    step.one(match())
    assert step.one(match("a", "r1", evidence=(NATO, SANCTIONS))) is None


def test_a_revision_that_comes_back_is_an_update_once() -> None:
    step = AlertsStep()
    assert step.one(match("a", "r1", evidence=(NATO,))) == "matched"
    assert step.one(match("a", "r2", revised=1, evidence=(SANCTIONS,))) == "updated"
    assert step.one(match("a", "r1", revised=2, evidence=(NATO,))) == "updated"
    assert step.one(match("a", "r2", revised=3, evidence=(SANCTIONS,))) is None


def test_revisions_of_one_time_that_are_read_again_raise_nothing() -> None:
    step = AlertsStep()
    revisions = [match("a", "r1", evidence=(NATO,)), match("a", "r2", evidence=(SANCTIONS,))]
    assert [step.one(one) for one in revisions] == ["matched", "updated"]
    assert [step.one(one) for one in revisions] == [None, None]


def test_without_a_time_of_revision_nothing_counts_as_older() -> None:
    step = AlertsStep()
    step.one(match(revised=None))
    assert step.one(match("a", "r2", revised=-5, evidence=(SANCTIONS,))) == "updated"
    assert step.one(match("a", "r3", revised=None, evidence=(NATO, SANCTIONS))) == "updated"


def test_what_is_older_than_the_memory_is_forgotten() -> None:
    step = AlertsStep(memory_seconds=60)
    step.one(match())
    assert step.one(match(), 1) is None
    assert step.one(match(), 61 / 60) == "matched"
    assert len(step.memory) == 1


def test_a_draft_changes_nothing_but_sees_itself() -> None:
    step = AlertsStep()
    for _ in range(2):
        draft = step.memory.draft(NOON)
        assert draft.decide(0, match()) is not None
        assert draft.decide(0, match()) is None
        update = draft.decide(0, match("a", "r2", revised=1, evidence=(SANCTIONS,)))
        assert update is not None
        assert update.alert.kind == "updated"
    assert len(step.memory) == 0


def test_only_what_was_published_is_remembered() -> None:
    step = AlertsStep()
    draft = step.memory.draft(NOON)
    draft.decide(0, match())
    update = draft.decide(0, match("a", "r2", revised=1, evidence=(SANCTIONS,)))
    assert isinstance(update, Decision)
    step.memory.remember(0, update.past)
    assert step.one(match("a", "r3", revised=2, evidence=(SANCTIONS,))) is None
    assert step.one(match("a", "r3", revised=2, evidence=(NATO,))) == "updated"


def test_a_late_copy_of_an_earlier_alert_does_not_become_the_last() -> None:
    step = AlertsStep()
    first = step.memory.draft(NOON).decide(0, match())
    assert first is not None
    step.memory.remember(0, first.past)
    step.one(match("a", "r2", revised=5, evidence=(SANCTIONS,)))
    step.memory.remember(0, first.past)
    assert step.one(match("a", "r1", revised=3, evidence=(NATO, SANCTIONS))) is None
    assert step.one(match("a", "r3", revised=6, evidence=(SANCTIONS,))) is None


def test_partitions_are_forgotten_one_by_one() -> None:
    memory = AlertMemory(60)
    memory.load(0)
    memory.load(1)
    draft = memory.draft(NOON)
    for partition in (0, 1):
        raised = draft.decide(partition, match())
        assert raised is not None
        memory.remember(partition, raised.past)
    memory.forget(0)
    memory.forget(7)
    assert memory.partitions == {1}
    assert memory.draft(NOON).decide(1, match()) is None
    with pytest.raises(PartitionNotLoadedError, match="partition 0 is not"):
        memory.draft(NOON).decide(0, match())


def test_an_alert_acknowledged_after_its_partition_went_is_left_to_the_new_owner() -> None:
    memory = AlertMemory(60)
    memory.load(0)
    raised = memory.draft(NOON).decide(0, match())
    assert raised is not None
    memory.forget(0)
    memory.remember(0, raised.past)
    assert memory.partitions == frozenset()


def test_evidence_is_a_set_of_clauses_with_what_satisfied_them() -> None:
    other_clause = Evidence(clause="=Sanctions", field="body", text="Sanctions", via="word", start=10, end=19)
    assert evidence_digest((SANCTIONS, NATO)) == evidence_digest((NATO, SANCTIONS, NATO, SANCTIONS))
    digests = {evidence_digest(found) for found in ((), (NATO,), (SANCTIONS,), (other_clause,), (NATO, SANCTIONS))}
    assert len(digests) == 5
