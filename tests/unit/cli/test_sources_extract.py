"""``wirewatch sources extract``: a line a file, in their order."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command_line import CommandLine

TEXT = (
    "The harbour of Nordhaven was closed on Monday after a storm had torn three barges from their moorings there. " * 4
)


def test_a_line_for_each_file_whatever_is_in_it(wirewatch: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"<html lang=en><h1>Storm</h1><article><p>{TEXT}</p></article>")
    (tmp_path / "b.html").write_text("")
    (tmp_path / "urls").write_text("https://a.example.org/storm/amp\n\n\n")
    files = [str(tmp_path / name) for name in ("a.html", "b.html", "missing.html")]
    result = wirewatch("sources", "extract", *files, "--urls", str(tmp_path / "urls"))
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert [line["file"] for line in lines] == files
    assert lines[0]["is_article"] is True
    assert lines[0]["title"] == "Storm"
    assert lines[0]["language"] == "en"
    assert lines[0]["canonical_url"] == "https://a.example.org/storm"
    assert lines[1]["error"] == "no page: the document is empty"
    assert lines[2]["error"] == "cannot be read: No such file or directory"
    assert result.status == 1


def test_addresses_that_do_not_fit_the_files_are_wrong_usage(wirewatch: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "urls").write_text("https://a.example.org/\n")
    result = wirewatch("sources", "extract", "a", "b", "--urls", str(tmp_path / "urls"))
    assert result.status == 2
    assert "1 addresses for 2 files" in result.err
