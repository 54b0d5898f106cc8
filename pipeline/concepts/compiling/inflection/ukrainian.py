"""Ukrainian declension, as far as names in the news need it. Source: the school grammar."""

from __future__ import annotations

from pipeline.concepts.compiling.inflection.cases import Paradigm, ends, fixed, paradigm

_SIBILANT = ("ж", "ч", "ш", "щ", "ц")
# г, к, х change before і.
_BEFORE_I = {"г": "з", "ґ": "з", "к": "ц", "х": "с"}


def is_adjective(word: str, following: str) -> bool:
    """Whether a word agrees with the one after it: a feminine or plural alike, or a masculine in -ий."""
    if ends(word, ("ий", "ій", "е")):
        return True
    if ends(word, ("а", "я")):
        return ends(following, ("а", "я"))
    return ends(word, ("і",)) and ends(following, ("и", "і"))


def adjective(word: str) -> list[Paradigm]:
    """The cases of an adjective given in the nominative of any gender or the plural."""
    last = word[-1]
    if last in "ая":
        return [paradigm(word[:-1], "а ої ій у ою ій" if last == "а" else "я ьої ій ю ьою ій")]
    if last == "і":
        return [paradigm(word[:-1], "і их им і ими их")]
    if last == "е":
        return [paradigm(word[:-1], "е ого ому е им ому")]
    stem, ending = word[:-2], word[-2:]
    if ending == "ій":
        return [paradigm(stem, "ій ього ьому ій ім ьому")]
    return [paradigm(stem, "ий ого ому ий им ому"), paradigm(stem, "ий ого ому ого им ім")]


def noun(word: str) -> list[Paradigm]:
    """The cases of a noun given in the nominative; a word whose ending names no declension stays as it is."""
    stem, last = word[:-1], word[-1:]
    if ends(word, ("ння",)):
        return [paradigm(stem, "я я ю я ям і")]
    if last == "я":
        if ends(stem, ("а", "е", "є", "и", "і", "ї", "о", "у", "ю", "я", "'", "ʼ")):
            return [paradigm(stem, "я ї ї ю єю ї")]
        return [paradigm(stem, "я і і ю ею і")]
    if last == "а":
        changed = stem[:-1] + _BEFORE_I.get(stem[-1:], stem[-1:])
        y = "і" if ends(stem, ("ж", "ч", "ш", "щ")) else "и"
        o = "ею" if ends(stem, _SIBILANT) else "ою"
        found = paradigm(stem, f"а {y} - у {o} -")
        return [(found[0], found[1], changed + "і", found[3], found[4], changed + "і")]
    if last == "ь":
        return [paradigm(stem, "ь і і ь ю і"), paradigm(stem, "ь я ю ь ем і"), paradigm(stem, "ь ю еві я ем ю")]
    if last == "й":
        return [paradigm(stem, "й ю ю й єм ї"), paradigm(stem, "й я єві я єм ю")]
    if last == "и":
        return [paradigm(stem, "и - ам и ами ах"), paradigm(stem, "и ів ам и ами ах")]
    if ends(word, ("ство", "ово")):
        return [paradigm(stem, "о а у о ом і")]
    if last.lower() in "бвгґджзклмнпрстфхцчшщ":
        o = "ем" if ends(word, _SIBILANT) else "ом"
        changed = stem + _BEFORE_I.get(last, last) + "і"
        first, second = paradigm(word, f"- у у - {o} у"), paradigm(word, f"- а ові а {o} ові")
        return [first, (*first[:5], changed), second]
    return fixed(word)
