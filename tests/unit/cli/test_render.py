from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from rich.console import Console
from rich.table import Table

from pipeline.cli.render import alert_block, marked, origin_of, print_table, printable
from pipeline.messages.alerts import Alert, AlertKind, ArticleHeader, Evidence, Highlight, MatchedRule, Snippet
from pipeline.messages.articles import Language, Times

ALERT = Alert(
    alert_id="a1",
    kind="updated",
    rule=MatchedRule(id="nato", version="0" * 12, name="NATO [bold]", severity="high"),
    article=ArticleHeader(
        id="x", revision="r", title="Die NATO tagt", language=Language(tag="de", confidence=0.9), source="Wire \x1b[2J"
    ),
    score=1,
    evidence=(
        Evidence(clause="NATO[org/nato]", field="title", text="NATO", via="name", start=4, end=8),
        Evidence(clause="NATO[org/nato]", field="title", text="NATO", via="name", start=4, end=8),
        Evidence(clause="lang:de", field="lang", text="de", via="metadata"),
    ),
    snippet=Snippet(text="In Brüssel\ntagt die NATO.", highlights=(Highlight(start=20, end=24),)),
)


def shown(*, colour: bool) -> str:
    out = Console(file=io.StringIO(), highlight=False, width=60, force_terminal=colour, soft_wrap=not colour)
    out.print(alert_block(ALERT, colour=colour))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "abcdef"),
        ([(1, 3)], "a[bc]def"),
        ([(2, 4), (1, 3)], "a[bcd]ef"),
        ([(0, 1), (1, 2), (5, 6)], "[ab]cde[f]"),
    ],
)
def test_marks_stand_where_the_spans_are(spans: list[tuple[int, int]], expected: str) -> None:
    assert marked("abcdef", spans, colour=False).plain == expected


def test_offsets_count_code_points() -> None:
    assert marked("🛰️ 北约 tagt", [(3, 5)], colour=False).plain == "🛰️ [北约] tagt"
    assert marked("北约", [(0, 2)], colour=True).plain == "北约"


def test_no_text_can_steer_the_terminal() -> None:
    assert printable("a\x1b[31mb\x00\x9b\x7f\tc\n") == "a�[31mb���\tc\n"
    assert "\x1b" not in shown(colour=False)
    assert "[2J" in shown(colour=False)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("cleared", "the article was revised, and no longer satisfies the rule"),
        ("withdrawn", "its source has withdrawn the article"),
    ],
)
def test_an_alert_that_takes_another_back_says_why(kind: AlertKind, why: str) -> None:
    out = Console(file=io.StringIO(), highlight=False, width=100)
    taken_back = msgspec.structs.replace(ALERT, kind=kind, evidence=(), snippet=Snippet(text=""))
    out.print(alert_block(taken_back, colour=False))
    assert isinstance(out.file, io.StringIO)
    lines = [line.rstrip() for line in out.file.getvalue().splitlines()]
    assert lines[1:] == ["  Die NATO tagt", f"  {why}"]
    assert f"  {kind}  " in lines[0]


def test_an_alert_in_a_pipe_is_plain_text() -> None:
    assert shown(colour=False).splitlines() == [
        "● NATO [bold]  high  de  updated  Wire �[2J",
        "  Die [NATO] tagt",
        "  In Brüssel tagt die [NATO].",
        "  because NATO[org/nato]  NATO (title, name)",
        "  because lang:de  de (lang, metadata)",
    ]


def test_an_alert_on_a_terminal_is_in_colour_and_marks_without_brackets() -> None:
    text = shown(colour=True)
    assert "\x1b[" in text
    assert "[NATO]" not in text


def test_a_table_in_a_pipe_keeps_a_row_on_one_line() -> None:
    out = Console(file=io.StringIO(), width=20)
    table = Table("one", "two", box=None, pad_edge=False)
    table.add_row("x" * 30, "word " * 10)
    print_table(out, table)
    assert isinstance(out.file, io.StringIO)
    assert [line.split() for line in out.file.getvalue().splitlines()] == [["one", "two"], ["x" * 30, *["word"] * 10]]


def test_below_an_alert_stand_its_time_its_rule_and_where_the_article_is() -> None:
    raised = Times(raised_at=datetime(2026, 3, 2, 9, 0, 5, tzinfo=timezone(timedelta(hours=1))))
    header = msgspec.structs.replace(ALERT.article, url="https://news.example.org/1\x1b[2J")
    alert = msgspec.structs.replace(ALERT, times=raised, article=header)
    assert origin_of(alert).plain == "2026-03-02 08:00:05Z  nato  https://news.example.org/1\ufffd[2J"
