"""How much a name may mean something else, and what settles it."""

from __future__ import annotations

import re
from enum import Enum

from pipeline.concepts.compiling.homographs import is_also_a_word
from pipeline.entities.linking.lexicon import Entry

# Other meanings, as the knowledge base words them, that news outweighs: "Washington" is the capital, "Indian" of India.
# Such a name needs no support; as a person's surname ("Kerry Washington") it stays silent.
OUTWEIGHED = frozenset(
    {
        "of the whole continent",
        "of America's first peoples",
        "the language",
        "the US state, or a surname",
        "more seldom a person's name",
        "Korea in history",
        "the region of Greece",
        "places in Cuba and Bolivia",
        "the European Commission",
        "her husband Bill",
        "more seldom computer memory",
        "more seldom some other acronym",
        "more seldom the state of the past",
    }
)
# What makes the other meaning a name too, which a capital letter does not tell from the concept's.
_NAME_MEANING = re.compile(
    r"\b(?:name|surname|places?|city|state|saint|river|country|persons?|people|university|airline|goddess|mountain|"
    r"president|part|empress|order|others|feast|brand|language)\b|\b[A-Z]"
)
# What makes it the same party, chamber or office of another country. Of parties one is meant where none is named.
_PARTY_MEANING = re.compile(r"\b(?:parties|democrats|republicans)\b.* elsewhere\b")
_ELSEWHERE_MEANING = re.compile(r"\belsewhere\b|^the [A-Z]\w+ (?:party|chamber|government|one)$")

_RARER_COUNTRY = re.compile(r"more seldom [A-Z]")


class Doubt(Enum):
    """What a name may mean beside its concept."""

    NONE = "nothing else, or nothing that news means"
    WORD = "a common word: a capital letter inside a sentence settles it"
    PARTY = "a party of this name elsewhere: it is that of the article's country, or the best known where none is named"
    ELSEWHERE = "the same party or office of another country: the country that the article is mostly about settles it"
    NAME = "somebody or something else of this name: the rest of the article must settle it"


def doubt_of(entry: Entry, language: str) -> Doubt:
    """How doubtful a name is in a language."""
    also = entry.name.also if entry.name is not None else ""
    if also in OUTWEIGHED:
        return Doubt.NONE
    if _PARTY_MEANING.search(also):
        return Doubt.PARTY
    if _ELSEWHERE_MEANING.search(also):
        return Doubt.ELSEWHERE
    if also:
        return Doubt.NAME if _NAME_MEANING.search(also) else Doubt.WORD
    if len(entry.folded) == 1 and is_also_a_word(entry.folded[0], language):
        return Doubt.WORD
    return Doubt.NONE


def is_usual_country(entry: Entry) -> bool:
    """Whether it is the usual one of several countries of this name, as South Korea is of Korea."""
    return entry.name is not None and _RARER_COUNTRY.match(entry.name.also) is not None


def may_be_a_person(entry: Entry) -> bool:
    """Whether people are called so too, so that the words beside the name must be looked at."""
    return entry.is_surname or (
        entry.via != "adjective" and entry.name is not None and "name" in entry.name.also and entry.ref is not None
    )
