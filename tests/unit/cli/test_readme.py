"""What the README shows without Kafka does what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.command_line import CommandLine

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def rules(tmp_path: Path) -> str:
    [text] = re.findall(r"cat > rules\.yaml <<'RULES'\n(.*?)RULES\n", README, re.DOTALL)
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_the_article_fires_the_rule(rules: str, wirewatch: CommandLine) -> None:
    [article] = re.findall(r"echo '(\{.*?\})' \| wirewatch match", README)
    outcome = wirewatch("match", "--rules", rules, stdin=article.encode())
    assert json.loads(outcome.out)["rule"]["id"] == "nato-north-korea"


def test_the_plain_text_is_explained(rules: str, tmp_path: Path, wirewatch: CommandLine) -> None:
    [text] = re.findall(r"echo '(.*?)' > article\.txt", README)
    file = tmp_path / "article.txt"
    file.write_text(text + "\n", encoding="utf-8")
    assert "1 of 1 fire" in wirewatch("explain", str(file), "--rules", rules).out
