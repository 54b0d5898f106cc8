"""Tables of articles: what a row becomes, and what is wrong with one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.cli.reading.csv_rows import Row, csv_rows, is_heading
from pipeline.errors import SchemaError, TooLargeError, UndecodableError


def rows(table: str | bytes, most_bytes: int = 1_000) -> list[Row]:
    data = table.encode() if isinstance(table, str) else table
    return list(csv_rows(data.splitlines(keepends=True), 1, most_bytes))


def articles(table: str) -> list[dict[str, Any]]:
    found = rows(table)
    assert [row.error for row in found] == [None] * len(found)
    return [json.loads(row.payload) for row in found]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_each_row_is_an_article_whatever_separates_the_cells(separator: str) -> None:
    table = "id,Title,BODY\r\n1,One,First\r\n2,Two,\r\n".replace(",", separator)
    assert articles(table) == [{"id": "1", "title": "One", "body": "First"}, {"id": "2", "title": "Two"}]


def test_cells_may_hold_separators_quotes_and_line_ends() -> None:
    [article] = articles('title,body\n"One, ""two""","a\nb;c"\n')
    assert article == {"title": 'One, "two"', "body": "a\nb;c"}


def test_tags_stand_in_one_cell_and_unknown_columns_become_attributes() -> None:
    [article] = articles("\ufefftitle;tags;Desk\nOne;world, trade |eu;7\n\n;;\n")
    assert article == {"title": "One", "tags": ["world", "trade", "eu"], "attributes": {"Desk": "7"}}


@pytest.mark.parametrize(
    ("heading", "problem"),
    [
        ("headline,text", "the first line must name the columns, title or body among them, and reads: headline,text"),
        ("", "the first line must name the columns"),
        ("title,title", "the first line names column title twice"),
        ("title,attributes", "there can be no column attributes"),
    ],
)
def test_columns_that_cannot_be_understood_refuse_the_table_in_one_line(heading: str, problem: str) -> None:
    [row] = rows(f"{heading}\nOne,Two\n")
    assert isinstance(row.error, SchemaError)
    assert problem in str(row.error)
    assert "\n" not in str(row.error)


def test_a_bad_row_is_told_by_its_first_line_and_the_others_go_on() -> None:
    table = b'title,body\n"One\nand",a\nTwo\nThree,b,c\nGr\xf6,d\n"x"y,e\nFour,f\n"Five,g\nSix,h\n'
    found = rows(table)
    assert [(row.number, type(row.error)) for row in found] == [
        (2, type(None)),
        (4, SchemaError),
        (5, SchemaError),
        (6, UndecodableError),
        (7, UndecodableError),
        (8, type(None)),
        (9, UndecodableError),
    ]
    assert sum(row.size for row in found) == len(table)


def test_a_cell_is_bounded() -> None:
    large, small = rows("title,body\nx," + "y" * 2_000 + "\nx,y\n")
    assert isinstance(large.error, TooLargeError)
    assert json.loads(small.payload) == {"title": "x", "body": "y"}


def test_a_heading_names_title_or_body_beside_another_column() -> None:
    lines = [b"id,title", b"BODY;url", b"Title\tDesk", b"title", b"Trade talks, tariffs and more", b""]
    assert [is_heading(line) for line in lines] == [True, True, True, False, False, False]
