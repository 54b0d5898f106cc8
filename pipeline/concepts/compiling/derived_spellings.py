"""Spellings that follow from another by rule: the other ones of Hindi newsrooms, and Serbian's second alphabet."""

from __future__ import annotations

import itertools
import re
import unicodedata

_NUKTA, _VIRAMA, _ANUSVARA = "\u093c", "\u094d", "\u0902"
# Each is written or left out, or stands for the other, throughout a name.
_SWAPS: tuple[tuple[tuple[str, str], ...], ...] = (
    ((_NUKTA, ""),),
    (("\u0949", "\u093e"), ("\u0911", "\u0906")),
    (("\u0949", "\u094b"), ("\u0911", "\u0913")),
    (("\u0901", _ANUSVARA),),
    (("न" + _VIRAMA, _ANUSVARA), ("म" + _VIRAMA, _ANUSVARA), ("ङ" + _VIRAMA, _ANUSVARA), ("ञ" + _VIRAMA, _ANUSVARA)),
    (("\u0948", "\u0947"), ("ऐ", "ए")),
    (("ू", "ु"), ("ऊ", "उ")),
    (("टा", "टे"),),
    (("द", "ड"),),
    (("स" + _VIRAMA, "स"), ("ल" + _VIRAMA, "ल"), ("ट" + _VIRAMA, "ट")),
)
# Letters that carry their dot whatever the spelling: ड़ and ढ़ are sounds of their own.
_DOTTED = (("ड" + _NUKTA, "\ue000"), ("ढ" + _NUKTA, "\ue001"))
_MOST_AT_ONCE, _SHORTEST = 2, 4

# Serbian is written in two alphabets, letter for letter.
_LATIN = "a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š"
_CYRILLIC = "а б в г д ђ е ж з и ј к л љ м н њ о п р с т ћ у ф х ц ч џ ш"
_LETTERS = dict(zip(_LATIN.split(), _CYRILLIC.split(), strict=True))
_OWN = re.compile("[čćđšž]", re.IGNORECASE)
# The digraphs come first.
_LETTER = re.compile("|".join(sorted(_LETTERS, key=len, reverse=True)), re.IGNORECASE)


def other_spellings(name: str) -> tuple[str, ...]:
    """Spell a name in the other ways of Hindi newsrooms: स्विट्ज़रलैंड and स्विट्जरलैंड, ऑस्ट्रिया and आस्ट्रिया.

    At most two of the differences are made at once.

    Args:
        name: In Devanagari; of a word shorter than four letters there is no other spelling.
    """
    plain = unicodedata.normalize("NFD", name)
    if len(plain) < _SHORTEST:
        return ()
    for dotted, stand_in in _DOTTED:
        plain = plain.replace(dotted, stand_in)
    found: dict[str, None] = {}
    swaps = [swap for swap in _SWAPS if any(written in plain for written, _ in swap)]
    for count in range(1, _MOST_AT_ONCE + 1):
        for chosen in itertools.combinations(swaps, count):
            spelled = plain
            for written, other in itertools.chain.from_iterable(chosen):
                spelled = spelled.replace(written, other)
            found.setdefault(spelled)
    found.pop(plain, None)
    for dotted, stand_in in _DOTTED:
        found = {spelled.replace(stand_in, dotted): None for spelled in found}
    return tuple(unicodedata.normalize("NFC", spelled) for spelled in found)


def in_cyrillic(text: str) -> str:
    """Serbian text in Latin letters as Cyrillic has it; letters that Serbian does not have stay as they are."""
    return _LETTER.sub(lambda letter: _cyrillic(letter[0]), text)


def is_serbian_spelling(latin: str) -> bool:
    """Whether a Latin name has letters of Serbian's own and none that it lacks: ``Babiš``, not ``Nausėda``."""
    return _OWN.search(latin) is not None and _LETTER.sub("", latin).replace(" ", "") == ""


def _cyrillic(letter: str) -> str:
    written = _LETTERS[letter.lower()]
    return written.upper() if letter[0].isupper() else written
