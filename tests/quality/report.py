"""The quality report as a Markdown file of sections that are measured and replaced one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_HEAD = """\
# How well

`make bench-languages` (`python -m tests.quality [SECTION ...]`) measures and writes this page; do not edit figures. The
texts are not part of the project; `WIREWATCH_TEST_DATA` names their folder. Each section says which texts were read
during development and which were held out.
"""
_MARK = "<!-- section: {name} -->"
_SECTION = re.compile(r"<!-- section: ([a-z-]+) -->\n(.*?)(?=<!-- section: |\Z)", re.DOTALL)


def read_sections(path: Path) -> dict[str, str]:
    """The sections of a report by name; none where there is no report yet."""
    if not path.exists():
        return {}
    return {name: text.strip() for name, text in _SECTION.findall(path.read_text(encoding="utf-8"))}


def write_report(path: Path, sections: Mapping[str, str]) -> None:
    """Write the report, sections in the order given."""
    parts = [f"{_MARK.format(name=name)}\n{text.strip()}\n" for name, text in sections.items()]
    path.write_text("\n".join([_HEAD, *parts]), encoding="utf-8")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; floats are shown with one decimal."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def percent(part: float, whole: float) -> float:
    """``part`` of ``whole`` in percent, 0 of nothing being 0."""
    return 100 * part / whole if whole else 0.0


def _cell(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)
