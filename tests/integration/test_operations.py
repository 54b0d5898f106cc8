"""Dashboards and alerting rules on a real Prometheus, worker, canary and Kafka.

The tests share one pipeline and run in order. First everything is well and no alert fires. Then the test provokes each
cause while news keeps coming; every panel must show data, and every alerting rule must fire.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from pipeline import demo
from pipeline.brokers import KafkaBroker
from pipeline.streaming.kafka.subscription import subscribed
from pipeline.topology import WATCH_RULES
from tests.integration import deadly_pipeline
from tests.integration.dashboards import Panel, answers, board, panels, variables
from tests.integration.deadly_pipeline import DEADLY_TEXT, FAILING_TEXT
from tests.integration.prometheus_server import ALERTS
from tests.integration.topics_on_kafka import send
from tests.integration.watched_pipeline import WatchedPipeline, watched_pipeline
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(1200)

RULE_NAMES = [rule["alert"] for rule in yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]]
WITHIN_SECONDS = 420.0
# Everything is well when no alert has been pending for so long.
CALM_SECONDS = 12.0
RATE = 12.0
# So that over 500 wait in the shortest window, however slow the machine.
FLOOD_RATE = 80.0
PANELS = panels()
# Panels of faults: each must have shown more than zeros.
OF_FAULTS = {
    "Dead letters, 1 h",
    "Articles mended",
    "Rules that cannot be used",
    "What fails and is tried again?",
    "Why were articles set aside?",
    "How often are partitions handed over?",
    "How long does a rebalance hold up a step?",
    "How many alerts are held back?",
    "Which rules miss most often by one clause?",
}


# Not each step fails, not each rule is silent.
EMPTY_FOR_ONE = {
    "How many alerts are held back?",
    "How long does a rebalance hold up a step?",
    "Which rules are silent?",
}


@pytest.fixture(scope="module")
def pipeline(kafka: KafkaBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedPipeline]:
    directory = tmp_path_factory.mktemp("operations")
    with watched_pipeline(kafka.bootstrap_servers, "operations", directory, rate=RATE) as watched:
        yield watched


FIRED: dict[str, float] = {}
SILENT_BEFORE: set[str] = set()


def eventually(holds: Callable[[], bool], what: str, pipeline: WatchedPipeline) -> None:
    """Wait until the condition holds; on failure it is said which alerts there are."""
    wait_until(
        holds,
        lambda: f"{what}; now there are {pipeline.prometheus.alerts()}",
        within_seconds=WITHIN_SECONDS,
        look_seconds=0.5,
    )


def provoked(pipeline: WatchedPipeline, *names: str) -> None:
    """Wait until these alerts have fired, whose causes have just been provoked; some end by themselves soon after."""
    started = time.monotonic()

    def has_fired(name: str) -> bool:
        seconds = int(time.monotonic() - started) + 1
        return bool(
            pipeline.prometheus.now(f'max_over_time(ALERTS{{alertname="{name}", alertstate="firing"}}[{seconds}s])')
        )

    for name in names:
        eventually(partial(has_fired, name), f"{name} fires", pipeline)
        FIRED[name] = time.monotonic() - started
        print(f"{name} fired after {FIRED[name]:.0f} s")


def silent(pipeline: WatchedPipeline, *names: str) -> None:
    """Wait until these alerts are silent, which what was provoked before may have fired, too."""
    eventually(lambda: not pipeline.prometheus.alerts().keys() & set(names), f"{names} are silent", pipeline)
    SILENT_BEFORE.update(names)


def test_no_alert_is_pending_while_all_is_well(pipeline: WatchedPipeline) -> None:
    calm_since = time.monotonic()

    def is_calm() -> bool:
        nonlocal calm_since
        canaries = pipeline.prometheus.now("wirewatch_canaries_received_total > 3")
        if pipeline.prometheus.alerts() or not canaries:
            calm_since = time.monotonic()
        return time.monotonic() - calm_since > CALM_SECONDS

    eventually(is_calm, "all is well", pipeline)


def test_canaries_raise_alerts_on_their_own_channel_and_on_no_other(pipeline: WatchedPipeline) -> None:
    async def sources() -> tuple[set[str], set[str]]:
        async with subscribed(pipeline.settings, channel="canary") as canaries, subscribed(pipeline.settings) as alerts:
            async with asyncio.timeout(WITHIN_SECONDS):
                first = {(await anext(canaries)).alert.article.source for _ in range(3)}
                other = {(await anext(alerts)).alert.article.source for _ in range(100)}
        return first, other

    canaries, others = asyncio.run(sources())
    assert canaries == {"wirewatch-canary"}
    assert "wirewatch-canary" not in others


def test_alerts_of_what_is_wrong_with_articles(pipeline: WatchedPipeline) -> None:
    names = ["WirewatchDeadLetters", "WirewatchAlertsLate", "WirewatchArticleCrashesStep", "WirewatchStepRestarts"]
    silent(pipeline, *names)
    pipeline.traffic.spoilt_share = 0.1
    pipeline.traffic.delay_seconds = 40.0
    pipeline.traffic.add_surrogate()
    pipeline.traffic.add_failing()
    pipeline.traffic.add_deadly()
    for _ in range(5):
        pipeline.kill_once_more("alerts-0")
    try:
        provoked(pipeline, *names)
    finally:
        pipeline.traffic.delay_seconds = 0.0


def test_alerts_of_what_is_wrong_with_rules(pipeline: WatchedPipeline) -> None:
    names = ["WirewatchRulesSetAside", "WirewatchRulesDiffer"]
    silent(pipeline, *names)
    asyncio.run(send(pipeline.settings, WATCH_RULES, [(b"broken", b'{"id": "broken", "when": "("}')]))
    # A worker that was given another prefix by mistake follows another rules topic, in which there is none.
    with pipeline.other_worker("rules", topic_prefix="operations-by-mistake"):
        provoked(pipeline, *names)


def test_every_panel_of_every_dashboard_shows_data(pipeline: WatchedPipeline) -> None:
    """With all chosen, and with one value of each variable."""
    prometheus = pipeline.prometheus
    chosen_one: dict[str, dict[str, str]] = {}
    for name in sorted({panel.board for panel in PANELS}):
        offered = variables(name, prometheus)
        assert all(offered.values()), f"{name} offers nothing to choose from: {offered}"
        likely = {"step": "rules", "language": "en", "rule": "earthquakes"}
        chosen_one[name] = {each: next(v for v in offered[each] if v == likely[each]) for each in offered}
    waiting = list(PANELS)

    def is_filled(panel: Panel) -> bool:
        everything = dict.fromkeys(chosen_one[panel.board], ".*")
        values = [value for each in answers(panel, prometheus, everything, seconds=600) for value in each.samples()]
        if not values or (panel.title in OF_FAULTS and not any(value > 0 for value in values)):
            return False
        if panel.title in EMPTY_FOR_ONE:
            return True
        return any(
            True for each in answers(panel, prometheus, chosen_one[panel.board], seconds=600) for _ in each.samples()
        )

    def are_filled() -> bool:
        waiting[:] = [panel for panel in waiting if not is_filled(panel)]
        return not waiting

    # Again, for those counted so far may have died with their process before they were scraped.
    pipeline.traffic.add_surrogate()
    pipeline.traffic.add_failing()
    # A second process of the alerts step takes partitions over from the first, and gives them back.
    with pipeline.other_worker("alerts"):
        assigned = 'wirewatch_assigned_partitions{step="alerts"}'
        eventually(
            lambda: any(s.samples[0][1] < 12 for s in prometheus.now(assigned)), "partitions are handed over", pipeline
        )
    wait_until(
        are_filled, lambda: f"panels show data: {[*map(str, waiting)]}", within_seconds=WITHIN_SECONDS, look_seconds=0.5
    )
    assert {panel.title for panel in PANELS} >= OF_FAULTS
    for name in chosen_one:
        for mark in board(name)["annotations"]["list"]:
            assert prometheus.now(mark["expr"]), f"{name} marks no time of {mark['name']}"


def test_alerts_of_a_process_that_hangs(pipeline: WatchedPipeline) -> None:
    names = [
        "WirewatchProcessDown", "WirewatchPartitionsUnserved", "WirewatchLagGrows", "WirewatchCanaryMissed",
        "WirewatchStepStandsStill",
    ]  # fmt: skip
    pipeline.traffic.spoilt_share = 0.0
    silent(pipeline, *names)
    pipeline.traffic.rate = FLOOD_RATE
    frozen = pipeline.pids["entities-0"]
    os.kill(frozen, signal.SIGSTOP)
    try:
        provoked(pipeline, *names)
    finally:
        pipeline.traffic.rate = RATE
        os.kill(frozen, signal.SIGCONT)


def test_alerts_of_what_is_missing(pipeline: WatchedPipeline) -> None:
    names = ["WirewatchRulesFell", "WirewatchCanaryAbsent", "WirewatchNoArticles"]
    silent(pipeline, *names)
    pipeline.traffic.rate = 0.0
    asyncio.run(pipeline.apply_rules(rule_set="watched"))
    pipeline.canary.terminate()
    provoked(pipeline, *names)


def test_logs_are_json_that_names_articles_and_quotes_none(pipeline: WatchedPipeline) -> None:
    text = pipeline.log.read_text(encoding="utf-8")
    for article in map(json.loads, demo.articles()):
        assert article["title"] not in text
        assert article["body"][:60] not in text
    assert DEADLY_TEXT not in text
    assert FAILING_TEXT not in text
    # A process that is told to show where it hangs writes that without its logger.
    records = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert {"language", "entities", "rules", "alerts"} <= {record.get("step") for record in records}
    # One for each time that it came again, with what the deadly one took with it.
    failed, *_ = [record for record in records if "dead letter (failed)" in record["message"]]
    assert failed["article"].startswith("n")
    assert len(failed["trace_id"]) == 32
    source = Path(deadly_pipeline.__file__).read_text(encoding="utf-8").splitlines()
    raised_at = next(number for number, line in enumerate(source, 1) if "raise ValueError" in line)
    assert failed["message"].endswith(f"ValueError at deadly_pipeline.py:{raised_at}")


@pytest.mark.parametrize("name", RULE_NAMES)
def test_every_alerting_rule_was_provoked_and_silent_before(name: str) -> None:
    assert name in FIRED
    assert name in SILENT_BEFORE


def test_every_alerting_rule_has_a_runbook() -> None:
    pages = Path(__file__).parents[2] / "docs" / "runbooks"
    assert sorted(page.stem for page in pages.glob("Wirewatch*.md")) == sorted(RULE_NAMES)
