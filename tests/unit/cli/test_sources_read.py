"""``wirewatch sources read``: a line a file, in their order."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command_line import CommandLine


def test_a_line_for_each_file_whatever_is_in_it(wirewatch: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<rss><channel><title>A</title><item><link>/1</link></item></channel></rss>")
    (tmp_path / "b.html").write_text("<!doctype html><p>no feed")
    files = [str(tmp_path / name) for name in ("a.xml", "b.html", "missing.xml")]
    result = wirewatch("sources", "read", *files, "--base", "https://a.example.org/")
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert [line["file"] for line in lines] == files
    assert lines[0]["feed"]["title"] == "A"
    assert lines[0]["entries"][0]["url"] == "https://a.example.org/1"
    assert "it is an HTML page" in lines[1]["error"]
    assert lines[2]["error"] == "cannot be read: No such file or directory"
    assert result.status == 1
