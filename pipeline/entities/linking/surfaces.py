"""What words may name in one language. Each surface is looked up once, since news repeats its words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from pipeline.concepts import VIA_ORDER, LanguageNames
from pipeline.entities.linking.doubts import Doubt, doubt_of, is_everyday, may_be_a_person
from pipeline.entities.linking.lexicon import Entries, Entry
from pipeline.entities.linking.occurrences import has_case
from pipeline.entities.linking.surroundings.cues import is_food_too
from pipeline.messages.articles import EntityRef
from pipeline.text.folding import fold
from pipeline.text.tokens import places_of

_KIND_ORDER = {"country": 0, "region": 1, "city": 2, "org": 3, "person": 4}
_SCRIPTS_WITHOUT_BORDERS = frozenset({"kana", "thai", "other"})
_MEMO_SURFACES = 16_384
_LONGEST_WITHOUT_ACCENTS = 8
# By so many of its letters a name is found behind a direction.
_SHORTEST_STEM = 3
# "La paz", "El salvador": the capital of an article alone says nothing.
_LONGEST_ARTICLE = 3

Words = tuple[str, ...]


class Case(Enum):
    """Where capitals let words be a name."""

    FITS = "anywhere"
    NOT_SHOUTED = "unless the sentence around is all capitals"
    SHOUTED = "only where the sentence around is all capitals"
    WRONG = "nowhere"


class Candidate(NamedTuple):
    """One concept that words may name.

    Attributes:
        entry: The way of writing it that fits best.
        ref: The concept, as mentions carry it; None for a phrase that means something else.
        doubt: How much the name may mean something else.
        may_be_a_person: People are called so too, so that the words beside the name must be looked at.
        may_be_food: The same of what one eats.
    """

    entry: Entry
    ref: EntityRef | None
    doubt: Doubt
    may_be_a_person: bool
    may_be_food: bool

    @property
    def also(self) -> str:
        """What else the name may mean, for a person; empty where nothing is known."""
        return self.entry.name.also if self.entry.name is not None else ""


class Surface(NamedTuple):
    """Words as written, with the concepts that they may name.

    Attributes:
        words: The words.
        entries: The ways of writing a name that they fit, each with the case that it asks for.
        candidates: What they name where all of these fit, the best first.
        by_case: The same where a case does not fit; empty where no entry asks for one.
        asks_for_borders: Whether some entry is in a script that does not say where a word ends.
    """

    words: Words
    entries: tuple[tuple[Entry, Case], ...]
    candidates: tuple[Candidate, ...]
    by_case: Mapping[Case, tuple[Candidate, ...]]
    asks_for_borders: bool


class Surfaces:
    """The surfaces of one language, each made when it is first met; threads may share it.

    Args:
        names: The names that texts of the language use.
        entries: Of the same gazetteer.
        language: Its tag.
    """

    def __init__(self, names: LanguageNames, entries: Entries, language: str) -> None:
        self.names = names
        self._entries = entries
        self.language = language
        self._known: tuple[dict[Words, Surface], dict[Words, Surface]] = ({}, {})

    def surface(self, words: Words, numbers: Sequence[int], *, is_small: bool) -> Surface:
        """What words may name.

        Args:
            words: As written.
            numbers: Of the spellings that ``names.scan`` found them to be.
            is_small: No capital is in the text, so that a small letter may stand for one.
        """
        known = self._known[is_small]
        surface = known.get(words)
        if surface is None:
            if len(known) >= _MEMO_SURFACES:
                known.clear()
            surface = known[words] = self._made(words, numbers, is_small=is_small)
        return surface

    def whole(self, words: Words, *, is_small: bool) -> Surface | None:
        """The names of words that stand apart in the text, taken together; None when they are no name.

        A name with only a direction before it is another: ``Ostafrika`` is not all of Africa.
        """
        begin = fold(words[0])
        for first, end, numbers in self.names.scan(places_of(" ".join(words))):
            if end - first == len(words):
                begun = [
                    number for number in numbers if begin.rfind(self._entries[number].folded[0][:_SHORTEST_STEM]) == 0
                ]
                return self._made(words, begun, is_small=is_small)
        return None

    def candidates(self, words: Words, entries: Sequence[Entry]) -> tuple[Candidate, ...]:
        """One candidate a concept: letter for letter before folded, folded before inflected, of these the nearest."""
        if not entries:
            return ()
        is_food = len(words) == 1 and is_food_too(words[0], self.language)
        least = Doubt.WORD if is_everyday("".join(words), self.language) else Doubt.NONE
        return tuple(
            Candidate(entry, entry.ref, least if doubt is Doubt.NONE else doubt, may_be_a_person(entry), is_food)
            for entry in _best_first(words, entries)
            for doubt in (doubt_of(entry, self.language),)
        )

    def _made(self, words: Words, numbers: Iterable[int], *, is_small: bool) -> Surface:
        folded = tuple(map(fold, words))
        fitting = [
            (entry, case)
            for entry in map(self._entries.__getitem__, numbers)
            if not (entry.is_short_demonym and entry.folded != folded)
            and not _adds_an_article(entry, folded)
            and not _adds_a_direction(entry, folded)
            and not (len(words) == 1 and _changes_accents(entry, words[0]))
            and (case := _case(entry, words, is_small=is_small)) is not Case.WRONG
        ]
        by_case = {
            wrong: self.candidates(words, [entry for entry, case in fitting if case is not wrong])
            for wrong in (Case.SHOUTED, Case.NOT_SHOUTED)
            if any(case is not Case.FITS for _, case in fitting)
        }
        return Surface(
            words,
            tuple(fitting),
            self.candidates(words, [entry for entry, _ in fitting]),
            by_case,
            any(entry.script in _SCRIPTS_WITHOUT_BORDERS for entry, _ in fitting),
        )


def _best_first(words: Words, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    folded = tuple(map(fold, words))
    exact = [entry for entry in entries if entry.folded == folded]
    ranked = sorted(
        exact or entries,
        key=lambda entry: (
            entry.ref is None,
            entry.words != words,
            _KIND_ORDER[entry.ref.kind] if entry.ref else 0,
            -sum(map(len, entry.folded)),
            VIA_ORDER[entry.via],
        ),
    )
    kept: dict[str, Entry] = {}
    for entry in ranked:
        kept.setdefault(entry.ref.id if entry.ref else "", entry)
    best = next(iter(kept.values()))
    if best.ref is None or best.name is None:
        return (best,)
    # A country and its capital of one name are one reading: the country. Two countries of one name are a doubt.
    return tuple(
        entry
        for entry in kept.values()
        if entry.ref is not None and (entry.ref.kind == best.ref.kind or best.name.ambiguous)
    )


def _adds_an_article(entry: Entry, folded: Words) -> bool:
    """Whether a name would stand behind the Arabic article, as only adjectives do: ``السيول`` are floods."""
    if entry.script != "arabic" or entry.via == "adjective":
        return False
    return folded[0].removesuffix(entry.folded[0]).endswith(("ال", "لل"))


def _adds_a_direction(entry: Entry, folded: Words) -> bool:
    """Whether a direction stands before a name that is no place: Nordmann names no one called Mann."""
    if entry.script != "latin" or entry.ref is None or entry.ref.kind not in {"org", "person"}:
        return False
    return folded[0][:1] != entry.folded[0][:1]


def _changes_accents(entry: Entry, word: str) -> bool:
    """Whether a word's accents are not the name's: Czech ``Naší`` is no NASA and ``Činy`` are no ``Číny``.

    A word without any accent may be a name that has some: ``Munchen`` is München. The name's last letter may get one by
    inflection (Hungarian ``Kanadát``), and long names have one spelling only.
    """
    name, word = (unicodedata.normalize("NFC", spelled) for spelled in (entry.words[0], word))
    if entry.script == "greek":
        # Αθηνά is the goddess, Αθήνα her city; other cases of a name may move its accent, the same letters may not.
        accents = [[_is_accented(letter) for letter in spelled] for spelled in (name, word)]
        return fold(name) == fold(word) and all(map(any, accents)) and accents[0] != accents[1]
    if entry.script != "latin" or len(name) > _LONGEST_WITHOUT_ACCENTS:
        return False
    # Behind a direction: "Südosteuropa".
    place = max(0, fold(word).find(entry.folded[0][:_SHORTEST_STEM]))
    rest = word[place:]
    pairs = [
        (_is_accented(wanted), _is_accented(letter))
        for wanted, letter in zip(name[:-1], rest, strict=False)
        if fold(wanted) == fold(letter)
    ]
    if any(has and not wants for wants, has in pairs):
        return True
    return any(map(_is_accented, rest[: len(name)])) and any(wants and not has for wants, has in pairs)


def _is_accented(letter: str) -> bool:
    """Whether folding takes something off a letter beside its case."""
    return not letter.isascii() and letter.casefold() != fold(letter)


def _case(entry: Entry, words: Words, *, is_small: bool) -> Case:
    name = entry.name
    if name is None:
        return Case.FITS
    if name.case_sensitive:
        has_same_capitals = all(map(_same_capitals, entry.words, words))
        if all(word.isupper() or not word.isalpha() for word in words):
            if name.text.isupper():
                return Case.NOT_SHOUTED if _is_word_when_small(entry) else Case.FITS
            return Case.FITS if has_same_capitals else Case.SHOUTED
        return Case.FITS if has_same_capitals else Case.WRONG
    if entry.via == "adjective" and name.via != "adjective":
        return Case.FITS
    for place, (wanted, word) in enumerate(zip(entry.words, words, strict=True)):
        if wanted[0].isupper():
            if not (word[0].isupper() or is_small or not has_case(word)):
                return Case.WRONG
            if place == 0 and len(words) == 2 and len(wanted) <= _LONGEST_ARTICLE and not word.isupper():
                continue
            return Case.FITS
    return Case.FITS


def _is_word_when_small(entry: Entry) -> bool:
    """Whether capitals are all that tells an acronym from a word: it is written without dots."""
    return len(entry.words) == 1


def _same_capitals(name_word: str, word: str) -> bool:
    """Whether two words agree in capitals over the letters that both begin with."""
    for wanted, letter in zip(name_word, word, strict=False):
        if fold(wanted) != fold(letter):
            return True
        if wanted.isupper() != letter.isupper():
            return False
    return True
