from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.streaming.observability.targets import Target, TargetsFile


def groups(path: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(path.read_text())
    return read


def worker_of(path: Path) -> str:
    TargetsFile(path).publish([Target("supervisor", "127.0.0.1:1")])
    return str(groups(path)[-1]["labels"]["worker"])


def test_targets_are_written_in_the_form_of_file_sd_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "targets.json"
    file = TargetsFile(path)
    file.publish([Target("language-0", "127.0.0.1:9101")])
    file.publish([Target("language-0", "127.0.0.1:9102"), Target("rules-0", "127.0.0.1:9103")])
    assert [(group["targets"], group["labels"]["process"]) for group in groups(path)] == [
        (["127.0.0.1:9102"], "language-0"),
        (["127.0.0.1:9103"], "rules-0"),
    ]
    assert path.stat().st_mode & 0o777 == 0o644
    file.withdraw()
    assert groups(path) == []
    assert {entry.name for entry in path.parent.iterdir()} == {"targets.json", "targets.json.lock"}


def test_other_living_workers_keep_theirs_and_dead_ones_do_not(tmp_path: Path) -> None:
    path = tmp_path / "targets.json"
    host = worker_of(path).rpartition(":")[0]
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    labels = [f"{host}:{os.getppid()}", "elsewhere:1", f"{host}:{int(dead.stdout)}", f"{host}:{10**30}", "nonsense"]
    path.write_text(
        json.dumps([{"targets": ["x:1"], "labels": {"worker": worker}} for worker in labels] + [{"targets": ["x:1"]}])
    )
    TargetsFile(path).withdraw()
    assert [group["labels"]["worker"] for group in groups(path)] == labels[:2]


@pytest.mark.parametrize("text", ["[{", "null", '{"a": 1}', "[1]", '[{"targets": [], "labels": null}]', "[" * 9_999])
def test_a_file_that_is_no_list_of_targets_is_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "targets.json"
    path.write_text(text)
    TargetsFile(path).publish([Target("rules-0", "127.0.0.1:1")])
    assert len(groups(path)) == 1


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        TargetsFile(tmp_path / "file" / "targets.json").publish([])
