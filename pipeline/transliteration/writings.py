"""Spell one word of a name in each writing, and a word of another script in Latin letters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, get_args

from pipeline.text.scripts import Script, script_of
from pipeline.transliteration.abugidas import spell_devanagari, spell_thai
from pipeline.transliteration.by_rule import rewriting_table
from pipeline.transliteration.graphones import Spelling, ranked
from pipeline.transliteration.han import spell_han
from pipeline.transliteration.letters import hangul_letters, hangul_syllables, is_hangul_word, latin_letters
from pipeline.transliteration.model_files import ModelScript, model_of

Writing = Literal[
    "cyrillic",
    "ukrainian",
    "bulgarian",
    "serbian",
    "arabic",
    "persian",
    "hebrew",
    "han",
    "han-traditional",
    "kana",
    "hangul",
    "greek",
    "devanagari",
    "thai",
    "georgian",
    "armenian",
]
"""A script, or one language's spelling in a script if languages differ; ``cyrillic`` is the Russian spelling,
``han`` the simplified one."""

LANGUAGES: Mapping[Writing, tuple[str, ...]] = {
    "cyrillic": ("ru", "be", "kk", "ky", "mn", "tg", "tt"),
    "ukrainian": ("uk",),
    "bulgarian": ("bg",),
    "serbian": ("sr", "mk"),
    "arabic": ("ar",),
    "persian": ("fa",),
    "hebrew": ("he",),
    "han": ("zh",),
    "han-traditional": ("zh",),
    "kana": ("ja",),
    "hangul": ("ko",),
    "greek": ("el",),
    "devanagari": ("hi", "mr", "ne"),
    "thai": ("th",),
    "georgian": ("ka",),
    "armenian": ("hy",),
}
"""The languages of each writing."""

# How many Russian spellings of a word are converted to another Cyrillic alphabet.
_RUSSIAN_SPELLINGS = 4
_MAX_REMEMBERED = 65_536
# Some sequences of Hangul letters make no syllables, so this many times more are requested.
_SPARE = 2

# By writing or by script, which are called alike.
_HAN = frozenset({"han", "han-traditional"})
_MODELS: Mapping[str, ModelScript] = {script: script for script in get_args(ModelScript)}


@lru_cache(maxsize=_MAX_REMEMBERED)
def spell_word(word: str, writing: Writing, limit: int) -> tuple[Spelling, ...]:
    """The likeliest spellings of one word of a name.

    Args:
        word: Latin, in any case, with its accents; for a writing without a model, the Russian spelling.
        writing: How it is to be written.
        limit: At most so many.

    Returns:
        Lower-case spellings, best first; the confidences are of this word alone. Empty if the word has no letter that
        can be spelled, or too many letters.
    """
    script = script_of(word[0]) if word else "other"
    if script == "cyrillic" and writing not in _MODELS and writing not in _HAN:
        return tuple(_from_russian(word.lower(), writing, limit))
    if script != "latin":
        return ()
    if writing in _HAN:
        letters = latin_letters(word, model_of("han").letters)
        return tuple(spell_han(letters, limit, traditional=writing != "han"))
    if writing in _MODELS:
        return tuple(_by_model(word, _MODELS[writing], limit))
    ways = (
        Spelling(way.text, spelling.confidence * way.confidence)
        for spelling in spell_word(word, "cyrillic", _RUSSIAN_SPELLINGS)
        for way in _from_russian(spelling.text, writing, limit)
    )
    return tuple(ranked(ways, limit))


@lru_cache(maxsize=_MAX_REMEMBERED)
def romanise_word(word: str, script: Script, limit: int) -> tuple[Spelling, ...]:
    """The likeliest Latin words that one word of another script spells; none for a script without a model."""
    trained = _MODELS.get(script)
    if trained is None:
        return ()
    letters = hangul_letters(word) if trained == "hangul" else word.lower()
    return tuple(model_of(trained).romanise(letters, limit))


def _from_russian(word: str, writing: Writing, limit: int) -> list[Spelling]:
    match writing:
        case "devanagari":
            return spell_devanagari(word, limit)
        case "thai":
            return spell_thai(word, limit)
        case _:
            return rewriting_table(writing).spell(word, limit)


def _by_model(word: str, script: ModelScript, limit: int) -> list[Spelling]:
    model = model_of(script)
    letters = latin_letters(word, model.letters)
    if script != "hangul":
        return model.spell(letters, limit)
    found = (
        Spelling(hangul_syllables(spelling.text), spelling.confidence)
        for spelling in model.spell(letters, _SPARE * limit)
    )
    return [spelling for spelling in found if is_hangul_word(spelling.text)][:limit]
