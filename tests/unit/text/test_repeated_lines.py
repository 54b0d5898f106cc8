from __future__ import annotations

from pipeline.text.asides.repeated_lines import RepeatedLines

ENDING = "Seeblatt is read in Lindau."


def body(number: int) -> str:
    return f"Article {number} tells news.\nMore of number {number}.\n\n{ENDING}"


def found(lines: RepeatedLines, source: str, text: str) -> list[str]:
    return [text[start:end] for start, end in lines.find(source, text)]


def test_a_line_is_found_from_the_third_article_on() -> None:
    lines = RepeatedLines()
    assert [found(lines, "Seeblatt", body(number)) for number in range(4)] == [[], [], [ENDING], [ENDING]]
    assert found(lines, "Bergblatt", body(5)) == []


def test_articles_that_begin_alike_are_one() -> None:
    lines = RepeatedLines()
    assert [found(lines, "Seeblatt", body(1)) for _ in range(9)] == [[]] * 9
    assert found(lines, "Seeblatt", body(2)) == []


def test_the_first_line_a_long_one_and_those_further_up_are_none() -> None:
    lines = RepeatedLines()
    for number in range(5):
        assert found(lines, "a", ENDING) == []
        assert found(lines, "b", f"{number}\n{'word ' * 60}") == []
        above = "\n".join(f"{number} {line}" for line in range(3))
        assert found(lines, "c", f"{number}\n{ENDING}\n{above}") == []


def test_without_a_source_nothing_is_known() -> None:
    lines = RepeatedLines()
    assert [found(lines, "", body(number)) for number in range(5)] == [[]] * 5


def test_the_source_that_was_silent_longest_is_forgotten() -> None:
    lines = RepeatedLines(sources=2)
    for source in ("a", "b", "a", "c"):
        for number in range(3):
            lines.find(source, body(number))
    assert found(lines, "a", body(9)) == [ENDING]
    assert found(lines, "b", body(9)) == []
