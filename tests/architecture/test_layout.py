"""The house rules that a machine can check: size and names of modules, docstrings, one place for a thing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
TYPE_NAME = re.compile("[A-Z][a-z]+([A-Z]|[a-z])*")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))], ids=relative)
def test_module_has_at_most_600_lines(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 600


@pytest.mark.parametrize("room", sorted({module.parent for module in MODULES}), ids=relative)
def test_room_has_at_most_sixteen_modules(room: Path) -> None:
    assert len([module for module in room.glob("*.py") if module.stem != "__init__"]) <= 16


def test_no_name_of_a_type_means_two_things() -> None:
    places: dict[str, list[str]] = {}
    for module in MODULES:
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            match node:
                case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
                    pass  # A variable means what its function says.
                case ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]) if TYPE_NAME.fullmatch(name):
                    places.setdefault(name, []).append(relative(module))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_name_of_a_module_means_two_things() -> None:
    places: dict[str, list[str]] = {}
    for module in MODULES:
        # A verb's module has the verb's name, and the verb is about the thing of that name.
        is_verb = module.is_relative_to(ROOT / "pipeline" / "cli")
        if module.stem not in {"__init__", "__main__"} and not is_verb:
            places.setdefault(module.stem, []).append(relative(module))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_module_says_what_it_is(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert not FORBIDDEN_NAMES & set(module.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_metrics_and_settings_are_defined_in_one_place(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    if relative(module) != "pipeline/metrics.py":
        assert not re.search(r"\b(Counter|Gauge|Histogram|Summary)\(\s*\"wirewatch", text)
    if relative(module) != "pipeline/settings.py":
        assert "BaseSettings" not in text


def test_importing_the_core_loads_no_framework() -> None:
    """import-linter reads the imports from the source; this checks them at run time."""
    program = (
        "import sys\n"
        "import pipeline.messages.intake, pipeline.language, pipeline.concepts, pipeline.rules, pipeline.alerts\n"
        "print([m for m in ('faust', 'aiokafka', 'prometheus_client', 'confluent_kafka') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"


def test_no_committed_text_names_a_machine() -> None:
    files = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    pattern = re.compile(r"(?<![\w.])/(?:root|work|farm)/\w|/tmp/[a-z]")
    offenders = [
        name
        for name in files
        if Path(name).suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".lock", ""}
        and pattern.search((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
    ]
    assert offenders == []
