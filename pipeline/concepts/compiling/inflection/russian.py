"""Russian declension, as far as names in the news need it. Source: the school grammar."""

from __future__ import annotations

from pipeline.concepts.compiling.inflection.cases import Paradigm, ends, fixed, paradigm

_VELAR = ("г", "к", "х")
_SIBILANT = ("ж", "ч", "ш", "щ")


def is_adjective(word: str) -> bool:
    """Whether a word that stands before a noun has an adjective's nominative ending."""
    return ends(word, ("ая", "яя", "ый", "ий", "ое", "ее", "ые", "ие"))


def adjective(word: str) -> list[Paradigm]:
    """The cases of an adjective given in the nominative of any gender or the plural."""
    stem, ending = word[:-2], word[-2:]
    soft = ending in ("яя", "ее") or (ending == "ий" and not ends(stem, (*_VELAR, *_SIBILANT)))
    e, y = ("е" if soft else "о"), ("и" if soft or ends(stem, (*_VELAR, *_SIBILANT)) else "ы")
    if ending in ("ая", "яя"):
        u = "юю" if soft else "ую"
        return [paradigm(stem, f"{ending} {e}й {e}й {u} {e}й {e}й")]
    if ending in ("ые", "ие"):
        return [paradigm(stem, f"{ending} {y}х {y}м {ending} {y}ми {y}х")]
    return [
        paradigm(stem, f"{ending} {e}го {e}му {ending} {y}м {e}м"),
        paradigm(stem, f"{ending} {e}го {e}му {e}го {y}м {e}м"),
    ]


def noun(word: str) -> list[Paradigm]:
    """The cases of a noun given in the nominative; a word whose ending names no declension stays as it is."""
    stem, last = word[:-1], word[-1:]
    if ends(word, ("острова",)):
        return [paradigm(stem, "а ов ам а ами ах")]
    if ends(word, ("ство",)):
        return [paradigm(stem, "о а у о ом е")]
    if ends(word, ("ние",)):
        return [paradigm(stem, "е я ю е ем и")]
    if last == "я":
        return [paradigm(stem, "я и и ю ей и" if ends(stem, ("и",)) else "я и е ю ей е")]
    if last == "а":
        y = "и" if ends(stem, (*_VELAR, *_SIBILANT)) else "ы"
        o = "ей" if ends(stem, (*_SIBILANT, "ц")) else "ой"
        return [paradigm(stem, f"а {y} е у {o} е")]
    if last == "ь":
        return [paradigm(stem, "ь и и ь ью и"), paradigm(stem, "ь я ю ь ем е"), paradigm(stem, "ь я ю я ем е")]
    if last == "й":
        return [paradigm(stem, "й я ю й ем е"), paradigm(stem, "й я ю я ем и")]
    if last == "ы":
        return [paradigm(stem, "ы - ам ы ами ах"), paradigm(stem, "ы ов ам ы ами ах")]
    if last.lower() in "бвгджзклмнпрстфхцчшщ":
        instrumental = "ем" if ends(word, (*_SIBILANT, "ц")) else "ом"
        found = [paradigm(word, f"- а у - {instrumental} е"), paradigm(word, f"- а у а {instrumental} е")]
        if ends(word, ("ов", "ев", "ёв", "ин", "ын")):
            found.append(paradigm(word, "- а у а ым е"))
        return found
    return fixed(word)
