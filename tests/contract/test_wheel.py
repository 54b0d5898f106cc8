"""The wheel: built by what pyproject.toml says alone, it runs wherever it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.locks import ROOT, project_files
from tests.contract.tools import run

RULES = """
rules:
  - id: nato-north-korea
    when: NATO + North Korea
    severity: high
"""
ARTICLE = {"title": "НАТО осудила запуск ракеты КНДР"}


def copy_project(target: Path) -> None:
    """What a fresh clone holds: nothing that was built here."""
    for file in project_files():
        copied = target / file.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copied)


@pytest.mark.timeout(900)
def test_the_wheel_matches_articles_from_an_empty_environment(tmp_path: Path) -> None:
    source, dist, environment, elsewhere = (tmp_path / name for name in ("source", "dist", "environment", "elsewhere"))
    copy_project(source)
    elsewhere.mkdir()
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(dist), str(source)])
    [wheel] = dist.glob("*.whl")
    run([sys.executable, "-m", "venv", str(environment)])
    pip, lock = str(environment / "bin/pip"), str(ROOT / "requirements/runtime.lock")
    run([pip, "install", "--quiet", "--only-binary", ":all:", "--no-deps", "--require-hashes", "-r", lock])
    run([pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)])
    run([pip, "check"])

    (elsewhere / "rules.yaml").write_text(RULES, encoding="utf-8")
    answer = subprocess.run(
        [environment / "bin/wirewatch", "match", "--rules", "rules.yaml"],
        input=f"{json.dumps(ARTICLE, ensure_ascii=False)}\n",
        capture_output=True, text=True, check=False, cwd=elsewhere,
        env={name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    [alert] = map(json.loads, answer.stdout.splitlines())
    assert alert["rule"]["id"] == "nato-north-korea"
