from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeline.settings import Settings, load_settings, settings_environment
from pipeline.streaming.supervision.step_process import child_command
from pipeline.topology import RULES_STEP


def given_settings(tmp_path: Path) -> Settings:
    return load_settings(
        bootstrap_servers="broker:9092,other:9092",
        topic_prefix="a.b",
        security_protocol="SASL_SSL",
        sasl_username="user",
        sasl_password=SecretStr("pass word\n'\""),
        ssl_ca_file=tmp_path / "ca.pem",
        spacy_models={"fr": ["fr_core_news_sm"], "de": ["ä"]},
        step_timeout_seconds=0.1,
        metrics_port=0,
        log_level="DEBUG",
    )


def test_a_child_reads_the_settings_of_its_supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_SSL_KEY_FILE", "/of/the/parent")
    given = given_settings(tmp_path).model_copy(update={"ssl_key_file": None})
    environment = settings_environment(given)
    for name in ("WIREWATCH_SSL_KEY_FILE", *environment):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert load_settings() == given


def test_secrets_are_not_on_the_command_line(tmp_path: Path) -> None:
    assert not any("pass" in part for part in child_command(RULES_STEP.name, "rules-0"))
    assert settings_environment(given_settings(tmp_path))["WIREWATCH_SASL_PASSWORD"] == "pass word\n'\""
