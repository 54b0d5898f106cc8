"""Streets, squares and hotels that have the name of a place: ``rue de Rome`` and ``Hotel Paris`` do not name it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from pipeline.concepts.concept import primary_subtag
from pipeline.entities.linking.occurrences import FieldText, has_case
from pipeline.text.word_lists import read_word_list

_BLANKS = frozenset({" ", "\u00a0"})
# "ul. Paryska", «гостиница „Москва“».
_QUOTED = frozenset(blank + quote for blank in _BLANKS for quote in "«„“”\"'‘’")
_BEFORE_A_NAME = _BLANKS | _QUOTED | {". ", ".\u00a0", "."}
_INSIDE_A_NAME = _BLANKS | {"'", "’"}
_MOST_LINKS = 2
# "una céntrica calle de Madrid".
_REACH_OF_AN_ARTICLE = 2
_LISTS_BEFORE = ("before", "quoted", "governed", "adjectival", "links")
_LISTS = (*_LISTS_BEFORE, "governing", "behind", "endings", "linked", "indefinite", "definite")
_WITHOUT_SPACES = frozenset({"zh", "ja", "th"})


def is_in_a_longer_name(field: FieldText, first: int, end: int, language: str) -> bool:
    """Whether the words beside a place's name make it that of a street, a square, a station or a hotel.

    Args:
        field: The text.
        first: The name's first token.
        end: Behind its last.
        language: Of the text.
    """
    kinds = _kinds(primary_subtag(language))
    if kinds is None:
        return False
    if kinds.unspaced is not None:
        before, behind = kinds.unspaced
        return field.text.startswith(behind, field.ends[end - 1]) or field.text.endswith(before, 0, field.starts[first])
    if first and (word := field.words[first - 1]) in kinds.any_before:
        gap = field.gap_before(first)
        if gap in _BEFORE_A_NAME and (
            word in kinds.before
            or (word in kinds.quoted and gap in _QUOTED)
            or (word in kinds.adjectival and _is_adjective(field.words[first], kinds))
            or (word in kinds.governed and first > 1 and field.words[first - 2] in kinds.governing)
        ):
            return True
        if gap in _INSIDE_A_NAME and word in kinds.links and _is_linked(field, first - 1, kinds):
            return True
    if end < len(field.words) and (word := field.words[end]) in kinds.any_behind:
        return (
            field.gap_before(end) in _BLANKS
            and not (word in kinds.capitals and field.is_in_title_case(end))
            and (word in kinds.behind or _is_adjective(field.words[first], kinds))
        )
    return False


class _Kinds(NamedTuple):
    """The lists of one language, each word as it may be written; ``word_lists/longer-names.yaml`` says what each is.

    Attributes:
        capitals: Those of ``behind`` that count only with a capital.
        any_before: Whatever may stand right before a name.
        any_behind: Whatever may stand right behind one.
        unspaced: What the text ends with before a name, and what it goes on with; None where words are spaced.
    """

    before: frozenset[str]
    quoted: frozenset[str]
    governed: frozenset[str]
    governing: frozenset[str]
    behind: frozenset[str]
    adjectival: frozenset[str]
    endings: tuple[str, ...]
    linked: frozenset[str]
    links: frozenset[str]
    indefinite: frozenset[str]
    definite: frozenset[str]
    capitals: frozenset[str]
    any_before: frozenset[str]
    any_behind: frozenset[str]
    unspaced: tuple[tuple[str, ...], tuple[str, ...]] | None


@cache
def _kinds(language: str) -> _Kinds | None:
    listed = read_word_list(__package__, "longer-names")
    as_listed = {name: listed.get(f"{name}-{language}", ()) for name in _LISTS}
    if not any(as_listed.values()):
        return None
    spelled = {name: _spellings(words) for name, words in as_listed.items()}
    return _Kinds(
        before=spelled["before"],
        quoted=spelled["quoted"],
        governed=spelled["governed"],
        governing=spelled["governing"],
        behind=spelled["behind"],
        adjectival=spelled["adjectival"],
        endings=as_listed["endings"],
        linked=spelled["linked"],
        links=spelled["links"],
        indefinite=spelled["indefinite"],
        definite=spelled["definite"],
        capitals=frozenset(word for word in as_listed["behind"] if not word.islower() and has_case(word)),
        any_before=frozenset[str]().union(*(spelled[name] for name in _LISTS_BEFORE)),
        any_behind=spelled["behind"] | spelled["adjectival"],
        unspaced=(as_listed["before"], as_listed["behind"]) if language in _WITHOUT_SPACES else None,
    )


def _spellings(words: tuple[str, ...]) -> frozenset[str]:
    """The words, the small ones with a capital and in capitals too."""
    small = [word for word in words if word.islower()]
    return frozenset((*words, *map(str.capitalize, small), *map(str.upper, small)))


def _is_adjective(word: str, kinds: _Kinds) -> bool:
    return word[0].isupper() and word.lower().endswith(kinds.endings)


def _is_linked(field: FieldText, link: int, kinds: _Kinds) -> bool:
    """Whether a street's word stands before a link, and the street has a name rather than an indefinite article."""
    place = link - 1
    while place >= 0 and link - place < _MOST_LINKS and field.words[place] in kinds.links:
        place -= 1
    if place < 0 or field.words[place] not in kinds.linked:
        return False
    if any(field.gap_before(token) not in _INSIDE_A_NAME for token in range(place + 1, link + 1)):
        return False
    for token in range(place - 1, max(-1, place - 1 - _REACH_OF_AN_ARTICLE), -1):
        if field.gap_before(token + 1) not in _INSIDE_A_NAME or field.words[token] in kinds.definite:
            return True
        if field.words[token] in kinds.indefinite:
            return False
    return True
