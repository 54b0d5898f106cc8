"""How often articles hold a word: as shipped, and as measured."""

from __future__ import annotations

import pytest

from pipeline.rules.index.shares import Shares
from tests.unit.rules.world import article
from training.share_counts import measure_shares

SHIPPED = Shares.load()


def test_frequent_words_and_concepts_are_known_as_such() -> None:
    assert SHIPPED.of("the~en:the") > 0.9
    assert SHIPPED.of("government~en:govern") > 10 * SHIPPED.of("zeppelins~en:zeppelin")
    assert SHIPPED.of("country/us") > 5 * SHIPPED.of("country/kp")


def test_an_inflected_word_is_as_frequent_as_its_stem() -> None:
    assert SHIPPED.of("governing~en:govern") == SHIPPED.of("government~en:govern")


def test_most_words_that_were_never_measured_are_taken_for_rare() -> None:
    shares = [SHIPPED.of(f"unheard{number}") for number in range(1_000)]

    assert sum(share > 0.001 for share in shares) < 20


def test_a_longer_prefix_is_rarer() -> None:
    assert SHIPPED.of("kor*") > SHIPPED.of("korea*") > SHIPPED.of("koreanisch*")


def test_shares_are_measured_in_the_language_where_a_word_is_most_frequent() -> None:
    articles = [article("[[NATO|org/nato]] talks" if number % 2 else "quiet") for number in range(100)]
    articles += [article("Gespräche", language="de") for _ in range(60)]
    shares = measure_shares(articles)

    assert shares.of("talks~en:talk") == pytest.approx(0.5, rel=0.02)
    assert shares.of("gesprache~de:gesprach") == pytest.approx(1.0, rel=0.02)
    assert shares.of("org/nato") == pytest.approx(50 / 160, rel=0.02)


def test_a_table_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes"):
        Shares(b"")
