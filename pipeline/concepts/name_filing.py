"""Write names as sequences of tokens, and list the words that match each token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from pipeline.concepts.concept import Kind, Name, NameVia
from pipeline.text.folding import fold
from pipeline.text.inflection import inflection_of, name_stems
from pipeline.text.tokens import is_unsegmented, tokenize

# A word of a name that is shorter is a particle or an acronym: it does not inflect.
_SHORTEST_INFLECTED = 3
# What is left of a shorter one when its ending gives way is any word: "Nic" of Nice, "Mod" of Modi, "Pun" of Pune. A
# country is found by it all the same: Czech writes "Číny", Croatian "Kini".
_SHORTEST_YIELDING = 5
_PLACES = frozenset({"country", "city", "region"})


class How(IntEnum):
    """How a word of a text matches a token of a name."""

    WHOLE = 0
    """As it is."""
    OPEN = 1
    """As it is, or with an ending of the language."""
    OPEN_INSIDE = 2
    """The same, of a word that is not the name's last: where the language inflects every word."""
    BARE = 3
    """What is left when the nominative's ending gives way: with an ending, or long enough without."""
    STEM = 4
    """A stem that the knowledge base gives: as it is, with an ending, or with any short one."""
    ADJECTIVAL = 5
    """With an ending that makes the adjective."""
    KEPT = 6
    """As it is, or with an ending added: so short that too little would be left if its own ending gave way."""


class NameToken(NamedTuple):
    """One place of a sequence: a folded word in the nominative, what may happen to it, and its stem where given."""

    how: How
    word: str
    stem: str = ""


class FiledName(NamedTuple):
    """One way of writing a name.

    Attributes:
        surface: As written.
        via: How a mention that is written so was found.
        tokens: One a word.
        mask: The languages that write so, as bits.
    """

    surface: str
    via: NameVia
    tokens: tuple[NameToken, ...]
    mask: int


class NameFiling:
    """Files names for all languages at once.

    Args:
        languages: What each bit of a mask stands for.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        inflections = [inflection_of(language) for language in languages]
        self._adjectival = [(bit, rules.adjectival_from) for bit, rules in enumerate(inflections) if rules.adjectival]
        self._every_word = sum(1 << bit for bit, rules in enumerate(inflections) if rules.every_word)
        # Languages whose nominatives give way alike share the work.
        alike: dict[tuple[object, object], tuple[str, int]] = {}
        for bit, (language, rules) in enumerate(zip(languages, inflections, strict=True)):
            if rules.dropped or rules.grades:
                key = (rules.dropped, rules.grades)
                first, mask = alike.get(key, (language, 0))
                alike[key] = (first, mask | 1 << bit)
        self._yielding = tuple(alike.values())

    def file(self, kind: Kind, name: Name, mask: int) -> Iterator[FiledName]:
        """Every way of writing a name of a concept of some kind, in the languages of a mask."""
        if name.forms:
            for surface in name.surfaces:
                yield from self.whole(surface, name.via, mask)
        elif name.stems:
            yield from _filed(name.text, name.via, mask, stems=name.stems)
        else:
            # Nothing is said of its inflection: its words may take the endings of each language.
            is_acronym = name.case_sensitive and name.text.isupper()
            yield from _filed(name.text, name.via, mask, is_open=not is_acronym, may_yield=kind == "country")
        if kind in _PLACES and name.via in {"name", "alias"} and not name.stems:
            letters = len(name.text.rpartition(" ")[2])
            with_adjectives = sum(1 << bit for bit, least in self._adjectival if letters >= least)
            if mask & with_adjectives:
                yield from _filed(name.text, "adjective", mask & with_adjectives, is_adjectival=True)

    def whole(self, surface: str, via: NameVia, mask: int) -> Iterator[FiledName]:
        """Text that is written in one way."""
        return _filed(surface, via, mask)

    def words_for(self, token: NameToken, mask: int) -> Iterator[tuple[str, How, int]]:
        """The words that stand for a token: each, how, and in which of the languages of the mask."""
        if token.how is How.STEM:
            yield token.stem, How.STEM, mask
            yield token.word, How.WHOLE, mask
            return
        yield token.word, token.how, mask
        if token.how in {How.WHOLE, How.KEPT}:
            return
        how = How.ADJECTIVAL if token.how is How.ADJECTIVAL else How.BARE
        if token.how is How.OPEN_INSIDE:
            mask &= self._every_word
        for language, languages in self._yielding:
            if mask & languages:
                for stem in name_stems(token.word, language):
                    yield stem, how, mask & languages


def _filed(
    surface: str,
    via: NameVia,
    mask: int,
    *,
    stems: tuple[str | None, ...] = (),
    is_open: bool = False,
    may_yield: bool = True,
    is_adjectival: bool = False,
) -> Iterator[FiledName]:
    words = tokenize(surface).words
    folded = list(map(fold, words))
    if not words or not all(folded):
        return
    tokens: list[NameToken] = []
    for place, word in enumerate(folded):
        is_last = place == len(folded) - 1
        if len(stems) == len(folded) and (stem := stems[place]) is not None:
            tokens.append(NameToken(How.STEM, word, fold(stem)))
        elif is_adjectival and is_last:
            tokens.append(NameToken(How.ADJECTIVAL, word))
        elif is_open and len(word) >= _SHORTEST_INFLECTED and not is_unsegmented(words[place]):
            keeps = is_last and not may_yield and len(word) < _SHORTEST_YIELDING
            tokens.append(NameToken(How.KEPT if keeps else How.OPEN if is_last else How.OPEN_INSIDE, word))
        else:
            tokens.append(NameToken(How.WHOLE, word))
    yield FiledName(surface, via, tuple(tokens), mask)
