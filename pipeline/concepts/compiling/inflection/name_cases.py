"""Decline whole names: which words of a name change, and that they change together."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Literal

from pipeline.concepts.compiling.inflection import polish, russian, ukrainian
from pipeline.concepts.compiling.inflection.cases import Paradigm, fixed

DECLINED_LANGUAGES = ("pl", "ru", "uk")

# The mark for the end of a word's stem in the reviewed files: the word declines.
_MARK = "|"

_DECLENSIONS: dict[tuple[str, str], Callable[[str], list[Paradigm]]] = {
    ("pl", "adjective"): polish.adjective,
    ("pl", "noun"): polish.noun,
    ("ru", "adjective"): russian.adjective,
    ("ru", "noun"): russian.noun,
    ("uk", "adjective"): ukrainian.adjective,
    ("uk", "noun"): ukrainian.noun,
}
_ADJECTIVAL_SURNAME = re.compile("(ск|цк|ськ|цьк)ий$|ый$|ний$|(sk|ck)i$|ny$")

_Role = Literal["adjective", "noun", "fixed"]


def decline_name(marked: str, language: str, *, only_marked: bool) -> tuple[str, ...]:
    """Spell out the forms of a name.

    Args:
        marked: The name in the nominative; a bar in a word says that this word declines (``Ангел|а Меркель``). Where no
            word has one, the leading adjectives and the first noun decline, and in Polish the adjectives after it.
        language: One of ``DECLINED_LANGUAGES``.
        only_marked: A name without bars does not decline, as with people.

    Returns:
        The forms that differ from the nominative, in the order of the cases, without bars.
    """
    words = marked.split(" ")
    plain = [word.replace(_MARK, "") for word in words]
    if _MARK in marked:
        roles = _marked_roles(words, plain, language)
    elif only_marked:
        return ()
    else:
        roles = _grammatical_roles(plain, language)
    options = [_paradigms(word, language, roles.get(index, "fixed")) for index, word in enumerate(plain)]
    forms = (
        " ".join(words_in_case) for choice in itertools.product(*options) for words_in_case in zip(*choice, strict=True)
    )
    nominative = " ".join(plain)
    return tuple(form for form in dict.fromkeys(forms) if form != nominative)


def _marked_roles(words: list[str], plain: list[str], language: str) -> dict[int, _Role]:
    marked = [index for index, word in enumerate(words) if _MARK in word]
    roles: dict[int, _Role] = {}
    for index in marked:
        following = plain[index + 1] if index + 1 < len(plain) else ""
        if index == marked[-1]:
            # Surnames such as Зеленский and Навальный decline as adjectives do.
            adjectival = _ADJECTIVAL_SURNAME.search(plain[index]) is not None
        else:
            adjectival = _is_adjective(plain[index], following, language)
        roles[index] = "adjective" if adjectival else "noun"
    return roles


def _grammatical_roles(plain: list[str], language: str) -> dict[int, _Role]:
    head = _head(plain, language)
    if _is_acronym(plain[head]):
        return {}
    roles: dict[int, _Role] = dict.fromkeys(range(head), "adjective")
    roles[head] = "noun"
    if language == "pl":
        for index in range(head + 1, len(plain)):
            if not polish.agrees(plain[index], plain[head]):
                break
            roles[index] = "adjective"
    return roles


def _head(words: list[str], language: str) -> int:
    """The index of a name's noun: the first word that is no adjective of the word after it."""
    for index, word in enumerate(words[:-1]):
        if not _is_adjective(word, words[index + 1], language):
            return index
    if language == "pl" and len(words) > 1 and polish.is_adjective(words[-1]):
        return 0
    return len(words) - 1


def _is_adjective(word: str, following: str, language: str) -> bool:
    if language == "ru":
        return russian.is_adjective(word)
    return ukrainian.is_adjective(word, following) if language == "uk" else polish.is_adjective(word)


def _paradigms(word: str, language: str, role: _Role) -> list[Paradigm]:
    if role == "fixed":
        return fixed(word)
    return _DECLENSIONS[language, role](word)


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()
