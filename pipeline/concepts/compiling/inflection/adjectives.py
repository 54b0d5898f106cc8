"""Spell out the forms of a country's adjective, or of the word for its people, from the dictionary form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from pipeline.concepts.compiling.inflection import polish, russian, ukrainian
from pipeline.concepts.compiling.inflection.cases import Paradigm, ends
from pipeline.text.word_lists import read_word_list

# Written as another language is.
_AS = {"bs": "hr", "sr": "hr", "nb": "da"}


@cache
def _endings(language: str) -> Sequence[tuple[str, tuple[str, ...]]]:
    """Endings, each with those that may stand in its place; the first that fits is taken."""
    listed = read_word_list("pipeline.concepts", "adjective-endings").get(_AS.get(language, language), ())
    return [(ending, tuple(others.split(" "))) for ending, _, others in (entry.partition("=") for entry in listed)]


def _by_ending(word: str, language: str) -> Iterable[str]:
    for ending, others in _endings(language):
        if word.endswith(ending):
            return [word.removesuffix(ending) + other for other in others]
    return ()


def _german(word: str) -> Iterable[str]:
    if word.islower() or word.startswith("US-a"):
        return [word + ending for ending in ("", "e", "en", "er", "es", "em")]
    return _by_ending(word, "de")


def _cases(paradigms: Iterable[Paradigm]) -> Iterable[str]:
    return [form for paradigm in paradigms for form in paradigm]


def _russian(word: str) -> Iterable[str]:
    if ends(word, ("ий", "ый")):
        stem = word[:-2]
        genders = (word, stem + "ая", stem + "ое", stem + ("ие" if ends(word, ("ий",)) else "ые"))
        # Before a hyphen: российско-китайский.
        return [stem + "о", *(form for gender in genders for form in _cases(russian.adjective(gender)))]
    return _by_ending(word, "ru")


def _ukrainian(word: str) -> Iterable[str]:
    if ends(word, ("ий",)):
        stem = word[:-2]
        genders = tuple(stem + ending for ending in ("ий", "а", "е", "і"))
        return [stem + "о", *(form for gender in genders for form in _cases(ukrainian.adjective(gender)))]
    return _by_ending(word, "uk")


def _polish(word: str) -> Iterable[str]:
    if ends(word, ("ski", "cki", "dzki")):
        genders = (word, word[:-1] + "a", word + "e")
        # Of men in the plural: polscy, niemieccy; before a hyphen: polsko-niemiecki.
        return [
            word[:-2] + "cy",
            word[:-1] + "o",
            *(form for gender in genders for form in _cases(polish.adjective(gender))),
        ]
    if ends(word, ("ni",)):
        return _cases([*polish.adjective(word), *polish.adjective(word + "a"), *polish.adjective(word + "e")])
    return _by_ending(word, "pl")


def _arabic(phrase: str) -> Iterable[str]:
    # Of جنوب أفريقي the second word is the adjective, and the first takes the article: الجنوب أفريقية.
    first, *rest = phrase.split(" ")
    if first in {"جنوب", "شرق"}:
        return [f"{article}{first} {form}" for article in ("", "ال") for form in _arabic_genders(rest, "")]
    return [form for article in ("", "ال") for form in _arabic_genders([first, *rest], article)]


def _arabic_genders(words: list[str], article: str) -> list[str]:
    endings = ("", "ة", "ين", "ون", "ا") if all(word.endswith("ي") for word in words) else ("",)
    return [" ".join(article + word + ending for word in words) for ending in endings]


_BY_GRAMMAR: dict[str, Callable[[str], Iterable[str]]] = {
    "ar": _arabic,
    "de": _german,
    "pl": _polish,
    "ru": _russian,
    "uk": _ukrainian,
}


def adjective_forms(word: str, language: str) -> tuple[str, ...]:
    """Spell out the other forms of an adjective or of a word for a people.

    Args:
        word: The dictionary form: masculine singular; in German an adjective is lower case and a noun is not.
        language: Primary subtag.

    Returns:
        The forms that differ from ``word``, in the order of the rules; empty where the language has no rules.
    """
    by_grammar = _BY_GRAMMAR.get(language)
    forms = _by_ending(word, language) if by_grammar is None else by_grammar(word)
    return tuple(form for form in dict.fromkeys(forms) if form != word)
