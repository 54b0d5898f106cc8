from __future__ import annotations

from datetime import timedelta

import click
import pytest

from pipeline.cli.reading.durations import DURATION


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("45s", timedelta(seconds=45)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("1h30m", timedelta(minutes=90)),
        ("3650d", timedelta(days=3650)),
    ],
)
def test_reads_what_people_write(text: str, length: timedelta) -> None:
    assert DURATION.convert(text, None, None) == length


@pytest.mark.parametrize(
    "text", ["", "2", "h", "2 h", "-2h", "2w", "30m1h", "0h", "3651d", "9" * 40 + "d", "٢h", "1.5h"]
)
def test_refuses_all_else_and_says_what_it_expected(text: str) -> None:
    with pytest.raises(click.BadParameter, match="expected"):
        DURATION.convert(text, None, None)
