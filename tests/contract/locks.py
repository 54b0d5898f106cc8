"""What the locks of requirements/ hold, what their packages ask for, and which commands install from them."""

from __future__ import annotations

import ast
import itertools
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
SUPPORTED = [
    version
    for classifier in PYPROJECT["project"]["classifiers"]
    if re.fullmatch(r"3\.\d+", version := classifier.removeprefix("Programming Language :: Python :: "))
]
"""The Pythons that Wirewatch runs on, such as 3.11."""

_PLATFORMS = [("linux", "Linux", "x86_64"), ("linux", "Linux", "aarch64"), ("darwin", "Darwin", "arm64")]
_VERBS = {"install", "sync"}
_OPTIONS = {"--no-deps", "--require-hashes"}


@dataclass(frozen=True)
class Release:
    """A version of a package, and what it asks for."""

    version: Version
    requirements: tuple[Requirement, ...]


def environments(python: str) -> Iterator[dict[str, str]]:
    """Every environment that a marker may be asked about: the first and any later patch release, on each platform."""
    for patch, (platform, system, machine) in itertools.product((0, 99), _PLATFORMS):
        yield {
            **{name: str(value) for name, value in default_environment().items()},
            "python_version": python,
            "python_full_version": f"{python}.{patch}",
            "implementation_version": f"{python}.{patch}",
            "sys_platform": platform,
            "platform_system": system,
            "platform_machine": machine,
            "os_name": "posix",
            "extra": "",
        }


def read_lock(text: str) -> list[Requirement]:
    """The lines of a lock, without their hashes."""
    return [
        Requirement(line.split(" --hash=")[0].rstrip(" \\"))
        for line in text.splitlines()
        if line and not line.startswith((" ", "#"))
    ]


def roots_of(lock: str) -> list[Requirement]:
    """What a lock is made from: the requirements in pyproject.toml that it has to meet."""
    project, groups = PYPROJECT["project"], PYPROJECT["dependency-groups"]
    wanted: dict[str, list[str]] = {
        "build": PYPROJECT["build-system"]["requires"],
        "dev": [*project["dependencies"], *project["optional-dependencies"]["mock-broker"], *groups["dev"]],
        "runtime": project["dependencies"],
        "training": groups["training"],
    }
    return [Requirement(text) for text in wanted[lock]]


def unmet(
    locked: Sequence[Requirement],
    releases: Mapping[str, Release],
    environment: Mapping[str, str],
    roots: Iterable[Requirement] = (),
) -> list[str]:
    """What a lock lacks in an environment.

    Args:
        locked: The lines of the lock.
        releases: By canonical name, the release that the lock names in this environment.
        environment: The values of the markers.
        roots: What the lock has to meet beside the requirements of its own packages.

    Returns:
        A line for each requirement that no locked version meets, extras included, and for each package that is locked
        twice.
    """
    here = [line for line in locked if line.marker is None or line.marker.evaluate(dict(environment))]
    names = [canonicalize_name(line.name) for line in here]
    faults = [f"{name} is locked twice" for name in sorted(set(names)) if names.count(name) > 1]
    pending = [("the lock", root) for root in roots if root.marker is None or root.marker.evaluate(dict(environment))]
    pending += [("the lock", line) for line in here]
    seen: set[tuple[str, str]] = set()
    while pending:
        asker, wanted = pending.pop()
        name = canonicalize_name(wanted.name)
        if name not in names or not wanted.specifier.contains(releases[name].version, prereleases=True):
            faults.append(f"{asker} asks for {wanted}")
            continue
        for extra in {"", *wanted.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, extra))
            pending += [
                (f"{name}[{extra}]" if extra else name, requirement)
                for requirement in releases[name].requirements
                if requirement.marker is None or requirement.marker.evaluate({**environment, "extra": extra})
            ]
    return faults


def releases_for(python: str, folder: Path) -> dict[str, Release]:
    """What the locks install on a Python, with the requirements that the wheels for it state.

    Asks the package index, by pip, so it holds for the Pythons that are not on this machine too.

    Raises:
        AssertionError: A locked version has no wheel for that Python and this machine, or the index cannot be reached.
    """
    environment = next(environments(python))
    lines = {
        f"{line.name}{line.specifier}"
        for lock in LOCKS
        for line in read_lock(lock.read_text(encoding="utf-8"))
        if line.marker is None or line.marker.evaluate(environment)
    }
    report = folder / "report.json"
    answer = subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps",
            "--only-binary", ":all:", "--python-version", python, "--target", str(folder / "target"),
            "--report", str(report), *sorted(lines),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    found = [item["metadata"] for item in json.loads(report.read_text(encoding="utf-8"))["install"]]
    return {
        canonicalize_name(item["name"]): Release(
            Version(item["version"]), tuple(map(Requirement, item.get("requires_dist", ())))
        )
        for item in found
    }


def installations(text: str, *, is_python: bool) -> list[str]:
    """The commands in a file that install from a file of requirements."""
    return [
        " ".join(words)
        for words in (_python_commands(text) if is_python else _shell_commands(text))
        if _VERBS & set(words) and any(word in {"-r", "--requirement"} or word.endswith(".lock") for word in words)
    ]


def is_our_way(command: str) -> bool:
    """Whether a command takes the lock as it is: no dependencies looked for, every file by its hash."""
    return set(command.split()) >= _OPTIONS


def _shell_commands(text: str) -> Iterator[list[str]]:
    for line in re.sub(r"\\\n", " ", text).splitlines():
        for command in re.split(r"&&|\|\||;|\|", line):
            yield [word.strip("`'\"(),.:") for word in command.split()]


def _python_commands(text: str) -> Iterator[list[str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.List | ast.Tuple | ast.Call | ast.Constant | ast.JoinedStr):
            strings = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            yield [word.strip("`'\"(),.:") for part in strings if isinstance(part, str) for word in part.split()]


def project_files() -> list[Path]:
    """Every file of the project that git keeps or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]
