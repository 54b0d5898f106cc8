"""Small words joined to a name: Arabic and Hebrew proclitics, Korean particles, Germanic directions."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import NamedTuple

from pipeline.text.folding import fold
from pipeline.text.scripts import script_of
from pipeline.text.word_lists import read_word_list

# A shorter remainder could be any word: Hebrew "לו" (to him) is not Laos.
_SHORTEST_REST = 3

# And, so; then in, for, like; then the article, which merges with "for": لل is ل and ال.
_ARABIC = re.compile(r"(?P<before>[وف]?)(?P<preposition>[بلك]?)(?P<article>ال|(?<=ل)ل)?")
_ARABIC_ARTICLE = "ال"
_LONGEST_ARABIC = 4

_WITHOUT_PROCLITICS = frozenset({"fa", "ur", "ps", "ckb", "ku", "sd", "ug", "pnb", "azb"})

_WITH_DIRECTIONS = frozenset({"de", "sv", "da", "nb"})
_SHORTEST_PLACE = 4


@cache
def _words(key: str) -> tuple[str, ...]:
    """One list of ``word_lists/clitics.yaml``, which says what each is."""
    return read_word_list(__package__, "clitics")[key]


class _Tails(NamedTuple):
    """What may follow a Korean name: particles, and nouns joined to it with or without one."""

    tails: frozenset[str]
    longest: int


@cache
def _korean_tails() -> _Tails:
    tails = frozenset(map("".join, product(("", *_words("compounds-ko")), ("", *_words("particles-ko"))))) - {""}
    return _Tails(tails, max(map(len, tails)))


def without_proclitics(word: str, language: str = "") -> tuple[str, ...]:
    """The words that remain when proclitics are removed.

    Args:
        word: One folded Arabic or Hebrew word.
        language: BCP 47 tag of the text; Persian, Urdu and the like write Arabic letters and have no proclitics.

    Returns:
        Each at least three letters, with the Arabic article restored where it merged with a preposition (``للصين``
        gives ``الصين`` and ``صين``). Empty for other scripts.
    """
    script = script_of(word[0])
    if script == "hebrew":
        return tuple(
            word[len(clitic) :]
            for clitic in _words("proclitics-he")
            if word.startswith(clitic) and len(word) - len(clitic) >= _SHORTEST_REST
        )
    if script != "arabic" or language.partition("-")[0] in _WITHOUT_PROCLITICS:
        return ()
    found: list[str] = []
    for length in range(1, min(_LONGEST_ARABIC, len(word) - _SHORTEST_REST) + 1):
        match = _ARABIC.fullmatch(word[:length])
        if match is not None:
            rest = word[length:]
            found.extend((rest, _ARABIC_ARTICLE + rest) if match["article"] else (rest,))
    return tuple(found)


def without_particles(word: str) -> tuple[str, ...]:
    """The words that remain when Korean particles, and nouns joined to a name, are removed.

    Returns:
        Each at least two letters, be they Hangul or the Latin ones of ``UN의``; empty for words of other scripts.
    """
    if script_of(word[-1]) != "hangul":
        return ()
    tails, longest = _korean_tails()
    return tuple(word[:-length] for length in range(1, min(longest, len(word) - 2) + 1) if word[-length:] in tails)


@cache
def _directions(language: str) -> re.Pattern[str]:
    """The directions of a language, folded; the longest that fits is found."""
    return re.compile("|".join(sorted(map(fold, _words(f"directions-{language}")), key=len, reverse=True)))


def without_direction(word: str, language: str) -> str:
    """The rest of a folded compound that begins with a direction: ``sudlibanon`` gives ``libanon``; else nothing."""
    primary = language.partition("-")[0]
    match = _directions(primary).match(word) if primary in _WITH_DIRECTIONS else None
    return word[match.end() :] if match and len(word) - match.end() >= _SHORTEST_PLACE else ""
