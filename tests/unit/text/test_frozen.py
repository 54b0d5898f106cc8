"""Words and token sequences in flat arrays: what they find, against the plain definition."""

from __future__ import annotations

import random

import pytest

from pipeline.text.frozen_trie import FrozenTrie
from pipeline.text.frozen_words import FrozenWords

WORDS = sorted(
    ["a", "iran", "irania", "iraq", "ру", "рус", "русский", "中", "中国", "abcdefgh", "abcdefghi", "abcdefghij"]
)


def test_the_words_that_a_word_begins_with() -> None:
    words = FrozenWords.of(WORDS)
    found = [(WORDS[number], rest) for number, rest in words.prefixes("iranian", 10)]
    assert found == [("irania", "n"), ("iran", "ian")]
    assert [WORDS[number] for number, _ in words.prefixes("abcdefghijk", 10)] == [
        "abcdefghij",
        "abcdefghi",
        "abcdefgh",
        "a",
    ]
    assert [(WORDS[number], rest) for number, rest in words.prefixes("русских", 5)] == [
        ("рус", "ских"),
        ("ру", "сских"),
    ]
    assert [(WORDS[number], rest) for number, rest in words.prefixes("русских", 4)] == [("рус", "ских")]
    assert list(words.prefixes("q", 1)) == []


def test_find_is_exact() -> None:
    words = FrozenWords.of(WORDS)
    assert [words.find(word) for word in WORDS] == list(range(len(WORDS)))
    assert words.find("ira") is None
    assert words.find("") is None
    assert FrozenWords.of([]).find("iran") is None


def test_prefixes_are_those_of_the_definition_on_random_words() -> None:
    chance = random.Random(5)
    known = sorted({"".join(chance.choices("abя中", k=chance.randint(1, 12))) for _ in range(400)})
    words = FrozenWords.of(known)
    for _ in range(2000):
        word = "".join(chance.choices("abя中", k=chance.randint(1, 14)))
        rest = chance.randint(0, 14)
        expected = [
            number for number, other in enumerate(known) if word.startswith(other) and len(word) - len(other) <= rest
        ]
        assert sorted(number for number, _ in words.prefixes(word, rest)) == expected


def test_sequences_come_back() -> None:
    trie = FrozenTrie.of([((0, 2), 7), ((0,), 8), ((0, 2), 6), ((1, 3, 3), 9)])
    assert trie.values_at(trie.start(0)) == (8,)
    assert trie.values_at(trie.step(trie.start(0), 2)) == (6, 7)
    assert trie.values_at(trie.step(trie.step(trie.start(1), 3), 3)) == (9,)
    assert trie.start(2) == 0
    assert trie.step(trie.start(0), 3) == 0


def test_tokens_that_begin_a_sequence_come_first() -> None:
    with pytest.raises(ValueError, match="lowest numbers"):
        FrozenTrie.of([((3,), 1)])
