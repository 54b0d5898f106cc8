"""Nothing is lost: articles good, bad and deadly, while processes, a supervisor and the broker are killed."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from pipeline.brokers import KafkaBroker, KafkaJars
from pipeline.messages.alerts import Alert
from pipeline.messages.codec import decode
from pipeline.settings import Settings, load_settings
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.stores.rule_store import RuleStore, compare_rules
from pipeline.topology import ALERTS, DEAD_LETTERS, IDENTIFIED, RAW
from tests.integration import chaos, chaos_input, deadly_pipeline
from tests.integration.chaos import CHAOS_CHANNEL, Observer, Sender, WorkerProcess
from tests.integration.chaos_input import Input
from tests.waiting import until

WORKERS = 2
STEP_DEADLINE_SECONDS = 300.0


@dataclass(frozen=True)
class Size:
    """The amount of input and of kills; settings differ from the defaults for speed only."""

    articles: int
    kills: int
    poison: int
    session_timeout_seconds: float
    crash_attempts: int


SMALL = Size(articles=600, kills=3, poison=25, session_timeout_seconds=3.0, crash_attempts=2)
FULL = Size(articles=5_000, kills=8, poison=25, session_timeout_seconds=10.0, crash_attempts=3)


@pytest.fixture
def size(request: pytest.FixtureRequest) -> Size:
    return FULL if request.config.getoption("--full-size") else SMALL


@pytest.fixture
def broker(kafka_program: tuple[Path, KafkaJars]) -> Iterator[KafkaBroker]:
    # Only the broker's own lower bound keeps a test from a session shorter than 6 s.
    properties = {"group.min.session.timeout.ms": "1000"}
    # The broker restarts while all its waiting clients reconnect.
    with KafkaBroker(*kafka_program, properties=properties, start_timeout_seconds=STEP_DEADLINE_SECONDS) as broker:
        yield broker


@pytest.fixture
def settings(broker: KafkaBroker, size: Size, topic_prefix: str, tmp_path: Path) -> tuple[Settings, Path]:
    pipeline, python_path = deadly_pipeline.install(tmp_path)
    settings = load_settings(
        bootstrap_servers=broker.bootstrap_servers,
        topic_prefix=topic_prefix,
        spacy_fallback=str(pipeline),
        broker_session_timeout_seconds=size.session_timeout_seconds,
        crash_attempts=size.crash_attempts,
        data_dir=tmp_path / "data",
    )
    return settings, python_path


@pytest.fixture
def workers(settings: tuple[Settings, Path], tmp_path: Path) -> Iterator[list[WorkerProcess]]:
    made = []
    for number in range(WORKERS):
        targets = tmp_path / f"targets-{number}.json"
        own = settings[0].model_copy(update={"metrics_targets_file": targets})
        made.append(WorkerProcess(f"worker {number}", own, settings[1], tmp_path / f"worker-{number}.log"))
    try:
        yield made
    finally:
        for worker in made:
            worker.end()


@pytest.mark.timeout(1_200)
def test_every_good_article_raises_its_alert_and_every_bad_one_is_a_dead_letter(
    broker: KafkaBroker, settings: tuple[Settings, Path], workers: list[WorkerProcess], size: Size, seed: int
) -> None:
    print(f"seed {seed}, {size}")
    asyncio.run(_run(Chaos(broker, settings[0], workers, size, random.Random(seed))))


class Chaos:
    """One run: its kills and input, and what the observer has seen."""

    def __init__(
        self, broker: KafkaBroker, settings: Settings, workers: list[WorkerProcess], size: Size, random_: random.Random
    ) -> None:
        self.broker = broker
        self.settings = settings
        self.workers = workers
        self.size = size
        self.random = random_
        self.observer = Observer(settings, ALERTS, DEAD_LETTERS, CHAOS_CHANNEL, IDENTIFIED)
        self.good = list(chaos_input.good_articles(size.articles, random_))
        self.deadly = chaos_input.deadly_article()
        self.bad = [*chaos_input.poison(size.poison), *chaos_input.too_large_articles(5)]
        self.places: dict[tuple[int, int], Input] = {}

    def blows(self) -> list[str]:
        """What is killed, in which order."""
        blows: list[str] = [*chaos.steps_to_kill(self.size.kills, self.random), "supervisor", "broker"]
        self.random.shuffle(blows)
        return blows

    def portions(self, count: int) -> list[list[Input]]:
        """The input in order: bad articles among good ones, the deadly one early."""
        everything = [*self.good, *self.bad]
        self.random.shuffle(everything)
        everything.insert(len(everything) // count // 2, self.deadly)
        return chaos_input.spread(count, everything)

    async def strike(self, blow: str) -> None:
        """Kill something, and bring back what nobody else would."""
        if blow == "broker":
            await asyncio.to_thread(self.broker.restart)
        elif blow == "supervisor":
            worker = self.random.choice(self.workers)
            worker.kill_supervisor()
            worker.start()
        else:
            await self.random.choice(self.workers).kill_process(blow, STEP_DEADLINE_SECONDS)

    def alerted(self) -> int:
        """How many alerts have been seen, repeats included."""
        self.observer.check()
        return len(self.observer.records[ALERTS.name])

    def has(self, count: int) -> bool:
        """Whether so many alerts have been seen."""
        return self.alerted() >= count

    def dead(self) -> set[tuple[str, int, int]]:
        """Topic, partition and offset of what has become a dead letter."""
        self.observer.check()
        letters = [dict(record.headers) for record in self.observer.records[DEAD_LETTERS.name]]
        return {(h["ww_topic"].decode(), int(h["ww_partition"]), int(h["ww_offset"])) for h in letters}


async def _run(run: Chaos) -> None:
    await apply_topics(run.settings)
    rules = chaos_input.rules()
    await RuleStore(run.settings).apply(compare_rules({}, rules))
    for worker in run.workers:
        worker.start()
    started = time.monotonic()
    async with chaos.sender(run.settings) as sender, run.observer.observing():
        await _send_and_strike(run, sender)
        run.places = sender.places
        good = {(one.rule_id, one.article_id) for one in run.good}
        try:
            await until(
                lambda: run.has(len(good)) and _alerts_of(run) >= good,
                "every alert is there",
                within_seconds=STEP_DEADLINE_SECONDS,
            )
        except AssertionError:
            print(f"not yet alerted on: {sorted(good - _alerts_of(run))}; lag by step: {await chaos.lag(run.settings)}")
            raise
        bad_count = len(run.bad) + 1
        await until(
            lambda: len(run.dead()) >= bad_count, "every dead letter is there", within_seconds=STEP_DEADLINE_SECONDS
        )
        await _until_all_is_committed(run)
        took = time.monotonic() - started
        for worker in run.workers:
            limit = run.settings.shutdown_timeout_seconds + 5
            assert await asyncio.to_thread(worker.stop, limit) == 0, f"{worker.name} did not stop in order"
    _check_alerts(run)
    _check_dead_letters(run)
    _report(run, took)


async def _send_and_strike(run: Chaos, sender: Sender) -> None:
    blows = run.blows()
    portions = run.portions(len(blows) + 1)
    for blow, portion in zip(blows, portions, strict=False):
        before = run.alerted()
        await sender.send(portion)
        # In the middle of it: some alerts of the portion are out, the rest is on its way.
        enough = before + len(portion) // 4
        await until(
            partial(run.has, enough), f"{enough} alerts before {blow} is killed", within_seconds=STEP_DEADLINE_SECONDS
        )
        print(f"{datetime.now(UTC):%X} kill {blow}: {run.alerted()} alerts are out")
        struck_at = time.monotonic()
        await run.strike(blow)
        print(f"{datetime.now(UTC):%X} {blow} is dead, or back, after {time.monotonic() - struck_at:.1f} s")
    await sender.send(portions[-1])


async def _until_all_is_committed(run: Chaos) -> None:
    """Wait until all is committed: nothing more can come then."""
    deadline = time.monotonic() + STEP_DEADLINE_SECONDS
    while any((lag := await chaos.lag(run.settings)).values()):
        assert time.monotonic() < deadline, f"still not committed: {lag}"


def _alerts_of(run: Chaos) -> set[tuple[str | None, str]]:
    alerts = [decode(record.value, Alert) for record in run.observer.records[ALERTS.name]]
    return {(alert.rule.id, alert.article.id) for alert in alerts}


def _check_alerts(run: Chaos) -> None:
    texts = {one.article_id: _text(one) for one in run.good}
    expected = {(one.rule_id, one.article_id) for one in run.good}
    assert _alerts_of(run) == expected
    for record in run.observer.records[ALERTS.name]:
        alert = decode(record.value, Alert)
        assert alert.kind == "matched"
        [evidence] = alert.evidence
        assert evidence.text == chaos_input.marker(int(alert.rule.id.removeprefix("chaos-")))
        assert texts[alert.article.id][evidence.field][evidence.start : evidence.end] == evidence.text
    copies = [decode(record.value, Alert) for record in run.observer.records[CHAOS_CHANNEL.name]]
    with_channel = {rule.id for rule in chaos_input.rules() if rule.channel}
    assert {(alert.rule.id, alert.article.id) for alert in copies} == {
        pair for pair in expected if pair[0] in with_channel
    }


def _text(one: Input) -> dict[str, str]:
    assert one.value is not None
    text: dict[str, str] = json.loads(one.value)
    return text


def _check_dead_letters(run: Chaos) -> None:
    raw, identified = RAW.full_name(run.settings.topic_prefix), IDENTIFIED.full_name(run.settings.topic_prefix)
    sources = {(record.partition, record.offset): record for record in run.observer.records[IDENTIFIED.name]}
    seen: set[str] = set()
    for record in run.observer.records[DEAD_LETTERS.name]:
        headers = {name: value.decode() for name, value in record.headers}
        place = int(headers["ww_partition"]), int(headers["ww_offset"])
        assert headers["ww_error"]
        if headers["ww_topic"] == raw:
            one = run.places[place]
            original = one.key, one.value
        else:
            # The deadly article passed the first step, and is kept as the second one found it.
            one = run.deadly
            assert headers["ww_topic"] == identified
            original = sources[place].key, sources[place].value
            assert json.loads(sources[place].value)["id"] == one.article_id
        assert headers["ww_reason"] == one.reason, f"{one.article_id}: {headers['ww_error']}"
        assert (record.key, record.value) == original
        seen.add(one.article_id)
    assert seen == {one.article_id for one in [*run.bad, run.deadly]}


def _report(run: Chaos, took: float) -> None:
    ids = Counter(decode(record.value, Alert).alert_id for record in run.observer.records[ALERTS.name])
    repeats = sum(ids.values()) - len(ids)
    letters = Counter(dict(record.headers)["ww_reason"].decode() for record in run.observer.records[DEAD_LETTERS.name])
    deaths = sum(worker.count("died") for worker in run.workers)
    print(
        f"{len(run.good)} good articles, {len(ids)} alerts, {repeats} repeated, none lost; dead letters: "
        f"{dict(letters)}; {deaths} deaths of processes seen, {run.size.kills} by kill; {took:.0f} s"
    )
