"""A rule in the topic that this version cannot use: set aside with a metric, shown, and no hindrance to any other."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import REGISTRY

from pipeline.assembly import Enrichment, build_rule_index, load_knowledge_base
from pipeline.messages.codec import encode
from pipeline.messages.rules import WatchRule
from pipeline.settings import Settings
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.streaming.stores.rule_reader import RuleReader
from pipeline.topology import WATCH_RULES
from tests.command_line import CommandLine

from .topics_on_kafka import send

STEP = {"step": "rules"}


@pytest.mark.parametrize("worth_compilers", [1_000, 1], ids=["compiled here", "compiled by other processes"])
def test_a_bad_rule_stops_no_other(
    settings: Settings, wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch, worth_compilers: int
) -> None:
    monkeypatch.setenv("WIREWATCH_RULE_MAX_NODES", "20")
    settings = settings.model_copy(update={"rule_max_nodes": 20})
    good = [WatchRule(id=f"good-{number}", when="NATO + North Korea") for number in range(3)]
    documents = {
        "good-0": encode(good[0]),
        "ambiguous": b'{"id": "ambiguous", "when": "Georgia"}',
        "good-1": encode(good[1]),
        "broken": b"\xff{",
        "later-field": b'{"id": "later-field", "when": "NATO", "near": 8}',
        "later-word": b'{"id": "later-word", "when": "NATO ~3 Iran"}',
        "large": encode(WatchRule(id="large", when=" OR ".join(f"word{number}" for number in range(30)))),
        "other-id": b'{"id": "someone", "when": "NATO"}',
        "good-2": encode(good[2]),
    }
    bad = documents.keys() - {rule.id for rule in good}

    async def load() -> None:
        await apply_topics(settings)
        await send(settings, WATCH_RULES, [(rule_id.encode(), value) for rule_id, value in documents.items()])
        index = build_rule_index(settings)
        async with RuleReader(settings, index, worth_compilers=worth_compilers) as reader:
            assert reader.rules.set_aside.keys() == bad
            assert "max_nodes = 20" in reader.rules.set_aside["large"]
            assert REGISTRY.get_sample_value("wirewatch_rules_set_aside", STEP) == len(bad)
            assert REGISTRY.get_sample_value("wirewatch_rules_loaded", STEP) == len(good)
            article = Enrichment.without_models(load_knowledge_base(settings)).enrich_text("Die NATO und Nordkorea")
            assert [match.rule.id for match in index.match(article)] == [rule.id for rule in good]

    asyncio.run(load())
    listed = wirewatch("rules", "list")
    assert listed.status == 1
    rows = {line.split()[0]: line for line in listed.out.splitlines()[1:]}
    assert rows.keys() == documents.keys()
    assert {rule_id for rule_id, row in rows.items() if "unusable" in row} == bad
    assert "Georgia may mean" in rows["ambiguous"]
    assert "max_nodes = 20" in rows["large"]
