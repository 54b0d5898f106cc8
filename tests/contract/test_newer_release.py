"""A release that is newer than the lock does not break the set-up, whatever pip the Python came with."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.contract.locks import ROOT

# The oldest pip that comes with a supported Python, that of 3.11.0. Later Pythons cannot run it: there, that of 3.12.0.
OLDEST_PIP = "22.3" if sys.version_info < (3, 12) else "23.2.1"


def make_wheel(index: Path, name: str, version: str, *, asks_for: Sequence[str] = (), extra: str | None = None) -> str:
    """Put a wheel into the index, and return its line of a lock."""
    file, info = index / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in asks_for]
    metadata += [f"Provides-Extra: {extra}"] if extra else []
    contents = {
        f"{name}.py": f'VERSION = "{version}"\n',
        f"{info}/METADATA": "\n".join([*metadata, "", ""]),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    contents[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*contents, f"{info}/RECORD"])
    with zipfile.ZipFile(file, "w") as wheel:
        for path, content in contents.items():
            wheel.writestr(path, content)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


def make_index(index: Path) -> str:
    """A folder of wheels; the lock of the day before ``reader`` 1.1, which another package asks for by an extra."""
    index.mkdir()
    lock = make_wheel(index, "newsroom", "1.0", asks_for=["reader[http]>=1.0"])
    for version in ("1.0", "1.1"):
        line = make_wheel(index, "reader", version, asks_for=["wire==1.0; extra == 'http'"], extra="http")
        lock += line if version == "1.0" else ""
    return lock + make_wheel(index, "wire", "1.0")


def options_of_the_set_up() -> list[str]:
    """What the Makefile tells pip when it sets up .venv, up to the name of the lock."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.findall(r"pip (install .*-r )requirements/dev\.lock$", text, re.MULTILINE)
    assert len(found) == 1
    return str(found[0]).split()


@pytest.fixture(scope="module")
def old_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the oldest pip."""
    environment = tmp_path_factory.mktemp("old-pip")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin/python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"pip=={OLDEST_PIP}"], check=True)
    version = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith(f"pip {OLDEST_PIP} ")
    return python


@pytest.mark.timeout(600)
def test_our_way_installs_the_lock_and_the_default_way_of_an_old_pip_does_not(old_pip: Path, tmp_path: Path) -> None:
    index, lock = tmp_path / "index", tmp_path / "made-up.lock"
    lock.write_text(make_index(index), encoding="utf-8")

    def pip(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [old_pip, "-m", "pip", "--isolated", *arguments]
        return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)

    only_the_index = ["--no-index", "--find-links", str(index)]
    ours = options_of_the_set_up()
    default = [option for option in ours if option != "--no-deps"]
    assert default != ours
    failed = pip(*default, str(lock), *only_the_index)
    assert failed.returncode != 0
    assert "all requirements must have their versions pinned" in failed.stderr
    assert "reader-1.1" in failed.stderr
    installed = pip(*ours, str(lock), *only_the_index)
    assert installed.returncode == 0, installed.stderr
    assert "reader==1.0" in pip("freeze").stdout.split()
    checked = pip("check")
    assert checked.returncode == 0, checked.stdout
