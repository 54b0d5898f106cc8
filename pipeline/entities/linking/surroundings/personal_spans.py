"""Which names within a person's span are parts of the person's name: ``Jordan Spieth``, not ``the King of Jordan``."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.concepts.concept import primary_subtag
from pipeline.entities.linking.occurrences import FieldText, has_case, writes_nouns_with_capital
from pipeline.entities.linking.surroundings.cues import governing
from pipeline.entities.linking.surroundings.personal_names import is_title, may_be_a_given_name, may_be_a_surname
from pipeline.messages.articles import Field, Mention
from pipeline.text.folding import fold
from pipeline.text.word_lists import read_word_list

_BLANKS = frozenset({" ", "\u00a0"})
_IN_NAMES = _BLANKS | frozenset("-‐‑·・‧•=＝")
_GENITIVE = "s"
# Shorter capitals are numbers and acronyms: "Felipe VI", "CEO".
_SHORTEST_SURNAME = 4
_DOTTED = frozenset("·・‧•=＝")


class _Place(NamedTuple):
    """Tokens of a field, from ``first`` to before ``end``."""

    first: int
    end: int


class PersonalSpans:
    """The spans of one article that a model takes for people, and the names that lie within.

    Args:
        fields: The article's texts.
        language: Its tag.
        words_of: Folded words of all names of a concept, by its id.
    """

    def __init__(
        self, fields: Mapping[Field, FieldText], language: str, words_of: Callable[[str], frozenset[str]]
    ) -> None:
        self._fields = fields
        self._language = language
        self._words_of = words_of

    def names_of_others(self, span: Mention, names: Sequence[Mention]) -> Sequence[Mention]:
        """The names that the span hides, since they are parts of the name of somebody that they do not mean.

        Args:
            span: Of a person.
            names: Those that lie within, disjoint, by start.

        Returns:
            Of places, organisations and adjectives those that stand beside a word of a personal name as its given name
            or surname does, neither governed (``of Jordan``, ``le Tchad``) nor inflected nor behind a title
            (``Premier Israel Katz`` apart); of people the surnames that stand beside the given name of somebody else.
        """
        field = self._fields[span.field]
        whole = _place(field, span)
        places = [_place(field, name) for name in names]
        kept: list[_Place] = []
        hidden: list[Mention] = []
        # Places first: what they take away is no given name of the surname beside them.
        for name, place in sorted(zip(names, places, strict=True), key=lambda pair: _is_a_person(pair[0])):
            if _is_a_person(name):
                is_another = not self._is_the_person(field, whole, name, kept)
            else:
                others = [other for other in places if other is not place]
                is_another = self._is_a_part(field, whole, name, place, others)
            if is_another:
                hidden.append(name)
            else:
                kept.append(place)
        return hidden

    def _is_the_person(self, field: FieldText, whole: _Place, name: Mention, kept: Sequence[_Place]) -> bool:
        """Whether a name inside a span is the person: a full name, or a surname with titles, places or own names."""
        if name.entity is None or name.via != "short-name":
            return True
        own = self._words_of(name.entity.id)
        return all(
            fold(word) in own or is_title(word) or self._is_governing(word) or _is_small(word)
            for token, word in enumerate(field.words[whole.first : whole.end], start=whole.first)
            if not any(place.first <= token < place.end for place in kept)
        )

    def _is_a_part(
        self, field: FieldText, whole: _Place, name: Mention, place: _Place, others: Sequence[_Place]
    ) -> bool:
        """Whether the name of a place, organisation or people is a given name or surname where it stands."""
        is_acronym = name.text.isupper() and has_case(name.text) and not field.is_shouted(place.first, place.end)
        if place.end - place.first > 1 or is_acronym:
            return False
        before = self._is_personal(field, whole, place.first - 1, place.first, others)
        after = self._is_personal(field, whole, place.end, place.end, others)
        if not before and not after:
            return False
        folded = fold(field.words[place.first])
        may_be_first, may_be_last = may_be_a_given_name(folded), may_be_a_surname(folded)
        if self._is_governed(field, whole, name, place.first):
            return False
        is_a_city = name.entity is not None and name.entity.kind == "city"
        is_inflected = name.entity is not None and folded not in self._words_of(name.entity.id)
        if is_inflected and name.via != "adjective" and not is_a_city and not may_be_last:
            return False
        if after and _gap(field, place.end) in _DOTTED:
            return True
        if before:
            # In the middle it is what the words around are of: "Kanselir Jerman Olaf".
            return may_be_last or place.end == whole.end
        if name.via == "adjective":
            return may_be_first
        return may_be_first or (
            has_case(field.words[place.first]) and not self._is_apposed(field, place.first, by_a_title=is_a_city)
        )

    def _is_personal(self, field: FieldText, whole: _Place, token: int, gap: int, others: Sequence[_Place]) -> bool:
        """Whether a token of the span beside a name may be a word of somebody's name."""
        if not whole.first <= token < whole.end or _gap(field, gap) not in _IN_NAMES:
            return False
        if any(place.first <= token < place.end for place in others):
            return False
        word = field.words[token]
        is_acronym = word.isupper() and has_case(word) and 1 < len(word) < _SHORTEST_SURNAME
        return not (_is_small(word) or is_title(word) or self._is_governing(word) or is_acronym)

    def _is_governed(self, field: FieldText, whole: _Place, name: Mention, first: int) -> bool:
        """Whether an article or a preposition stands before; that of a surname governs no city."""
        if first == 0 or not self._is_governing(field.words[first - 1]):
            return False
        folded = fold(field.words[first - 1])
        if name.entity is not None and name.entity.kind == "city" and folded in _particles():
            return not self._is_personal(field, whole, first - 2, first - 1, ())
        return True

    def _is_apposed(self, field: FieldText, first: int, *, by_a_title: bool) -> bool:
        """Whether a title, or a common noun too, stands before, so that the name says whose: ``Presiden Ukraina``."""
        if first == 0 or _gap(field, first) not in _BLANKS:
            return False
        word = field.words[first - 1]
        return is_title(word) or (not by_a_title and _is_small(word) and not writes_nouns_with_capital(self._language))

    def _is_governing(self, word: str) -> bool:
        return fold(word) in governing(primary_subtag(self._language))


@cache
def _particles() -> frozenset[str]:
    return frozenset(read_word_list(__package__, "governing-words")["particles"])


def _place(field: FieldText, mention: Mention) -> _Place:
    """The tokens that a mention touches."""
    return _Place(bisect_right(field.ends, mention.start), bisect_left(field.starts, mention.end))


def _gap(field: FieldText, token: int) -> str:
    return field.gap_before(token) if 0 < token < len(field.words) else ""


def _is_a_person(name: Mention) -> bool:
    return name.entity is not None and name.entity.kind == "person"


def _is_small(word: str) -> bool:
    return word[0].islower() or word == _GENITIVE
