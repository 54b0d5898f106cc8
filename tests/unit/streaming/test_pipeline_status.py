"""How a service is judged by what Kafka and its processes on this machine tell of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.streaming.kafka.consumer_lag import GroupState
from pipeline.streaming.observability.pipeline_status import Activity, ProcessStatus, StepSeen, service_status
from pipeline.topology import CANARY, RULES_STEP

SINCE = datetime(2026, 12, 3, 6, 30, tzinfo=UTC)
NOW = SINCE + timedelta(hours=1)
LATE = NOW - timedelta(minutes=1)
READY = ProcessStatus("rules-0", "127.0.0.1:9103", None, SINCE)
WAITING = ProcessStatus("rules-1", "127.0.0.1:9104", "waiting for the broker", SINCE + timedelta(minutes=5))
GONE = ProcessStatus("rules-1", "127.0.0.1:9104", "does not answer", None)
STEADY = GroupState("steady", 1, ())
EMPTY = GroupState("empty", 0, (0, 1))


def seen(group: GroupState, waits_seconds: float | None = None) -> StepSeen:
    if waits_seconds is None:
        return StepSeen(group, 0, None)
    return StepSeen(group, 7, NOW - timedelta(seconds=waits_seconds))


@pytest.mark.parametrize(
    ("processes", "of_kafka", "activity", "problem"),
    [
        ((), seen(STEADY), "works", ""),
        ((READY,), seen(STEADY), "works", ""),
        ((READY,), None, "works", ""),
        ((), seen(STEADY, 5), "works", ""),
        ((), seen(STEADY, 90), "behind", "messages wait too long: look at its log, or start more processes"),
        ((), seen(EMPTY), "not running", "no process: start a worker (wirewatch worker)"),
        ((), seen(GroupState("rebalancing", 2, (0, 1))), "waiting", "waiting for its partitions"),
        ((), seen(GroupState("steady", 2, (3, 4))), "waiting", "partitions that no process has: 3, 4"),
        ((READY, WAITING), seen(STEADY), "waiting", "waiting for the broker (rules-1)"),
        ((READY, GONE), seen(STEADY), "waiting", "does not answer (rules-1)"),
        ((WAITING,), None, "waiting", "waiting for the broker (rules-1)"),
    ],
)
def test_a_step_is_judged_by_its_group_its_messages_and_its_processes(
    processes: tuple[ProcessStatus, ...], of_kafka: StepSeen | None, activity: Activity, problem: str
) -> None:
    status = service_status(RULES_STEP, processes, of_kafka, LATE)
    assert (status.activity, status.problem) == (activity, problem)
    assert status.is_well == (activity == "works")


def test_since_when_is_told_of_those_that_wait() -> None:
    assert service_status(RULES_STEP, (READY,), seen(STEADY), LATE).since == READY.since
    assert service_status(RULES_STEP, (READY, WAITING), seen(STEADY), LATE).since == WAITING.since
    behind = service_status(RULES_STEP, (), seen(STEADY, 90), LATE)
    assert behind.since == behind.oldest_waiting
    assert behind.behind_messages == 7


def test_a_service_without_a_group_is_known_where_it_runs_only() -> None:
    elsewhere = service_status(CANARY, (), None, LATE)
    assert (elsewhere.activity, elsewhere.is_well) == ("unknown", True)
    waiting = ProcessStatus("canary", "127.0.0.1:9110", "waiting for the broker", SINCE)
    assert service_status(CANARY, (waiting,), None, LATE).is_well is False
