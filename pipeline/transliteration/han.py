"""Spell a word in one of the two Chinese scripts: the model has learnt from both, and no text mixes them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from pipeline.text.word_lists import read_word_list
from pipeline.transliteration.graphones import Spelling, ranked
from pipeline.transliteration.model_files import model_of

# So many spellings of the model, which mix the scripts, make one list.
_MIXED_SPELLINGS = 40


class _Variants(NamedTuple):
    simplified: dict[int, int]
    traditional: dict[int, int]


def spell_han(letters: str, limit: int, *, traditional: bool) -> list[Spelling]:
    """The likeliest spellings of a Latin word, each in one script; the confidence is that of both scripts together.

    Args:
        letters: That the model knows.
        limit: At most so many.
        traditional: Which script.
    """
    variants = _variants()
    mixed = model_of("han").spell(letters, _MIXED_SPELLINGS)
    found = ranked((Spelling(way.text.translate(variants.simplified), way.confidence) for way in mixed), limit)
    if not traditional:
        return found
    return [Spelling(way.text.translate(variants.traditional), way.confidence) for way in found]


@cache
def _variants() -> _Variants:
    lists = read_word_list(__package__, "han-variants")
    simplified, traditional = ("".join(lists[script]) for script in ("simplified", "traditional"))
    return _Variants(str.maketrans(traditional, simplified), str.maketrans(simplified, traditional))
