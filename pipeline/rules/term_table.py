"""The token sequences that rules ask for, scanned for all at once."""

from __future__ import annotations

from pipeline.rules.clauses import PREFIX_MARK
from pipeline.text.folding import LONGEST_REMEMBERED, fold
from pipeline.text.tokens import Tokens
from pipeline.text.trie import TokenTrie, Vocabulary

_PREFIX_KEY_LETTERS = 3
_MAX_REMEMBERED_WORDS = 262_144


class TermTable:
    """Numbers for token sequences, counted by use, and the places of all of them in a text.

    A sequence is of folded tokens; an entry that ends in ``*`` stands for every token that begins so.
    """

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._trie = TokenTrie()
        self._numbers: dict[tuple[str, ...], int] = {}
        self._uses: dict[int, int] = {}
        self._free: list[int] = []
        # Prefixes by their first letters, so that a token asks few of them.
        self._prefixes: dict[str, dict[str, int]] = {}
        # What a token of a text may stand for, by the token as written, and the ways of writing met for a folded one.
        self._readings: dict[str, tuple[int, ...]] = {}
        self._written: dict[str, list[str]] = {}

    def __len__(self) -> int:
        """How many different sequences are in use."""
        return len(self._numbers)

    def add(self, sequence: tuple[str, ...]) -> int:
        """The number of a sequence, used once more."""
        number = self._numbers.get(sequence)
        if number is None:
            number = self._free.pop() if self._free else len(self._numbers)
            self._numbers[sequence] = number
            self._uses[number] = 0
            self._trie.add([self._entry(entry) for entry in sequence], number)
        self._uses[number] += 1
        return number

    def remove(self, sequence: tuple[str, ...]) -> None:
        """Take one use of a sequence back; with the last one the sequence is forgotten.

        Raises:
            KeyError: It is not in use.
        """
        number = self._numbers[sequence]
        self._uses[number] -= 1
        if self._uses[number]:
            return
        del self._numbers[sequence], self._uses[number]
        self._trie.remove([self._entry(entry) for entry in sequence], number)
        self._free.append(number)

    def find(self, tokens: Tokens) -> dict[int, list[tuple[int, int]]]:
        """Every place of every sequence in a text: half-open ranges of tokens, in order, by the sequence's number."""
        readings = self._readings
        found: dict[int, list[tuple[int, int]]] = {}
        read = []
        for word in tokens.words:
            reading = readings.get(word)
            read.append(self._read(word) if reading is None else reading)
        for first, end, numbers in self._trie.scan(read):
            for number in numbers:
                found.setdefault(number, []).append((first, end))
        return found

    def _entry(self, entry: str) -> int:
        """The vocabulary's number of a word or prefix; a new one changes what some tokens stand for."""
        known = self._vocabulary.find(entry)
        if known is not None:
            return known
        number = self._vocabulary.add(entry)
        if entry.endswith(PREFIX_MARK):
            prefix = entry.removesuffix(PREFIX_MARK)
            self._prefixes.setdefault(prefix[:_PREFIX_KEY_LETTERS], {})[prefix] = number
            self._forget_readings()
        else:
            for written in self._written.pop(entry, ()):
                del self._readings[written]
        return number

    def _read(self, word: str) -> tuple[int, ...]:
        if len(self._readings) >= _MAX_REMEMBERED_WORDS:
            self._forget_readings()
        folded = fold(word)
        number = self._vocabulary.find(folded)
        reading: tuple[int, ...] = () if number is None else (number,)
        prefixes = self._prefixes.get(folded[:_PREFIX_KEY_LETTERS])
        if prefixes is not None:
            reading += tuple(value for prefix, value in prefixes.items() if folded.startswith(prefix))
        if len(word) > LONGEST_REMEMBERED:
            return reading
        self._readings[word] = reading
        self._written.setdefault(folded, []).append(word)
        return reading

    def _forget_readings(self) -> None:
        self._readings.clear()
        self._written.clear()
