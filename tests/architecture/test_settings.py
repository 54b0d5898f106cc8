"""Settings: each is documented, bad values give one line of error, secrets are never shown."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import SettingError
from pipeline.settings import GROUPS, RuleSettings, Settings, load_settings, own_fields, settings_environment

ROOT = Path(__file__).parents[2]
# They put the parts together, or hand every setting on to a process that does.
COMPOSITION_ROOTS = (
    "pipeline/cli/",
    "pipeline/settings.py",
    "pipeline/streaming/loading.py",
    # Their ``load`` builds a step of parts that need several groups.
    "pipeline/streaming/steps/language_step.py",
    "pipeline/streaming/steps/entities_step.py",
    "pipeline/streaming/steps/rules_step.py",
    "pipeline/streaming/supervision/child.py",
    "pipeline/streaming/supervision/foreground.py",
    "pipeline/streaming/supervision/running_worker.py",
    "pipeline/streaming/supervision/supervisor.py",
)


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


def annotations_of(source: str) -> Iterator[str]:
    """Every annotation of a parameter, of a result and of a variable."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield ast.unparse(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            yield ast.unparse(node.returns)


def asks_for_every_setting(source: str) -> bool:
    return any(
        isinstance(name, ast.Name) and name.id == "Settings"
        for annotation in annotations_of(source)
        for name in ast.walk(ast.parse(annotation.strip("'\"")))
    )


def test_a_signature_with_every_setting_is_seen() -> None:
    assert asks_for_every_setting("def start(settings: Settings | None = None): ...")
    assert asks_for_every_setting("async def make(load: Callable[[Settings], int]) -> None: ...")
    assert not asks_for_every_setting("def start(settings: KafkaSettings) -> RuleSettings: ...")


@pytest.mark.parametrize(
    "module", sorted((ROOT / "pipeline").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_only_a_composition_root_asks_for_every_setting(module: Path) -> None:
    if not str(module.relative_to(ROOT)).startswith(COMPOSITION_ROOTS):
        assert not asks_for_every_setting(module.read_text(encoding="utf-8")), "name the group that it needs"


def test_every_setting_belongs_to_one_group() -> None:
    owned = [name for group in GROUPS.values() for name in own_fields(group)]
    assert sorted(owned) == sorted(Settings.model_fields)


def test_a_process_can_be_given_one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_SASL_PASSWORD", "open sesame")
    monkeypatch.setenv("WIREWATCH_RULE_MAX_NODES", "7")
    environment = settings_environment(RuleSettings(rule_max_nodes=20))
    assert environment["WIREWATCH_RULE_MAX_NODES"] == "20"
    assert "WIREWATCH_SASL_PASSWORD" not in environment


def test_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_SASL_PASSWORD", "open sesame")
    assert "sesame" not in repr(load_settings())
