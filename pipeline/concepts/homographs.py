"""Words and phrases that look like a name with something added, or hold a name, and mean something else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pipeline.text.folding import fold
from pipeline.text.word_lists import read_word_list

_PACKAGE = "pipeline.concepts"


def phrases_by_language() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each phrase that hides a name, with its languages; ``mul`` means all."""
    languages: dict[str, list[str]] = {}
    for name in ("other-meanings", "fixed-phrases"):
        for language, phrases in read_word_list(_PACKAGE, name).items():
            for phrase in phrases:
                languages.setdefault(phrase, []).append(language)
    for phrase, tags in languages.items():
        yield phrase, tuple(tags)


@cache
def _also_words(language: str) -> frozenset[str]:
    return frozenset(map(fold, read_word_list(_PACKAGE, "also-words").get(language, ())))


def is_also_a_word(folded: str, language: str) -> bool:
    """Whether a folded name is a word of the language too, so that it links only where the text supports it."""
    return folded in _also_words(language.partition("-")[0])
