"""Words that nearly every article of a language holds: as a clause alone they say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pipeline.text.folding import fold
from pipeline.text.word_lists import read_word_list


@cache
def everyday_words() -> Mapping[str, frozenset[str]]:
    """Folded, by language; ``no`` covers both kinds of Norwegian."""
    return {
        language: frozenset(map(fold, words))
        for language, words in read_word_list(__package__, "everyday-words").items()
    }
