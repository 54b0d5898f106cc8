"""Pairs of spellings to learn from, and those that are held out."""

from __future__ import annotations

import lzma
import random
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.transliteration.letters import hangul_letters, is_hangul_word, latin_letters
from pipeline.transliteration.model_files import ModelScript

_HELD_OUT_SHARE = 10
_SEED = 7

# An accented letter is in the model if at least this many names have it; a rarer one loses its accent.
_LETTER_NAMES = 60
_LONGEST = 18


class NamePair(NamedTuple):
    """A Latin name of one word, its spelling in another script, and how many people have it."""

    latin: str
    spelled: str
    people: int


class ScriptData(NamedTuple):
    """Where a script's pairs are, and what its letters are.

    Attributes:
        file: Name of the table.
        first: First letter of the script; spellings with other signs are not learned from.
        last: Last one.
        signs: Other characters in its spellings.
    """

    file: str
    first: str
    last: str
    signs: str = ""


SCRIPTS: dict[ModelScript, ScriptData] = {
    "cyrillic": ScriptData("russian", "а", "ё"),
    "arabic": ScriptData("arabic", "ء", "ي"),
    "hebrew": ScriptData("hebrew", "א", "ת", signs="'"),
    "han": ScriptData("chinese", "\u4e00", "\u9fff"),
    "kana": ScriptData("katakana", "ァ", "ー"),
    "hangul": ScriptData("korean", "가", "힣"),
}


def read_pairs(folder: Path, script: ModelScript) -> list[NamePair]:
    """The table of a script: tab-separated, xz-compressed."""
    with lzma.open(folder / f"{SCRIPTS[script].file}.tsv.xz", "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    return [
        NamePair(unicodedata.normalize("NFC", latin.lower()), unicodedata.normalize("NFC", spelled), int(people))
        for latin, spelled, people in rows
    ]


def split(pairs: Sequence[NamePair]) -> tuple[list[NamePair], list[NamePair]]:
    """The pairs to learn from, and those of a random tenth of the Latin names, which are held out."""
    names = sorted({pair.latin for pair in pairs})
    random.Random(_SEED).shuffle(names)  # noqa: S311 - a reproducible choice, no secret
    held_out = frozenset(names[: len(names) // _HELD_OUT_SHARE])
    return [pair for pair in pairs if pair.latin not in held_out], [pair for pair in pairs if pair.latin in held_out]


def known_letters(pairs: Sequence[NamePair]) -> frozenset[str]:
    """The Latin letters that enough names hold."""
    counts = Counter(letter for pair in pairs for letter in pair.latin if letter.isalpha())
    return frozenset({letter for letter, count in counts.items() if count >= _LETTER_NAMES} | {"'"})


def to_align(pairs: Sequence[NamePair], script: ModelScript, letters: frozenset[str]) -> list[tuple[str, str]]:
    """The pairs in the model's letters, each once, without those that are not phonetic spellings."""
    data = SCRIPTS[script]
    written: set[tuple[str, str]] = set()
    for pair in pairs:
        latin = latin_letters(pair.latin, letters)
        plain = all(data.first <= letter <= data.last or letter in data.signs for letter in pair.spelled)
        if script == "hangul" and not is_hangul_word(pair.spelled):
            continue
        spelled = hangul_letters(pair.spelled) if script == "hangul" else pair.spelled
        if plain and 1 < len(latin) <= _LONGEST and 0 < len(spelled) <= _LONGEST:
            written.add((latin, spelled))
    return sorted(written)
