"""Tell simplified from traditional Chinese by the characters that only one of them uses."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pipeline.text.word_lists import read_word_list

# Every fifth or sixth character of Chinese news is in the list, so a headline is enough to decide.
_READ_CODE_POINTS = 1_000


@cache
def _only_in(script: str) -> frozenset[str]:
    return frozenset("".join(read_word_list(__package__, "chinese-scripts")[script]))


def chinese_script(text: str) -> tuple[Literal["Hans", "Hant"], float]:
    """Tell the script of a Chinese text.

    Args:
        text: Chinese; the first 1,000 code points are read.

    Returns:
        ISO 15924 code, and its share of the characters that decide; ``Hans`` and 0.5 when none does.
    """
    read = text[:_READ_CODE_POINTS]
    simplified, traditional = (
        sum(map(_only_in(script).__contains__, read)) for script in ("simplified", "traditional")
    )
    if simplified == traditional:
        return "Hans", 0.5
    if traditional > simplified:
        return "Hant", traditional / (simplified + traditional)
    return "Hans", simplified / (simplified + traditional)
