"""Where sentences and paragraphs end."""

from __future__ import annotations

import pytest

from pipeline.text.sentences import paragraph_ends, sentence_ends


@pytest.mark.parametrize(
    "text",
    [
        "One. |Two.",
        "One? |Two! |Three…",
        "“One.” |Two (three.) |Four",
        "Dr. Lee met J. Smith on 18. Juni in the U.S. senate.",
        "It was 2024. |Then came 2025.",
        "vor ca. 20 Jahren bzw. 30",
        "wait ... and see",
        "第一。|第二！|第三",
        "पहला। |दूसरा",
        "أين؟ |هنا.",
        "line\n|line\r\n|line",
        "v1.5 and example.org",
        "",
    ],
)
def test_sentences(text: str) -> None:
    parts = text.split("|")
    plain = "".join(parts)
    starts = [0, *(end + len(plain[end:]) - len(plain[end:].lstrip()) for end in sentence_ends(plain))]
    expected = [sum(map(len, parts[:number])) for number in range(len(parts))]

    assert [start for start in starts if start < len(plain)] == [start for start in expected if start < len(plain)]


def test_paragraphs_are_lines() -> None:
    assert paragraph_ends("a. b\nc\r\nd") == [5, 8]
