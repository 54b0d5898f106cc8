"""Polish declension, as far as names in the news need it. Source: the school grammar."""

from __future__ import annotations

from pipeline.concepts.compiling.inflection.cases import Paradigm, ends, fixed, paradigm

# How a stem's last consonants change before the -e of the dative and locative; longer ones first.
_SOFTENED = (
    ("st", "ści"), ("ch", "sz"), ("k", "c"), ("g", "dz"), ("r", "rz"), ("t", "ci"), ("d", "dzi"), ("ł", "l"),
    ("n", "ni"), ("w", "wi"), ("m", "mi"), ("p", "pi"), ("b", "bi"), ("f", "fi"), ("s", "si"), ("z", "zi"), ("v", "vi"),
)  # fmt: skip
_LOCATIVE_IN_U = ("k", "g", "ch", "l", "j", "ż", "sz", "cz", "rz", "c", "dz", "x", "h")


def _softened(stem: str) -> str:
    for hard, soft in _SOFTENED:
        if stem.endswith(hard):
            return stem[: -len(hard)] + soft + "e"
    return stem + "i"


def is_adjective(word: str) -> bool:
    """Whether a word has the nominative ending of the adjectives that names are made with."""
    feminine = ("ska", "cka", "dzka", "elka", "owa", "na", "ła", "wa")
    return ends(
        word, (*feminine, "ski", "cki", "dzki", "wy", "ny", "ni", "ły", "ki", "skie", "ckie", "we", "ne", "kie")
    )


def agrees(word: str, noun_: str) -> bool:
    """Whether an adjective after a noun is in the noun's gender and nominative."""
    if not is_adjective(word):
        return False
    if ends(noun_, ("a",)):
        return ends(word, ("a",))
    if ends(noun_, ("o", "e", "y")):
        return ends(word, ("e",))
    return ends(word, ("y", "i"))


def adjective(word: str) -> list[Paradigm]:
    """The cases of an adjective given in the nominative of any gender or the plural."""
    stem = word[:-1]
    if ends(word, ("a",)):
        i = "i" if ends(stem, ("k", "g")) else ""
        return [paradigm(stem, f"a {i}ej {i}ej ą ą {i}ej")]
    if ends(word, ("ie",)):
        stem = word[:-2]
        return [paradigm(stem, "ie iego iemu ie im im"), paradigm(stem, "ie ich im ie imi ich")]
    if ends(word, ("e",)):
        return [paradigm(stem, "e ego emu e ym ym"), paradigm(stem, "e ych ym e ymi ych")]
    if ends(word, ("i",)):
        return [paradigm(stem, "i iego iemu i im im"), paradigm(stem, "i iego iemu iego im im")]
    return [paradigm(stem, "y ego emu y ym ym"), paradigm(stem, "y ego emu ego ym ym")]


def noun(word: str) -> list[Paradigm]:
    """The cases of a noun given in the nominative; a word whose ending names no declension stays as it is."""
    stem = word[:-1]
    if ends(word, ("ja",)):
        return [paradigm(stem, "a i i ę ą i")]
    if ends(word, ("śnia",)):
        return [paradigm(stem[:-1], "ia i i ię ią i")]
    if ends(word, ("ia", "ea", "ua")):
        return [paradigm(stem, "a i i ę ą i")]
    if ends(word, ("a",)):
        return _feminine(stem)
    if ends(word, ("ie",)):
        return [paradigm(word[:-2], "ie ii iom ie iami iach")]
    if ends(word, ("le",)):
        return [paradigm(stem, "e i om e ami ach")]
    if ends(word, ("y",)):
        return [paradigm(stem, "y - om y ami ach"), paradigm(stem, "y ów om y ami ach")]
    if ends(word, ("wo", "ko")):
        i = "i" if ends(stem, ("k",)) else ""
        locative = "u" if i else "ie"
        return [paradigm(stem, f"o a u o {i}em {locative}")]
    if word[-1:].lower() in "bcćdfghjklłmnńprsśtwzżźvx":
        return _masculine(word)
    return fixed(word)


def _feminine(stem: str) -> list[Paradigm]:
    y = "i" if ends(stem, ("k", "g", "l")) else "y"
    if ends(stem, ("l",)):
        dative = stem + "i"
    elif ends(stem, ("c", "ż", "sz", "cz", "rz")):
        dative = stem + "y"
    else:
        dative = _softened(stem)
    first = paradigm(stem, f"a {y} - ę ą -")
    return [(first[0], first[1], dative, first[3], first[4], dative)]


def _masculine(word: str) -> list[Paradigm]:
    stem = word
    for hard, before_vowel in (("ów", "ow"), ("ń", "ni"), ("ś", "si"), ("ć", "ci")):
        if word.endswith(hard):
            stem = word[: -len(hard)] + before_vowel
    soft = stem.endswith("i")
    locative = stem + "u" if soft or ends(stem, _LOCATIVE_IN_U) else _softened(stem)
    instrumental = stem + ("iem" if ends(stem, ("k", "g")) else "em")
    return [
        (word, stem + "u", stem + "owi", word, instrumental, locative),
        (word, stem + "a", stem + "owi", stem + "a", instrumental, locative),
    ]
