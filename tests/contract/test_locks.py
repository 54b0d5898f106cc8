"""Each lock is closed on every supported Python, has wheels there, and is installed as it is."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.contract.locks import (
    LOCKS,
    PYPROJECT,
    ROOT,
    SUPPORTED,
    Release,
    environments,
    installations,
    is_our_way,
    project_files,
    read_lock,
    releases_for,
    roots_of,
    unmet,
)


def test_the_supported_pythons_are_told_alike_everywhere() -> None:
    stated = SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert [f"3.{minor}" for minor in range(100) if f"3.{minor}" in stated] == SUPPORTED
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in SUPPORTED
    spoken = f"Python {', '.join(SUPPORTED[:-1])} or {SUPPORTED[-1]}"
    for name in ("Makefile", "README.md", "CONTRIBUTING.md", "deploy/Dockerfile"):
        assert spoken in (ROOT / name).read_text(encoding="utf-8"), name
    first, last = (version.replace(".", ", ") for version in (SUPPORTED[0], SUPPORTED[-1]))
    assert f"({first}) <= sys.version_info[:2] <= ({last})" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("python", SUPPORTED)
def test_every_requirement_of_a_locked_package_is_met_by_a_locked_version(python: str, tmp_path: Path) -> None:
    releases = releases_for(python, tmp_path)
    faults = {
        f"{lock.name}: {fault}"
        for lock in LOCKS
        for environment in environments(python)
        for fault in unmet(read_lock(lock.read_text("utf-8")), releases, environment, roots_of(lock.stem))
    }
    assert sorted(faults) == []


@pytest.mark.parametrize(
    ("lock", "faults"),
    [
        ("asker==1\nasked==1\nwire==2\n", []),
        ("asker==1\nasked==1\n", ["asked[http] asks for wire>=2; extra == 'http'"]),
        ("asker==1\nwire==2\n", ["asker asks for asked[http]>=1"]),
        ("asker==1\nasked==1\nwire==2 ; python_full_version < '3.12'\n", []),
        (
            "asker==1\nasked==1\nwire==2 ; python_full_version >= '3.12'\n",
            ["asked[http] asks for wire>=2; extra == 'http'"],
        ),
        ("asked==1\n", ["the lock asks for asker"]),
        ("asker==1\nasked==1\nwire==2\nwire==3\n", ["the lock asks for wire==3", "wire is locked twice"]),
    ],
)
def test_a_lock_that_lacks_something_is_told(lock: str, faults: list[str]) -> None:
    releases = {
        "asker": Release(Version("1"), (Requirement("asked[http]>=1"), Requirement("win; sys_platform == 'win32'"))),
        "asked": Release(Version("1"), (Requirement("wire>=2; extra == 'http'"), Requirement("s3; extra == 's3'"))),
        "wire": Release(Version("2"), ()),
    }
    found = unmet(read_lock(lock), releases, next(environments("3.11")), [Requirement("asker")])
    assert sorted({fault.replace('"', "'") for fault in found}) == faults


def test_a_locked_version_that_is_too_old_is_told() -> None:
    releases = {"asker": Release(Version("1"), (Requirement("wire>=2"),)), "wire": Release(Version("1"), ())}
    found = unmet(read_lock("asker==1\nwire==1\n"), releases, next(environments("3.11")))
    assert found == ["asker asks for wire>=2"]


def test_nothing_installs_from_a_lock_in_another_way() -> None:
    commands = {
        f"{file.relative_to(ROOT)}: {command}": is_our_way(command)
        for file in project_files()
        if file.suffix in {"", ".md", ".py", ".sh", ".toml", ".yaml", ".yml"}
        for command in installations(file.read_text(encoding="utf-8"), is_python=file.suffix == ".py")
    }
    assert [command for command, is_ours in commands.items() if not is_ours] == []
    assert {command.partition(":")[0] for command in commands} >= {"Makefile", "deploy/Dockerfile"}


@pytest.mark.parametrize("name", ["Makefile", "deploy/Dockerfile"])
def test_what_was_installed_is_checked_at_the_end(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    installs = [match.start() for match in re.finditer(r"pip install ", text)]
    assert re.search(r"pip check\b", text[installs[-1] :])


@pytest.mark.parametrize(
    ("text", "is_python"),
    [
        ("RUN pip INSTALL --require-hashes -r requirements/runtime.lock", False),
        ("cd x && pip INSTALL --require-hashes \\\n  -r requirements/runtime.lock", False),
        ("with `pip INSTALL --requirement requirements/training.lock`", False),
        ("uv pip INSTALL --no-deps requirements/dev.lock", False),
        ("run('pip INSTALL -r some.lock')", True),
        ("run(['pip', 'INSTALL', '--require-hashes', '-r', 'some.lock'])", True),
        ("run([pip, 'INSTALL', '--require-hashes', '-r', lock])", True),
    ],
)
def test_another_way_is_seen(text: str, is_python: bool) -> None:
    # Written in capitals above, so that this file holds no such command itself.
    commands = installations(text.replace("INSTALL", "install"), is_python=is_python)
    assert commands
    assert not any(map(is_our_way, commands))
