from __future__ import annotations

import numpy as np
import pytest

from pipeline.language.ngrams import (
    HASH_BITS,
    MODEL_FILE,
    ORDERS,
    NgramModel,
    code_points,
    letters_of,
    sequence_buckets,
)


@pytest.fixture(scope="module")
def model() -> NgramModel:
    return NgramModel.load()


def test_words_alone_are_read() -> None:
    assert letters_of("Über 12 Dörfer, die NATO-Staaten!") == " über dörfer die nato staaten "


def test_each_sequence_has_a_hash_by_where_it_starts() -> None:
    found = sequence_buckets(code_points(" nato "))
    assert [len(hashes) for hashes in found] == [6 - order + 1 for order in ORDERS]
    assert all((hashes < 1 << HASH_BITS).all() for hashes in found)
    elsewhere = sequence_buckets(code_points("x nato y"))
    assert found[1][0] == elsewhere[1][1]


def test_hashes_are_those_that_the_table_was_learned_with() -> None:
    assert [int(hashes[0]) for hashes in sequence_buckets(code_points(" und "))] == [452414, 488756, 535599, 679239]


def test_a_text_shorter_than_a_sequence_has_none() -> None:
    assert [len(hashes) for hashes in sequence_buckets(code_points("  "))] == [1, 0, 0, 0]


def test_close_kin_are_told_apart(model: NgramModel) -> None:
    for text, tag in (
        ("Predsednik vlade je posle sednice rekao da će sledeće nedelje posetiti Brisel.", "sr-Latn"),
        ("Predsjednik vlade je nakon sjednice rekao da će sljedeći tjedan posjetiti Bruxelles.", "hr"),
        ("Polis berkata siasatan kemalangan itu masih dijalankan kerana pemandu kereta cedera.", "ms"),
        ("Polisi mengatakan penyelidikan kecelakaan itu masih berjalan karena sopir mobil terluka.", "id"),
    ):
        reading = model.read(text)
        assert reading is not None
        assert model.tags[int(np.argmax(reading.log_probabilities))] == tag
        assert np.exp(reading.log_probabilities).sum() == pytest.approx(1, abs=1e-3)


def test_gibberish_is_covered_less_than_language(model: NgramModel) -> None:
    english = model.read("The government said on Monday that talks would go on.")
    gibberish = model.read("Zqx wvkj pfgz bxqk jjwv qzzx kvbw xqpz.")
    assert english is not None
    assert gibberish is not None
    assert gibberish.coverage < english.coverage / 2


@pytest.mark.parametrize("text", ["北京下起大雪", "국회는 목요일 (Seoul) 긴 토론", "ภาษาไทย", "123 — !"])
def test_other_scripts_are_left_to_other_detectors(model: NgramModel, text: str) -> None:
    assert model.read(text) is None


def test_the_table_is_small() -> None:
    assert MODEL_FILE.stat().st_size <= 600_000
