"""The measured sections of ``docs/benchmarks.md``: replaced one by one, the rest of the page left as it is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.streaming.cores import usable_cores

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def write_section(name: str, text: str) -> None:
    """Put a section in the place of the last one of its name, or at the page's end.

    Args:
        name: A word; it stands in the comments around the section.
        text: Markdown.
    """
    begin, end = f"<!-- measured: {name} -->\n", f"<!-- end of {name} -->\n"
    page = _PAGE.read_text(encoding="utf-8")
    section = f"{begin}{text.strip()}\n{end}"
    before, found, rest = page.partition(begin)
    _PAGE.write_text(
        before + section + rest.partition(end)[2] if found else f"{page.rstrip()}\n\n{section}", encoding="utf-8"
    )


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))


def machine() -> str:
    """How busy the machine is, for the reader of the figures."""
    return f"{usable_cores()} cores, load {os.getloadavg()[0]:.1f} at the end"
