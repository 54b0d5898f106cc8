"""How much a name may mean something else, and what settles it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import cache

from pipeline.concepts.homographs import is_also_a_word
from pipeline.entities.linking.lexicon import Entry
from pipeline.entities.linking.occurrences import has_case
from pipeline.text.word_lists import read_word_list

# What makes the other meaning a name too, which a capital letter does not tell from the concept's.
_NAME_MEANING = re.compile(
    r"\b(?:name|surname|places?|city|state|saint|river|country|persons?|people|university|airline|goddess|mountain|"
    r"president|part|empress|order|others|feast|brand|language)\b|\b[A-Z]"
)
# What makes it the same party, chamber or office of another country. Of parties one is meant where none is named.
_PARTY_MEANING = re.compile(r"\b(?:parties|democrats|republicans)\b.* elsewhere\b")
_ELSEWHERE_MEANING = re.compile(r"\belsewhere\b|^the [A-Z]\w+ (?:party|chamber|government|one)$")

_PLACE_MEANING = re.compile(
    r"\b(?:places?|cit(?:y|ies)|towns?|states?|countr(?:y|ies)|region|province|islands?|county|today)\b|"
    r"^(?:more seldom )?[A-Z]"
)
_RARER_COUNTRY = re.compile(r"more seldom [A-Z]")


class Doubt(Enum):
    """What a name may mean beside its concept."""

    NONE = "nothing else, or nothing that news means"
    WORD = "a common word: a capital letter inside a sentence settles it"
    PARTY = "a party of this name elsewhere: it is that of the article's country, or the best known where none is named"
    ELSEWHERE = "the same party or office of another country: the country that the article is mostly about settles it"
    NAME = "somebody or something else of this name: the rest of the article must settle it"


@cache
def outweighed_meanings() -> frozenset[str]:
    """Other meanings that news outweighs, so that a name with one of them needs no support."""
    return frozenset(read_word_list(__package__, "outweighed-meanings")["en"])


def doubt_of(entry: Entry, language: str) -> Doubt:
    """How doubtful a name is in a language."""
    also = entry.name.also if entry.name is not None else ""
    if also in outweighed_meanings():
        return Doubt.NONE
    if _PARTY_MEANING.search(also):
        return Doubt.PARTY
    if _ELSEWHERE_MEANING.search(also):
        return Doubt.ELSEWHERE
    if also:
        return Doubt.NAME if _NAME_MEANING.search(also) else Doubt.WORD
    if has_case(entry.words[0]):
        if len(entry.folded) == 1 and is_also_a_word(entry.folded[0], language):
            return Doubt.WORD
    elif is_also_a_word("".join(entry.folded), language):
        # No capital tells it from the word.
        return Doubt.NAME
    return Doubt.NONE


def is_usual_country(entry: Entry) -> bool:
    """Whether it is the usual one of several countries of this name, as South Korea is of Korea."""
    return entry.name is not None and _RARER_COUNTRY.match(entry.name.also) is not None


def may_mean_a_place(entry: Entry) -> bool:
    """Whether another place has the name too, so that what is said of places does not tell which is meant."""
    return entry.name is not None and _PLACE_MEANING.search(entry.name.also) is not None


def may_be_a_person(entry: Entry) -> bool:
    """Whether people are called so too, so that the words beside the name must be looked at."""
    return entry.is_surname or (
        entry.via != "adjective" and entry.name is not None and "name" in entry.name.also and entry.ref is not None
    )


@cache
def _everyday_words() -> Mapping[str, frozenset[str]]:
    return {language: frozenset(words) for language, words in read_word_list(__package__, "misread-words").items()}


def is_everyday(surface: str, language: str) -> bool:
    """Whether a text's word, as written there, is also an everyday word: Croatian ``samo``, Persian ``ماسک``.

    Args:
        surface: One word or, in a script without spaces, a run of characters; of any case.
        language: BCP 47 tag of the text.

    Source: ``training/everyday_words.py``, which learns them from texts with labelled names.
    """
    words = _everyday_words()
    return surface.lower() in words.get(language, words.get(language.partition("-")[0], frozenset()))


@cache
def _chinese_words() -> tuple[frozenset[str], frozenset[str]]:
    """The words before and after a name, in both scripts."""
    words = read_word_list(__package__, "chinese-words")
    traditional = str.maketrans(words["simplified"][0], words["traditional"][0])
    before, after = (
        frozenset(listed) | {word.translate(traditional) for word in listed}
        for listed in (words["before"], words["after"])
    )
    return before, after


def tears_a_word(text: str, start: int, end: int) -> bool:
    """Whether a Chinese name takes a character from the word beside it: 舞台中央 is a stage and no Taichung (台中).

    Args:
        text: The field.
        start: Of the name, in code points.
        end: Behind the name.
    """
    before, after = _chinese_words()
    return text[max(0, start - 1) : start + 1] in before or text[end - 1 : end + 1] in after
