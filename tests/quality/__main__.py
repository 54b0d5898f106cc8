"""Measure languages, concepts and names, and write ``docs/quality.md``: ``python -m tests.quality [SECTION ...]``.

A section is a module of ``tests/quality/sections`` with ``measure(data)``, which returns its Markdown, heading and all.
The sections that the command line names are measured and written anew; the others stay as they are. No name: all.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from rich.console import Console

from tests.quality.measuring_data import expected_place, find_measuring_data
from tests.quality.report import read_sections, write_report

SECTIONS = ("language", "concepts", "directions", "traps", "transliteration", "strangers", "asked", "entities")
"""In the order of the report; add new sections here."""

REPORT = Path(__file__).resolve().parents[2] / "docs" / "quality.md"


def main() -> int:
    """Measure the sections that the command line names; the exit status is 1 without data."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="SECTION", help=f"one of {', '.join(SECTIONS)}; none: all")
    names = parser.parse_args().names or list(SECTIONS)
    if unknown := [name for name in names if name not in SECTIONS]:
        parser.error(f"no section is called {', '.join(unknown)}: choose from {', '.join(SECTIONS)}")
    console = Console()
    data = find_measuring_data()
    if data is None:
        console.print(f"[red]no measuring data at {expected_place()}: set WIREWATCH_TEST_DATA to its folder")
        return 1
    sections = read_sections(REPORT)
    for name in names:
        started = time.monotonic()
        with console.status(f"measuring {name} …"):
            sections[name] = importlib.import_module(f"tests.quality.sections.{name}").measure(data)
        console.print(f"[bold]{name}[/bold] measured in {time.monotonic() - started:.0f} s")
        write_report(REPORT, {known: sections[known] for known in SECTIONS if known in sections})
    console.print(f"written: {REPORT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
