"""Everyday words that are spelled as a name may be: Croatian ``samo`` and Samoa, Finnish ``asia``, Persian ``ماسک``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pipeline.text.word_lists import read_word_list


def is_everyday(surface: str, language: str) -> bool:
    """Whether a text's word, as written there, is also an everyday word of the language.

    Args:
        surface: One word or, in a script without spaces, a run of characters; of any case.
        language: BCP 47 tag of the text.

    Source: ``training/everyday_words.py``, which learns them from texts with labelled names.
    """
    words = _words()
    return surface.lower() in words.get(language, words.get(language.partition("-")[0], frozenset()))


@cache
def _words() -> Mapping[str, frozenset[str]]:
    return {language: frozenset(words) for language, words in read_word_list(__package__, "misread-words").items()}
