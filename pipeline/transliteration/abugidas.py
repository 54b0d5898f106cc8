"""Spell a word in Devanagari and Thai, whose vowels are signs on or around a consonant.

A table first turns the Russian spelling of the word into consonants and vowels; then these are put together.
"""

from __future__ import annotations

from pipeline.transliteration.by_rule import RewritingTable
from pipeline.transliteration.graphones import Spelling

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

# English t and d become retroflex, those of most other languages dental: a whole name uses one or the other.
_RETROFLEX = {"т": "ट", "д": "ड", "нд": "ंड|न्ड", "нт": "ंट|न्ट", "ст": "स्ट"}
_DENTAL = {"т": "त", "д": "द", "нд": "ंद|न्द", "нт": "ंत|न्त", "ст": "स्त"}
_OTHER_SOUNDS = {
    "а": "A|a",
    "а$": "A",
    "ай": "Ai|AI",
    "ал": "Aल|aल",
    "ан": "Aन|aन",
    "^ан": "एन|आन|अन",
    "ау": "AU|O",
    "б": "ब",
    "в": "व",
    "г": "ग|ह",
    "дж": "ज",
    "е": "e|a|i",
    "е$": "e",
    "ен$": "eन|न",
    "ей": "e",
    "ер": "aर|eर",
    "ер$": "aर|eर",
    "ё": "o|यo",
    "ж": "ज|झ",
    "з": "ज|ज़",
    "и": "i|I",
    "и$": "I",
    "ий$": "I",
    "ин$": "iन|Iन",
    "ир$": "Iर|iर",
    "иа": "iयA|IA",
    "ия": "iयA",
    "й": "य|I",
    "к": "क",
    "кк": "क",
    "кс": "क्स",
    "л": "ल",
    "лл": "ल",
    "м": "म",
    "мм": "म",
    "мб": "ंब|म्ब",
    "мп": "म्प|ंप",
    "н": "न",
    "нн": "न",
    "нг": "ंग",
    "нк": "ंक|न्क",
    "о": "o|O",
    "он": "Oन|oन",
    "он$": "aन|oन|Oन",
    "п": "प",
    "пп": "प",
    "р": "र",
    "рр": "र",
    "с": "स",
    "сс": "स",
    "у": "u|U",
    "уэ": "वe",
    "уи": "वi",
    "уа": "वA|वO",
    "ф": "फ|फ़",
    "фф": "फ",
    "х": "ह|ख",
    "ц": "त्स|ट्ज",
    "ч": "च",
    "ш": "श",
    "щ": "श्च",
    "ы": "i",
    "ь": "",
    "э": "e|E|A",
    "эй": "e",
    "ю": "यU",
    "я": "यA",
    "ья": "iयA",
    "ью": "यU",
}
_TO_DEVANAGARI = tuple(
    RewritingTable(_OTHER_SOUNDS | stops | {"тт": stops["т"], "дд": stops["д"]}) for stops in (_RETROFLEX, _DENTAL)
)

_TO_THAI = RewritingTable(
    {
        "а": "a|A",
        "а$": "A",
        "ай": "Y",
        "ау": "A",
        "б": "บ",
        "в": "ว|ฟ",
        "г": "ก|ฮ",
        "д": "ด",
        "дж": "จ",
        "е": "e",
        "ей": "E",
        "ер": "R|e",
        "ер$": "R",
        "ё": "o",
        "ж": "ช",
        "з": "ซ",
        "и": "i|I",
        "и$": "I",
        "ий$": "I",
        "ия": "IยA",
        "й": "ย",
        "к": "ค|ก",
        "кк": "ก",
        "к$": "ก",
        "л": "ล",
        "лл": "ล",
        "м": "ม",
        "мм": "ม",
        "н": "น",
        "нн": "น",
        "нг": "ง",
        "о": "o|O",
        "п": "พ|ป",
        "пп": "ป",
        "п$": "ป",
        "р": "ร",
        "рр": "ร",
        "с": "ส|ซ",
        "с$": "ส",
        "сс": "ส",
        "т": "ต|ท",
        "тт": "ต",
        "т$": "ต",
        "у": "u|U",
        "ф": "ฟ",
        "фф": "ฟ",
        "х": "ฮ",
        "ц": "ซ",
        "ч": "ช",
        "ш": "ช",
        "щ": "ช",
        "ы": "i",
        "э": "e|W",
        "эй": "E",
        "ю": "ยU",
        "я": "ยA",
        "ья": "IยA",
        "ью": "ยU",
    }
)
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


def spell_devanagari(word: str, limit: int) -> list[Spelling]:
    """The likeliest spellings in Devanagari, as Hindi writes foreign names, of a word as Russian writes it."""
    return _ranked(
        [
            Spelling(_devanagari(way.text, joins_all=joins_all), way.confidence * share / len(_TO_DEVANAGARI))
            for table in _TO_DEVANAGARI
            for way in table.spell(word, limit)
            for joins_all, share in ((False, _USUAL), (True, _OTHER))
        ],
        limit,
    )


def spell_thai(word: str, limit: int) -> list[Spelling]:
    """The likeliest spellings in Thai of a word as Russian writes it."""
    heard = _TO_THAI.spell(word, limit)
    return _ranked(
        [
            Spelling(_thai(way.text, silences_last=silences_last), way.confidence * share)
            for way in heard
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


def _ranked(found: list[Spelling], limit: int) -> list[Spelling]:
    totals: dict[str, float] = {}
    for spelling in found:
        totals[spelling.text] = totals.get(spelling.text, 0.0) + spelling.confidence
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return [Spelling(text, total) for text, total in ranked[:limit] if text]
