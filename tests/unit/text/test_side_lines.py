from __future__ import annotations

import pytest

from pipeline.text.asides.side_lines import find_side_lines
from pipeline.text.word_lists import read_word_list

TEXT = "The harbour was closed on Monday."


@pytest.mark.parametrize(
    "line",
    [
        "Photo: Ann Lee/AFP",
        "(Bild: Hersteller)",
        "© dpa-infocom, dpa:230428",
        "By David Streitfeld",
        "Von Nina Magoley und Ole Muster",
        "Por Josh Max",
        "Автор: Иван Петров",
        "Share",
        "TEILEN",
        "Sign up for our newsletter and get the best of each week",
        "Síguenos en Facebook",
        "We use cookies to improve this page.",
        "Externer Inhalt nicht verfügbar",
        "写真：共同",
    ],
)
def test_a_line_beside_the_text_is_found(line: str) -> None:
    text = f"{TEXT}\n{line}\n{TEXT}"
    assert [text[start:end] for start, end in find_side_lines(text)] == [line]


@pytest.mark.parametrize(
    "line",
    [
        TEXT,
        "By Monday the harbour was open.",
        "By Monday",
        "Von der Leyen reist nach Kiew",
        "Share prices fell on Monday.",
        "Photo albums were lost in the flood.",
        "Teilen des Landes droht eine Flut.",
        "Print media are in a crisis.",
        "Por la mañana llegó el presidente.",
        "Delen van het land staan onder water.",
        "Photo: " + "a very long line " * 20,
    ],
)
def test_a_line_of_the_text_is_none(line: str) -> None:
    assert find_side_lines(line) == ()


def test_captions_of_the_30_largest_languages_of_news_are_known() -> None:
    languages = {key.partition("-")[2] for key in read_word_list("pipeline.text.asides", "side-line-phrases")}
    assert len(languages) >= 30
