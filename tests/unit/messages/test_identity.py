"""Ids never change: these values are part of the contract with every stored alert."""

from __future__ import annotations

from pipeline.messages import identity
from pipeline.messages.rules import WatchRule


def test_ids_do_not_change_between_versions() -> None:
    assert identity.alert_id("r", "a", "1", "matched") == "77bc2434692fe170ab5c8f0775a3cce7"
    assert identity.revision("title", "body") == "4e1950b3f7801b9e"


def test_parts_of_an_id_do_not_run_together() -> None:
    assert identity.digest("ab", "c") != identity.digest("a", "bc")


def test_rule_version_ignores_defaults_and_changes_with_content() -> None:
    plain = WatchRule(id="r", when="NATO")
    assert identity.rule_version(plain) == identity.rule_version(WatchRule(id="r", when="NATO", severity="medium"))
    assert identity.rule_version(plain) != identity.rule_version(WatchRule(id="r", when="NATO", severity="high"))
    assert len(identity.rule_version(plain)) == 12
