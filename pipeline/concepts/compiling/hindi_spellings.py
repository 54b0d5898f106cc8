"""The other ways in which Hindi newsrooms spell a foreign name: स्विट्ज़रलैंड and स्विट्जरलैंड, ऑस्ट्रिया and आस्ट्रिया."""

from __future__ import annotations

import itertools
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


def other_spellings(name: str) -> tuple[str, ...]:
    """Spell a name in the other ways: at most two of the differences at once, none that only drops a sign it lacks.

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
