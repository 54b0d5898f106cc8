"""How often a name never learned from is spelled right; floors lie a little under what was measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.transliteration.model_files import ModelScript
from tests.quality.sections.transliteration import MARKS, accuracy, held_out_names

_SAMPLE = 400
# A share of 400 names is this near to that of all in nineteen of twenty draws.
_SAMPLING_ERROR = 5


@pytest.mark.parametrize("script", MARKS)
def test_one_of_ten_spellings_is_used(measuring_data: Path, script: ModelScript) -> None:
    found = accuracy(held_out_names(measuring_data, script, _SAMPLE), script)
    assert found.ten >= MARKS[script] - _SAMPLING_ERROR, found
    assert found.ten > found.baseline
