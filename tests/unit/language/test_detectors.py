from __future__ import annotations

import pytest

from pipeline.language.detectors import read_with_cld2


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("La OTAN se reúne", "La OTAN se reúne"),
        ("siehe https://example.org/a?b=c dort", "siehe   dort"),
        ("siehe www.example.org dort", "siehe   dort"),
        ("an desk@example.org schreiben", "an   schreiben"),
        ("die #NATO und @nato tagen", "die   und   tagen"),
        ("null\x00byte", "null byte"),
        ("not a character \U0001ffff here", "not a character   here"),
        ("half a pair \ud83d here", "half a pair   here"),
        ("smile \U0001f600 here", "smile \U0001f600 here"),
    ],
)
def test_a_detector_sees_no_address_no_handle_and_nothing_that_cld2_refuses(text: str, seen: str) -> None:
    assert read_with_cld2(text).text == seen
