"""Settings come from the environment; what it may not hold is told by its name."""

from __future__ import annotations

import os

import pytest

from pipeline.errors import SettingError
from pipeline.settings import ENV_PREFIX, load_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(ENV_PREFIX):
            monkeypatch.delenv(name)


def test_a_variable_is_a_setting_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_TOPIC_PREFIX", "wires")
    monkeypatch.setenv("WIREWATCH_METRICS_PORT", "")
    settings = load_settings()
    assert (settings.topic_prefix, settings.metrics_port) == ("wires", 9101)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("WIREWATCH_TOPIC_PREFX", "a", "did you mean WIREWATCH_TOPIC_PREFIX?"),
        ("WIREWATCH_COLOUR", "a", "see docs/reference/settings.md"),
        ("WIREWATCH_BATCH_MAX_ARTICLES", "0", "greater than or equal to 1"),
        ("WIREWATCH_STEP_TIMEOUT_SECONDS", "soon", "valid number"),
        ("WIREWATCH_SPACY_MODELS", "fr", "not JSON"),
        ("WIREWATCH_TOPIC_PREFIX", "a b", "match pattern"),
    ],
)
def test_a_wrong_variable_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name}: ")
    assert problem in str(caught.value)


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_SASL_PASSWORD", "hunter2")
    assert "hunter2" not in repr(load_settings())
