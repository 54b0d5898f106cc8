"""Properties of tokens, folding and the trie, over text of every script and over nonsense."""

from __future__ import annotations

import re
import sys
import unicodedata
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import array_tokens
from pipeline.text.clitics import without_particles, without_proclitics
from pipeline.text.folding import fold
from pipeline.text.frozen_trie import FrozenTrie
from pipeline.text.inflection import inflection_of, name_stems
from pipeline.text.scripts import script_of
from pipeline.text.tokens import is_unsegmented, places_of, tokenize, words_of
from pipeline.text.trie_walks import ANYTHING, TrieWalks
from tests.property.token_trie import Occurrence, TokenTrie, Vocabulary

any_text = st.text(st.characters(categories=None), max_size=60)
letters = st.text(
    st.one_of(
        st.characters(categories=("L", "M")),
        st.sampled_from("aàáÅeéİıßœøłłñ NATO-’.·"),
        st.sampled_from("aB1_ +#&C"),
        st.sampled_from("йёЇґα ώς И"),
        st.sampled_from("اأإآىيکكةبـًُ ארה״ב ולמ"),
        st.sampled_from("中国北约ガがプーチン한국은 ไทยกำ हिंदी"),
    ),
    max_size=40,
)
texts = st.one_of(any_text, letters)
LENGTHENING = "\n" * 1_000
"""Makes a text long, and adds no token."""


@given(texts)
def test_tokens_are_slices_in_order_that_miss_no_letter_or_digit(text: str) -> None:
    words, spans = tokenize(text)
    assert [text[start:end] for start, end in spans] == words
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    covered = {place for start, end in spans for place in range(start, end)}
    missed = [letter for place, letter in enumerate(text) if place not in covered]
    # Such as a tatweel that stretches no word.
    assert not [letter for letter in missed if letter.isalnum() and fold(letter).strip()]


def test_a_letter_is_no_word_when_it_folds_to_nothing() -> None:
    for code in (*range(0xD800), *range(0xE000, sys.maxunicode + 1)):
        letter = chr(code)
        assert all(fold(word).strip() for word in tokenize(letter).words), hex(code)
        if letter.isalnum() and not is_unsegmented(letter):
            assert bool(tokenize(letter).words) == bool(fold(letter).strip()), hex(code)


@given(texts)
def test_no_word_folds_to_nothing(text: str) -> None:
    assert all(fold(word).strip() for word in tokenize(text).words)


@given(texts, texts)
def test_tokens_of_a_text_do_not_depend_on_what_follows_a_break(before: str, after: str) -> None:
    assert tokenize(f"{before}\n{after}").words == tokenize(before).words + tokenize(after).words


@given(texts)
def test_unsegmented_letters_stand_alone(text: str) -> None:
    assert all(len(word) == 1 for word in tokenize(text).words if is_unsegmented(word))


def test_each_letter_gives_the_tokens_it_gives_beside_a_letter_of_another_plane() -> None:
    # A text of the Basic Multilingual Plane is cut by a quicker pattern, and a long one by arrays; what stands on the
    # next line makes it go the long way.
    for code in (*range(0x3000), *range(0x3000, 0xD800, 11), *range(0xE000, 0x10000)):
        text = f"a{chr(code)}b {chr(code)}中{chr(code)}国"
        long = text + LENGTHENING
        assert tokenize(text).spans == tokenize(f"{text}\n\U00020000").spans[:-1], hex(code)
        assert tokenize(text) == tokenize(long), hex(code)
        assert words_of(text) == words_of(long) == tokenize(text).words, hex(code)


@given(texts)
def test_a_long_text_is_cut_as_a_short_one(text: str) -> None:
    long = text + LENGTHENING
    assert tokenize(text) == tokenize(long)
    assert words_of(text) == words_of(long)


@given(texts)
def test_the_letters_among_the_tokens_are_those_of_unsegmented_scripts(text: str) -> None:
    long = text + LENGTHENING
    words, _, _, letters = places_of(long)
    unsegmented = [ord(word) if is_unsegmented(word) else 0 for word in words]
    if letters is not None:
        assert letters.tolist() == unsegmented
    else:
        assert array_tokens.cut(long) is None or not any(unsegmented)


def test_marks_are_bounded_as_beside_a_letter_of_another_plane() -> None:
    for count in range(28, 34):
        text = "a" + "\u0301" * count + "b"
        assert tokenize(text).spans == tokenize(f"{text}\n\U00020000").spans[:-1], count


@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_folding_forgets_case_and_composition(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == fold(text)
    # Letters whose capitals are several (ŉ, ǰ, İ) come back from upper case as other letters.
    if len(text.upper()) == len(text) and text.upper().lower() == text.lower():
        assert fold(text.upper()) == fold(text.lower())


def test_letters_that_fold_one_by_one_fold_so_beside_any_other() -> None:
    # A word with a letter of another script is folded as a whole.
    for code in range(0x600):
        for word in (f"a{chr(code)}", f"{chr(code)}ά", f"ё{chr(code)}{chr(code)}Ł"):
            assert fold(f"{word}ก") == f"{fold(word)}ก", hex(code)


@given(st.text(st.characters(max_codepoint=0x52F)))
def test_words_of_such_letters_fold_as_they_do_beside_another_script(word: str) -> None:
    assert fold(f"{word}ก") == f"{fold(word)}ก"


@given(st.characters(categories=None))
def test_every_character_has_a_script(letter: str) -> None:
    assert script_of(letter) in {
        "latin", "cyrillic", "greek", "arabic", "hebrew", "hangul", "han", "kana", "thai", "other",
    }  # fmt: skip


sequences = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=4), max_size=12)
readings = st.lists(st.lists(st.integers(0, 5), max_size=3, unique=True).map(tuple), max_size=12)


@given(sequences, readings)
def test_the_trie_finds_what_looking_everywhere_finds(filed: list[list[int]], text: list[tuple[int, ...]]) -> None:
    trie = TokenTrie()
    for value, sequence in enumerate(filed):
        trie.add(sequence, value)
    expected = {
        (first, first + len(sequence), value)
        for value, sequence in enumerate(filed)
        for first in range(len(text) - len(sequence) + 1)
        if all(token in text[first + place] for place, token in enumerate(sequence))
    }
    assert _found(trie, text) == expected


@given(sequences, st.sets(st.integers(0, 11)), readings)
def test_a_trie_after_removals_is_the_trie_of_the_rest(
    filed: list[list[int]], removed: set[int], text: list[tuple[int, ...]]
) -> None:
    changed, built = TokenTrie(), TokenTrie()
    for value, sequence in enumerate(filed):
        changed.add(sequence, value)
    for value, sequence in enumerate(filed):
        if value in removed:
            changed.remove(sequence, value)
        else:
            built.add(sequence, value)
    assert _found(changed, text) == _found(built, text)
    assert len(changed) == len(built)


def _found(trie: TokenTrie, text: list[tuple[int, ...]]) -> set[tuple[int, int, int]]:
    occurrences: list[Occurrence] = list(trie.scan(text))
    return {(found.first, found.end, value) for found in occurrences for value in found.values}


@given(sequences, st.lists(st.integers(ANYTHING, 5), max_size=12))
def test_walking_from_everywhere_at_once_finds_where_sequences_begin(filed: list[list[int]], text: list[int]) -> None:
    # Tokens that begin a sequence have the lowest numbers.
    first = {sequence[0] for sequence in filed}
    order = sorted(range(6), key=lambda token: token not in first)
    numbers = {token: number for number, token in enumerate(order)}
    frozen = FrozenTrie.of(([numbers[token] for token in sequence], value) for value, sequence in enumerate(filed))
    tokens = np.array([numbers.get(token, token) for token in text], np.int32)
    may_be = [{*numbers.values()} if token == ANYTHING else {token} for token in tokens.tolist()]
    begins = {
        place
        for sequence in filed
        for place in range(len(text) - len(sequence) + 1)
        if all(numbers[token] in may_be[place + offset] for offset, token in enumerate(sequence))
    }
    walks = TrieWalks(frozen)
    found = walks.beginnings(tokens, few=0)
    assert begins <= set(found)
    assert found == sorted(found)
    if ANYTHING not in text:
        assert begins == set(found)
    assert begins <= set(walks.beginnings(tokens, few=3))


@given(st.lists(texts, max_size=20))
def test_a_word_keeps_its_number(words: list[str]) -> None:
    vocabulary = Vocabulary()
    numbers = [vocabulary.add(word) for word in words]
    assert numbers == [vocabulary.add(word) for word in words] == [vocabulary.find(word) for word in words]
    assert len(vocabulary) == len(set(words))


words = st.from_regex(re.compile(r"[a-zа-яα-ωא-תء-ي가-힣]{1,12}"), fullmatch=True)


@given(
    words, st.sampled_from(["de", "fi", "hu", "cs", "sr", "sr-Latn", "ru", "el", "ro", "lv", "tr", "en", "und", "xx"])
)
def test_stems_are_shorter_or_as_long_and_never_the_word(word: str, language: str) -> None:
    for stem in name_stems(word, language):
        assert 3 <= len(stem) <= len(word)
        assert stem != word
    assert all(tail == fold(tail) for tail in inflection_of(language).tails)


@given(words)
def test_clitics_leave_an_end_or_a_beginning(word: str) -> None:
    for rest in without_proclitics(word):
        assert len(rest) >= 3
        assert word.endswith(rest) or (rest.startswith("ال") and word.endswith(rest[2:]))
    for rest in without_particles(word):
        assert len(rest) >= 2
        assert word.startswith(rest)
