"""Everyday words that are spelled as a name may be: Croatian ``samo`` and Samoa, Finnish ``asia``, Persian ``ماسک``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_FILE = "misread_words.txt"


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
    lines = (files(__package__) / _FILE).read_text(encoding="utf-8").splitlines()
    entries = (line.split() for line in lines if line and not line.startswith("#"))
    return {language.rstrip(":"): frozenset(words) for language, *words in entries}
