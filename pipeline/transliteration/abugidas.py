"""Spell a word in Devanagari and Thai, whose vowels are signs on or around a consonant.

A table first turns the Russian spelling of the word into consonants and vowels; then these are put together.
"""

from __future__ import annotations

from pipeline.transliteration.by_rule import rewriting_table
from pipeline.transliteration.graphones import Spelling, ranked

_VIRAMA = "\u094d"
_DEVANAGARI_CONSONANTS = "कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह"
_NUKTA = "\u093c"
# A vowel after a consonant, and without one before it. The inherent vowel is not written.
_DEVANAGARI_VOWELS = {
    "A": ("ा", "आ"),
    "a": ("", "अ"),
    "i": ("ि", "इ"),
    "I": ("ी", "ई"),
    "u": ("ु", "उ"),
    "U": ("ू", "ऊ"),
    "e": ("े", "ए"),
    "E": ("ै", "ऐ"),
    "o": ("ो", "ओ"),
    "O": ("ॉ", "ऑ"),
}

_THAI_CONSONANTS = "กคจชซดตทธนบปพฟมยรลวสฮง"
# The signs before and after the consonant, in a closed and in an open syllable.
_THAI_VOWELS = {
    "a": (("", "ั"), ("", "า")),
    "A": (("", "า"), ("", "า")),
    "i": (("", "ิ"), ("", "ิ")),
    "I": (("", "ี"), ("", "ี")),
    "u": (("", "ุ"), ("", "ุ")),
    "U": (("", "ู"), ("", "ู")),
    "e": (("เ", ""), ("เ", "")),
    "E": (("เ", ""), ("เ", "")),
    "o": (("โ", ""), ("โ", "")),
    "O": (("", "อ"), ("", "อ")),
    "Y": (("ไ", ""), ("ไ", "")),
    "R": (("เ", "ิร์"), ("เ", "อร์")),
    "W": (("แ", ""), ("แ", "")),
}
_THAI_CLUSTERS = frozenset({"กร", "กล", "คร", "คล", "ตร", "ทร", "ปร", "ปล", "พร", "พล", "บร", "บล", "ดร", "ฟร", "ฟล"})
_SILENT_MARK = "์"
_USUAL, _OTHER = 0.6, 0.4
# A whole name uses one or the other.
_STOPS = ("retroflex", "dental")


def spell_devanagari(word: str, limit: int) -> list[Spelling]:
    """The likeliest spellings in Devanagari, as Hindi writes foreign names, of a word as Russian writes it."""
    return ranked(
        [
            Spelling(_devanagari(way.text, joins_all=joins_all), way.confidence * share / len(_STOPS))
            for stops in _STOPS
            for way in rewriting_table("devanagari", stops).spell(word, limit)
            for joins_all, share in ((False, _USUAL), (True, _OTHER))
        ],
        limit,
    )


def spell_thai(word: str, limit: int) -> list[Spelling]:
    """The likeliest spellings in Thai of a word as Russian writes it."""
    return ranked(
        [
            Spelling(_thai(way.text, silences_last=silences_last), way.confidence * share)
            for way in rewriting_table("thai").spell(word, limit)
            for silences_last, share in ((False, _USUAL), (True, _OTHER))
        ],
        limit,
    )


def _devanagari(heard: str, *, joins_all: bool) -> str:
    """Write consonants and vowels as a word; two consonants are joined at its ends and beside r."""
    written: list[str] = []
    for place, sound in enumerate(heard):
        before = heard[place - 1] if place else ""
        if sound in _DEVANAGARI_VOWELS:
            after_consonant = before in _DEVANAGARI_CONSONANTS and before != ""
            written.append(_DEVANAGARI_VOWELS[sound][0 if after_consonant or before == _NUKTA else 1])
            continue
        joins = place in {1, len(heard) - 1} or "र" in {before, sound} or joins_all
        if sound in _DEVANAGARI_CONSONANTS and before and before in _DEVANAGARI_CONSONANTS and joins:
            written.append(_VIRAMA)
        written.append(sound)
    return "".join(written)


def _thai(heard: str, *, silences_last: bool) -> str:
    """Write consonants and vowels as a word, each vowel around the consonants before it."""
    written: list[str] = []
    onset = ""
    for place, sound in enumerate(heard):
        if sound in _THAI_CONSONANTS:
            if onset and onset + sound not in _THAI_CLUSTERS:
                written.append(onset)
                onset = ""
            onset += sound
            continue
        following = heard[place + 1 : place + 3]
        closed = following[:1] in _THAI_CONSONANTS and following[:1] != "" and following[1:] not in _THAI_VOWELS
        before, after = _THAI_VOWELS[sound][0 if closed else 1]
        written.append(before + (onset or "อ") + after)
        onset = ""
    written.append(onset)
    word = "".join(written)
    two_at_end = len(heard) > 1 and heard[-1] in _THAI_CONSONANTS and heard[-2] in _THAI_CONSONANTS
    return word + _SILENT_MARK if silences_last and two_at_end else word
