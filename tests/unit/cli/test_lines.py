"""Articles as people have them: each file format, standard input, and what is wrong with a line."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.cli.reading.lines import MAX_LINE_BYTES, BadLines, Line, read_lines, source_size_bytes
from pipeline.errors import ArticleError, SchemaError, UndecodableError, UsageError
from tests.command_line import standard_input

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def written(tmp_path: Path, name: str, data: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(data)
    return str(path)


def read(source: str) -> list[Line]:
    return list(read_lines([source]))


def titles(lines: list[Line]) -> list[str]:
    return [line.read(now=NOW).title for line in lines]


def test_json_lines_keep_their_numbers_over_blank_lines(tmp_path: Path) -> None:
    source = written(tmp_path, "a.jsonl", b'{"title": "one"}\n\n  \n{"title": "two"}')
    lines = read(source)
    assert titles(lines) == ["one", "two"]
    assert [line.place for line in lines] == [f"{source}:1", f"{source}:4"]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    assert titles(read(written(tmp_path, "a.jsonl", mark + b'{"title": "one"}\n'))) == ["one"]
    (line,) = read(written(tmp_path, "a.txt", mark + "Größe".encode()))
    assert line.read(now=NOW).body == "Größe"


def test_a_json_file_is_one_article_or_a_list_of_them(tmp_path: Path) -> None:
    one = written(tmp_path, "one.json", json.dumps({"title": "one"}, indent=2).encode())
    many = written(tmp_path, "many.json", json.dumps([{"title": "one"}, {"title": "two"}]).encode())
    assert titles(read(one)) == ["one"]
    assert titles(read(many)) == ["one", "two"]
    assert read(many)[1].place == f"{many}[2]"


def test_any_other_file_is_the_body_of_one_article(tmp_path: Path) -> None:
    (line,) = read(written(tmp_path, "wire.txt", b"first line\n{second}\n"))
    assert line.read(now=NOW).body == "first line\n{second}\n"


def test_a_table_is_as_many_articles_as_it_has_rows(tmp_path: Path) -> None:
    table = b"\xef\xbb\xbfid;title;published_at\n1;one;2026-02-28\n\n2;two;\n"
    for name in ("a.csv", "a.tsv", "a.txt"):
        source = written(tmp_path, name, table)
        lines = read(source)
        assert titles(lines) == ["one", "two"]
        assert [line.place for line in lines] == [f"{source}:2", f"{source}:4"]
        assert lines[0].read(now=NOW).published_at == datetime(2026, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("lines.json", b'{"title": "one"}\n{"title": "two"}\n'),
        ("list.jsonl", b'[{"title": "one"},\n {"title": "two"}]'),
        ("list.txt", b'[\n{"title": "one"}, {"title": "two"}]'),
        ("lines.log", b'\xef\xbb\xbf{"title": "one"}\n{"title": "two"}\n'),
    ],
)
def test_json_is_read_as_what_it_is_whatever_the_file_is_called(tmp_path: Path, name: str, data: bytes) -> None:
    assert titles(read(written(tmp_path, name, data))) == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("feed.svg", b"<?xml version='1.0'?>\n<rss/>", "markup"),
        ("page.html", b"\xef\xbb\xbf\n<!doctype html>", "markup"),
        ("articles.xlsx", b"PK\x03\x04\0\0", "binary data"),
        ("notes.txt", "{}".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line_and_not_sent_as_one_article(
    tmp_path: Path, name: str, data: bytes, what: str
) -> None:
    (line,) = read(written(tmp_path, name, data))
    with pytest.raises(UndecodableError, match=f"^{what}, not the text of one article: .* --format text$"):
        line.read(now=NOW)


def test_a_table_without_a_known_column_is_refused_in_one_line(tmp_path: Path) -> None:
    (line,) = read(written(tmp_path, "a.csv", b"headline,text\none,two\nthree,four\n"))
    with pytest.raises(SchemaError, match="title or body among them, and reads: headline,text"):
        line.read(now=NOW)


@pytest.mark.parametrize(
    ("data", "count"), [(b'{"title": "one"}\n{"title": "two"}\n', 2), (b"plain text\nof two lines\n", 1), (b"", 1)]
)
def test_standard_input_is_told_by_its_first_character(
    monkeypatch: pytest.MonkeyPatch, data: bytes, count: int
) -> None:
    with standard_input(data) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert len(read("-")) == count


def test_text_that_is_not_utf8_is_said(tmp_path: Path) -> None:
    (line,) = read(written(tmp_path, "latin1.txt", "Größe".encode("latin-1")))
    with pytest.raises(UndecodableError, match="UTF-8"):
        line.read(now=NOW)


def test_a_line_that_never_ends_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    source = written(tmp_path, "a.jsonl", b"x" * (2 * MAX_LINE_BYTES + 7) + b'\n{"title": "next"}\n')
    huge, following = read(source)
    with pytest.raises(ArticleError, match="bytes"):
        huge.read(now=NOW)
    assert (huge.place, huge.size) == (f"{source}:1", 2 * MAX_LINE_BYTES + 8)
    assert (following.place, titles([following])) == (f"{source}:2", ["next"])


def test_sizes_add_up_to_the_file(tmp_path: Path) -> None:
    source = written(tmp_path, "a.jsonl", b'{"title": "one"}\n{"title": "two"}\n')
    assert sum(line.size for line in read(source)) == source_size_bytes([source]) == 34
    assert source_size_bytes([source, "-"]) is None


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        read(str(tmp_path / "nowhere.jsonl"))
    with pytest.raises(UsageError, match="no such file"):
        source_size_bytes([str(tmp_path / "nowhere.jsonl")])
    with pytest.raises(UsageError, match="a folder, not a file"):
        source_size_bytes([str(tmp_path)])


def test_bad_lines_are_counted_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    bad = BadLines()
    assert bad.exit_status() == 0
    bad.report("a.jsonl:3", UndecodableError("not JSON"))
    assert bad.exit_status() == 1
    assert capsys.readouterr().err.splitlines() == ["a.jsonl:3: undecodable: not JSON", "1 bad line"]


def test_mails_and_news_items_are_articles_by_their_ending(tmp_path: Path) -> None:
    item = '<newsItem guid="urn:1"><contentMeta><headline>one</headline></contentMeta></newsItem>'
    mail = written(tmp_path, "a.EML", b"From: a@example.org\r\nSubject: a mail\r\n\r\nText.\r\n")
    message = written(tmp_path, "b.xml", f"<newsMessage><itemSet>{item}{item}</itemSet></newsMessage>".encode())
    nitf = written(tmp_path, "c.nitf", b"<nitf><head><title>of NITF</title></head></nitf>")
    assert titles(read(mail)) == ["a mail"]
    assert [line.place for line in read(mail)] == [mail]
    assert titles(read(message)) == ["one", "one"]
    assert [line.place for line in read(message)] == [f"{message}[1]", f"{message}[2]"]
    assert titles(read(nitf)) == ["of NITF"]


def test_a_file_that_is_not_what_its_ending_says_is_told(tmp_path: Path) -> None:
    for name, problem in (
        ("a.eml", "no mail"),
        ("b.xml", "neither NewsML-G2 nor NITF"),
        ("c.warc.gz", "no web archive"),
    ):
        (line,) = read(written(tmp_path, name, b"<html>a page</html>"))
        with pytest.raises(UndecodableError, match=problem):
            line.read(now=NOW)


def test_the_pages_of_a_web_archive_are_articles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paragraph = "<p>" + "The river rose again on Sunday and the town closed its bridges, the mayor said. " * 6 + "</p>"
    page = f"<html><head><title>The river rose</title></head><body><article>{paragraph * 3}</article></body></html>"
    records = []
    for number, html in enumerate((page, "<html><body></body></html>"), start=1):
        answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{html}"
        records.append(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0>\r\nWARC-Date: 2026-03-01T00:00:00Z\r\n"
            f"WARC-Target-URI: https://paper.example/{number}\r\n"
            "Content-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(answer)}\r\n\r\n{answer}\r\n\r\n"
        )
    source = written(tmp_path, "a.warc", "".join(records).encode())
    (line,) = read(source)
    article = line.read(now=NOW)
    assert (line.place, article.title, article.source) == (f"{source}[1]", "The river rose", "paper.example")
    assert article.body.startswith("The river rose again")
    assert capsys.readouterr().err == f"{source}: 1 of 2 pages are no articles and were left out\n"
