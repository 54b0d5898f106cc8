"""What is a word: letters that only stretch or decorate one are none by themselves."""

from __future__ import annotations

import pytest

from pipeline.text.clitics import without_direction, without_particles, without_proclitics
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize, words_of

TATWEEL = "\u0640"


@pytest.mark.parametrize("stretch", [TATWEEL, TATWEEL * 50, f"{TATWEEL}\u064e", f"{TATWEEL}\u0300", "\ufe71", "\ufe70"])
@pytest.mark.parametrize("lengthening", ["", "\n" * 1_000, "\n\U00020000"])
def test_what_folds_to_nothing_is_no_word(stretch: str, lengthening: str) -> None:
    text = f"سلام {stretch} دنیا"
    words = words_of(text + lengthening)
    assert words[:2] == ["سلام", "دنیا"]
    assert tokenize(text + lengthening).spans[:2] == [(0, 4), (len(text) - 4, len(text))]


def test_a_tatweel_in_a_word_stretches_it() -> None:
    word = f"س{TATWEEL * 40}لام{TATWEEL}"
    (found,) = tokenize(word).words
    assert (found, fold(found)) == (word, "سلام")


def test_a_tatweel_before_a_word_begins_none() -> None:
    assert tokenize(f"{TATWEEL}سلام").spans == [(1, 5)]


def test_a_word_of_three_letters_or_fewer_has_no_proclitics() -> None:
    assert without_proclitics("وله", "ar") == ()
    assert without_particles("이") == ()


@pytest.mark.parametrize(
    ("word", "language", "place"),
    [
        ("sudlibanon", "de", "libanon"),
        ("nordwestsyrien", "de-AT", "syrien"),
        ("nordostraukraina", "sv", "ukraina"),
        ("sorsudan", "nb", "sudan"),
        ("ostasi", "de", ""),
        ("sudlibanon", "fr", ""),
    ],
)
def test_a_place_behind_a_direction(word: str, language: str, place: str) -> None:
    assert without_direction(word, language) == place
