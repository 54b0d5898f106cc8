"""The token sequences that rules ask for, scanned for all at once."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from pipeline.rules.clauses import INFLECTION_MARK, PREFIX_MARK
from pipeline.text.folding import LONGEST_REMEMBERED, fold
from pipeline.text.stemming import STEMMED_LANGUAGES, stem, stemming_language

_PREFIX_KEY_LETTERS = 3
_MAX_REMEMBERED_WORDS = 262_144
# The key of two entries in a row packs their numbers into one integer: no tuple is made on the hot path.
_ENTRY_BITS = 32
_UNDETERMINED = "und"

_Longer: TypeAlias = tuple[tuple[int, ...], int]
"""The entries behind the first two of a sequence, and the sequence's number."""


class _Reading(NamedTuple):
    """What a token of a text may stand for.

    Attributes:
        entries: Every entry that it may be.
        terms: The sequences of one entry.
        firsts: The entries with which longer sequences begin.
        seconds: The entries that come second in one.
    """

    entries: tuple[int, ...] = ()
    terms: tuple[int, ...] = ()
    firsts: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()


_NOTHING = _Reading()


class TermTable:
    """Numbers for token sequences, counted by use, and the places of all of them in a text.

    A sequence is of folded tokens; an entry that ends in ``*`` stands for every token that begins so, one such as
    ``sanctions~en:sanction`` for the word and for every token of an English text with that stem.
    """

    def __init__(self) -> None:
        self._entries: dict[str, int] = {}
        # Entries by what a token must fold to, by language and stem, and by the first letters of a prefix.
        self._by_word: dict[str, tuple[int, ...]] = {}
        self._by_stem: dict[str, tuple[int, ...]] = {}
        self._prefixes: dict[str, dict[str, int]] = {}
        self._stemmed: set[str] = set()
        # Sequences of one entry by it, and longer ones by their first two entries.
        self._single: dict[int, int] = {}
        self._pairs: dict[int, list[_Longer]] = {}
        self._firsts: dict[int, int] = {}
        self._seconds: dict[int, int] = {}
        self._uses = array("L")
        self._free: list[int] = []
        # Readings by language and word, and the words met for what they fold to or stem to, for when that changes.
        self._readings: dict[str, dict[str, _Reading]] = {}
        self._met: dict[str, set[tuple[str, str]]] = {}
        self._remembered = 0

    def __len__(self) -> int:
        """How many different sequences are in use."""
        return len(self._uses) - len(self._free)

    def add(self, sequence: tuple[str, ...]) -> int:
        """The number of a sequence, used once more."""
        entries = [self._entry(entry) for entry in sequence]
        number = self._find(entries)
        if number is None:
            number = self._free.pop() if self._free else len(self._uses)
            if number == len(self._uses):
                self._uses.append(0)
            self._file(entries, number)
            for entry in sequence[:2]:
                self._forget(entry)
        self._uses[number] += 1
        return number

    def remove(self, sequence: tuple[str, ...]) -> None:
        """Take one use of a sequence back; with the last one the sequence is forgotten.

        Raises:
            KeyError: It is not in use.
        """
        entries = [self._entries[entry] for entry in sequence]
        number = self._find(entries)
        if number is None:
            raise KeyError(sequence)
        self._uses[number] -= 1
        if self._uses[number]:
            return
        first = entries[0]
        if len(entries) == 1:
            del self._single[first]
        else:
            key = first << _ENTRY_BITS | entries[1]
            self._pairs[key].remove((tuple(entries[2:]), number))
            if not self._pairs[key]:
                del self._pairs[key]
            for counts, entry in ((self._firsts, first), (self._seconds, entries[1])):
                counts[entry] -= 1
                if not counts[entry]:
                    del counts[entry]
        self._free.append(number)
        for written in sequence[:2]:
            self._forget(written)

    def find(self, words: Sequence[str], language: str) -> dict[int, list[tuple[int, int]]]:
        """Every place of every sequence in a text: half-open ranges of tokens, in order, by the sequence's number.

        Args:
            words: The text's tokens, as written.
            language: Its language; where it cannot be told (``und``), the inflected forms of all languages count.
        """
        known = self._readings.setdefault(language, {})
        found: dict[int, list[tuple[int, int]]] = {}
        readings = []
        for word in words:
            reading = known.get(word)
            readings.append(self._read(word, language) if reading is None else reading)
        for first, reading in enumerate(readings):
            if reading is _NOTHING:
                continue
            for number in reading.terms:
                if number in found:
                    found[number].append((first, first + 1))
                else:
                    found[number] = [(first, first + 1)]
            if reading.firsts and first + 1 < len(readings) and readings[first + 1].seconds:
                self._longer(first, readings, found)
        return found

    def _longer(self, first: int, readings: list[_Reading], found: dict[int, list[tuple[int, int]]]) -> None:
        pairs = self._pairs
        for before in readings[first].firsts:
            for after in readings[first + 1].seconds:
                for rest, number in pairs.get(before << _ENTRY_BITS | after, ()):
                    end = first + 2 + len(rest)
                    if end <= len(readings) and all(
                        entry in readings[at].entries for at, entry in enumerate(rest, first + 2)
                    ):
                        found.setdefault(number, []).append((first, end))

    def _find(self, entries: list[int]) -> int | None:
        if len(entries) == 1:
            return self._single.get(entries[0])
        rest = tuple(entries[2:])
        longer = self._pairs.get(entries[0] << _ENTRY_BITS | entries[1], ())
        return next((number for tail, number in longer if tail == rest), None)

    def _file(self, entries: list[int], number: int) -> None:
        if len(entries) == 1:
            self._single[entries[0]] = number
            return
        key = entries[0] << _ENTRY_BITS | entries[1]
        self._pairs.setdefault(key, []).append((tuple(entries[2:]), number))
        self._firsts[entries[0]] = self._firsts.get(entries[0], 0) + 1
        self._seconds[entries[1]] = self._seconds.get(entries[1], 0) + 1

    def _entry(self, entry: str) -> int:
        """The number of an entry; a new one changes what some tokens stand for."""
        known = self._entries.get(entry)
        if known is not None:
            return known
        number = self._entries[entry] = len(self._entries)
        if entry.endswith(PREFIX_MARK):
            prefix = entry.removesuffix(PREFIX_MARK)
            self._prefixes.setdefault(prefix[:_PREFIX_KEY_LETTERS], {})[prefix] = number
        else:
            word, _, stems = entry.partition(INFLECTION_MARK)
            self._by_word[word] = (*self._by_word.get(word, ()), number)
            for by_language in filter(None, stems.split(",")):
                language = by_language.partition(":")[0]
                if language not in self._stemmed:
                    self._stemmed.add(language)
                    self._forget_all()
                self._by_stem[by_language] = (*self._by_stem.get(by_language, ()), number)
        self._forget(entry)
        return number

    def _read(self, word: str, language: str) -> _Reading:
        if self._remembered >= _MAX_REMEMBERED_WORDS:
            self._forget_all()
        folded = fold(word)
        keys = [folded, *self._stems(word, language)]
        entries = dict.fromkeys(self._by_word.get(folded, ()))
        for key in keys[1:]:
            entries |= dict.fromkeys(self._by_stem.get(key, ()))
        for prefix, number in self._prefixes.get(folded[:_PREFIX_KEY_LETTERS], {}).items():
            if folded.startswith(prefix):
                entries[number] = None
        reading = _NOTHING
        if entries:
            reading = _Reading(
                tuple(entries),
                tuple(self._single[entry] for entry in entries if entry in self._single),
                tuple(entry for entry in entries if entry in self._firsts),
                tuple(entry for entry in entries if entry in self._seconds),
            )
        if len(word) > LONGEST_REMEMBERED:
            return reading
        self._readings.setdefault(language, {})[word] = reading
        self._remembered += 1
        for key in (folded[:_PREFIX_KEY_LETTERS] + PREFIX_MARK, *keys):
            self._met.setdefault(key, set()).add((language, word))
        return reading

    def _stems(self, word: str, language: str) -> list[str]:
        """The keys of a token's stems in the language of its text."""
        if not self._stemmed or not word[0].isalpha():
            return []
        if language == _UNDETERMINED:
            languages = [known for known in STEMMED_LANGUAGES if known in self._stemmed]
        else:
            known_language = stemming_language(language)
            languages = [known_language] if known_language in self._stemmed and known_language is not None else []
        return [f"{known}:{stem(word, known)}" for known in languages]

    def _forget(self, entry: str) -> None:
        """Read anew the tokens that an entry may stand for."""
        word, _, stems = entry.partition(INFLECTION_MARK)
        if entry.endswith(PREFIX_MARK):
            word = entry[:_PREFIX_KEY_LETTERS] + PREFIX_MARK
        for key in (word, *filter(None, stems.split(","))):
            for language, written in self._met.pop(key, ()):
                if self._readings[language].pop(written, None) is not None:
                    self._remembered -= 1

    def _forget_all(self) -> None:
        for known in self._readings.values():
            known.clear()
        self._met.clear()
        self._remembered = 0
