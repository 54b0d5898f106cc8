from __future__ import annotations

import logging
from pathlib import Path

import pytest

from pipeline.language.detectors import rank_with_langid
from pipeline.language.langid_model import load_langid

TEXTS = [
    "Der Bundestag stimmt am Donnerstag über den Haushalt ab.",
    "Правительство представит новый бюджет в четверг.",
    "国会は木曜日に予算案を採決する。",
    "الحكومة تقدم الميزانية الجديدة يوم الخميس",
    "",
]


@pytest.fixture(autouse=True)
def _nothing_is_loaded() -> None:
    load_langid.cache_clear()


def test_a_mapped_model_ranks_as_the_unpacked_one_does(tmp_path: Path) -> None:
    unpacked = load_langid()
    mapped = load_langid(tmp_path / "cache")
    assert [rank_with_langid(text, mapped) for text in TEXTS] == [rank_with_langid(text, unpacked) for text in TEXTS]


def test_the_model_is_unpacked_once_and_nothing_half_written_is_left(tmp_path: Path) -> None:
    load_langid(tmp_path)
    first = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    load_langid.cache_clear()
    load_langid(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == first
    assert [path.name.startswith("langid-") for path in tmp_path.iterdir()] == [True]


@pytest.mark.parametrize("spoil", ["a file stands there", "an array is cut short", "an array is gone"])
def test_a_folder_that_cannot_be_used_is_told_and_the_model_works(
    spoil: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = tmp_path / "cache"
    if spoil == "a file stands there":
        cache.write_text("not a folder")
    else:
        load_langid(cache)
        load_langid.cache_clear()
        array = next(cache.rglob("nb_ptc.npy"))
        if spoil == "an array is gone":
            array.unlink()
        else:
            array.write_bytes(array.read_bytes()[:1000])
    with caplog.at_level(logging.WARNING):
        model = load_langid(cache)
    assert rank_with_langid(TEXTS[0], model)[0].tag == "de"
    assert len(caplog.records) == 1
    assert str(cache) in caplog.records[0].getMessage()
