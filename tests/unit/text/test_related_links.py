"""Lines that point to other articles are found; sentences that begin alike are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.asides.related_links import find_related_links
from pipeline.text.word_lists import read_word_list


@pytest.mark.parametrize(
    "line",
    [
        "Mehr zum Thema – Minister: Hafen bleibt zu",
        "Mehr zum Thema finden Sie in unserem Liveblog:",
        "READ MORE: Harbour stays closed",
        "À lire aussi Le port reste fermé",
        "- Читайте также: Порт закрыт",
        "[Baca juga: Pelabuhan ditutup]",
        "関連記事：港は閉鎖",
        ">> All dates of the harbour council",
        "Related",
    ],
)
def test_what_points_elsewhere_is_found(line: str) -> None:
    text = f"The harbour is closed.\n{line}\nIt opens again on Monday."
    assert [text[start:end] for start, end in find_related_links(text)] == [line]


@pytest.mark.parametrize(
    "line",
    [
        "More than a hundred people were hurt, the police said:",
        "Read more about it in the report of the council.",
        "Related deaths rose by a third.",
        "Lesen Sie mehr Bücher, sagte der Minister.",
        "Zum Thema Hafen sagte sie:",
        "- the first barge",
    ],
)
def test_a_sentence_that_begins_alike_is_text(line: str) -> None:
    assert find_related_links(line) == ()


def test_a_list_behind_such_a_line_is_aside_until_text_comes() -> None:
    text = "Read more:\n- Harbour closed\n- Barges sank\nThe council meets.\n- the first point"
    assert [text[start:end] for start, end in find_related_links(text)] == [
        "Read more:",
        "- Harbour closed",
        "- Barges sank",
    ]


def test_a_headline_that_is_a_link_is_aside_and_a_linked_sentence_or_name_is_text() -> None:
    lines = ("Three barges sank in the harbour of Westhaven", "Three barges sank in the harbour today.", "Westhaven")
    text = "\n".join(lines)
    assert find_related_links(text, [1.0] * len(lines)) == ((0, len(lines[0])),)
    assert find_related_links(text) == ()


def test_each_phrase_stands_before_a_headline() -> None:
    listed = read_word_list("pipeline.text.asides", "related-phrases")
    assert len(listed) >= 30
    for phrases in listed.values():
        for phrase in phrases:
            assert find_related_links(f"{phrase}: 1"), phrase


@given(st.text())
def test_spans_are_whole_lines_in_order(text: str) -> None:
    spans = find_related_links(text)
    assert list(spans) == sorted(set(spans))
    assert all(text[start:end] in text.split("\n") for start, end in spans)
