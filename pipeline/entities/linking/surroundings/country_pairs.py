"""Countries that headlines name short beside each other: 日韓, 한미, ``franco-allemand``, ``ελληνοτουρκικός``."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.concepts.concept import primary_subtag
from pipeline.text.clitics import without_particles
from pipeline.text.folding import fold
from pipeline.text.word_lists import read_word_list

_HYPHENS = frozenset("-‐‑–")
# So many letters are no part of another word: 中日韩.
_SURE_LETTERS = 3
# A shorter rest of a Greek word is no adjective.
_SHORTEST_REST = 4


class PairedCountry(NamedTuple):
    """One of the countries of a pair.

    Attributes:
        start: Of its part of the pair, in code points; in Korean of the word.
        end: Behind it.
        concept_id: Such as ``country/jp``.
    """

    start: int
    end: int
    concept_id: str


class CountryPairs:
    """The short names of countries in one language.

    Args:
        letters: Countries by the letter that stands for each.
        pairs: The words made of these.
        doubtful: Those that are another word too.
        after: What may follow a pair.
        parts: Countries by the first part of a compound with a hyphen, folded.
        joined: The same of a compound in one word.
        is_segmented: Whether blanks part words where ``letters`` are used, as in Korean.
    """

    def __init__(
        self,
        *,
        letters: Mapping[str, str],
        pairs: Sequence[str],
        doubtful: Sequence[str],
        after: Sequence[str],
        parts: Mapping[str, str],
        joined: Mapping[str, str],
        is_segmented: bool,
    ) -> None:
        self._letters = letters
        self._pairs = frozenset(pairs)
        self._doubtful = frozenset(doubtful)
        self._after = tuple(after)
        self._parts = parts
        self._joined = joined
        self._is_segmented = is_segmented
        longest_first = sorted({*pairs, *doubtful}, key=len, reverse=True)
        self._written = re.compile("|".join(longest_first)) if longest_first else None

    def found(
        self, text: str, words: Sequence[str], starts: Sequence[int], named: Collection[int]
    ) -> Iterator[PairedCountry]:
        """The countries of the pairs of a text.

        Args:
            text: One field of an article.
            words: Its tokens.
            starts: Where each begins.
            named: Where the names of countries begin that were found in it.
        """
        if self._written is not None:
            yield from self._korean(words, starts) if self._is_segmented else self._in_letters(text)
        if self._parts:
            yield from self._before_hyphens(text, words, starts, named)

    def compounds(self, words: Sequence[str]) -> Iterator[tuple[int, str, str]]:
        """The words that begin with a country: the token, the country, the rest.

        Of ``ελληνοτουρκικές`` Greece and ``τουρκικές``; whether the rest names a country is not looked at.
        """
        beginnings = tuple(self._joined)
        if not beginnings:
            return
        for place, word in enumerate(words):
            folded = fold(word)
            if folded.startswith(beginnings):
                part = next(part for part in beginnings if folded.startswith(part))
                if len(word) == len(folded) >= len(part) + _SHORTEST_REST:
                    yield place, self._joined[part], word[len(part) :]

    def _in_letters(self, text: str) -> Iterator[PairedCountry]:
        if self._written is None:
            return
        for match in self._written.finditer(text):
            pair, (start, end) = match[0], match.span()
            is_followed = text.startswith(self._after, end)
            is_alone = pair in self._pairs - self._doubtful and not _is_han(text[start - 1 : start] if start else "")
            if len(pair) >= _SURE_LETTERS or is_followed or is_alone:
                yield from self._each(pair, start)

    def _each(self, pair: str, start: int) -> Iterator[PairedCountry]:
        for place, letter in enumerate(pair, start):
            if letter in self._letters:
                yield PairedCountry(place, place + 1, self._letters[letter])

    def _korean(self, words: Sequence[str], starts: Sequence[int]) -> Iterator[PairedCountry]:
        """A mention ends where a word does, so both countries have all of it."""
        for place, word in enumerate(words):
            pair = self._korean_pair(word, words[place + 1] if place + 1 < len(words) else "")
            for letter in pair:
                yield PairedCountry(starts[place], starts[place] + len(word), self._letters[letter])

    def _korean_pair(self, word: str, following: str) -> str:
        if self._written is None or (match := self._written.match(word)) is None:
            return ""
        pair, rest = match[0], word[match.end() :]
        if rest.startswith(self._after):
            return pair
        if rest and pair not in without_particles(word):
            return ""
        return pair if pair not in self._doubtful or following.startswith(self._after) else ""

    def _before_hyphens(
        self, text: str, words: Sequence[str], starts: Sequence[int], named: Collection[int]
    ) -> Iterator[PairedCountry]:
        # In franco-anglo-américain the second is named as the third is, then the first. No other words are looked at.
        asked = list(named)
        known = set(named)
        while asked:
            following = asked.pop()
            end = following - 1
            place = bisect_left(starts, following) - 1
            if place < 0 or text[end] not in _HYPHENS or starts[place] + len(words[place]) != end:
                continue
            concept_id = self._parts.get(fold(words[place]))
            if concept_id is not None and starts[place] not in known:
                known.add(starts[place])
                asked.append(starts[place])
                yield PairedCountry(starts[place], end, concept_id)


def country_pairs_in(language: str) -> CountryPairs | None:
    """The short names of countries in a language, by its BCP 47 tag; None where none are known."""
    return _country_pairs(primary_subtag(language))


@cache
def _country_pairs(language: str) -> CountryPairs | None:
    words = read_word_list(__package__, "country-pairs")
    if not any(f"{key}-{language}" in words for key in ("letters", "parts", "joined")):
        return None
    return CountryPairs(
        letters=_countries(words.get(f"letters-{language}", ())),
        pairs=words.get(f"pairs-{language}", ()),
        doubtful=words.get(f"doubtful-{language}", ()),
        after=words.get(f"after-{language}", ()),
        parts={fold(part): concept for part, concept in _countries(words.get(f"parts-{language}", ())).items()},
        joined={fold(part): concept for part, concept in _countries(words.get(f"joined-{language}", ())).items()},
        is_segmented=language == "ko",
    )


def _countries(entries: Sequence[str]) -> dict[str, str]:
    return {written: f"country/{code}" for written, _, code in (entry.partition("=") for entry in entries)}


def _is_han(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"
