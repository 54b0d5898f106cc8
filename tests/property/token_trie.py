"""Many token sequences at once: a mutable trie walked over a text's tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_ROOT = 0
# A transition's key packs (state, token) into one integer: no tuple is made on the hot path.
_TOKEN_BITS = 32


class Vocabulary:
    """Numbers for words, counting from 0; a word keeps its number for ever."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, word: str) -> int:
        """The word's number, given now if it has none."""
        return self._ids.setdefault(word, len(self._ids))

    def find(self, word: str) -> int | None:
        """The word's number, or None."""
        return self._ids.get(word)


class Occurrence(NamedTuple):
    """A sequence found: the half-open range of tokens, and the values filed under it."""

    first: int
    end: int
    values: tuple[int, ...]


class TokenTrie:
    """A set of token sequences, each with integer values, that can change between two scans.

    Adding and removing cost the length of the sequence; scanning costs the text's tokens times the depth of the
    partial matches, whatever the number of sequences.

    Source: Aho and Corasick (1975) without failure links, since sequences are short and the trie must be mutable.
    """

    def __init__(self) -> None:
        self._next: dict[int, int] = {}
        self._values: dict[int, tuple[int, ...]] = {}
        self._children: dict[int, int] = {}
        self._free: list[int] = []
        self._states = 1

    def __len__(self) -> int:
        """How many different sequences hold a value."""
        return len(self._values)

    def add(self, tokens: Sequence[int], value: int) -> None:
        """File a value under a sequence of at least one token; the same value twice counts once."""
        if not tokens:
            raise ValueError("a sequence needs at least one token")
        state = _ROOT
        for token in tokens:
            key = state << _TOKEN_BITS | token
            after = self._next.get(key)
            if after is None:
                after = self._free.pop() if self._free else self._states
                if after == self._states:
                    self._states += 1
                self._next[key] = after
                self._children[state] = self._children.get(state, 0) + 1
            state = after
        values = self._values.get(state, ())
        if value not in values:
            self._values[state] = (*values, value)

    def remove(self, tokens: Sequence[int], value: int) -> None:
        """Take a value from a sequence.

        Raises:
            KeyError: The value is not filed under it.
        """
        path = [_ROOT]
        for token in tokens:
            path.append(self._next[path[-1] << _TOKEN_BITS | token])
        state = path[-1]
        values = self._values.get(state, ())
        if value not in values:
            raise KeyError(value)
        left = tuple(other for other in values if other != value)
        if left:
            self._values[state] = left
            return
        del self._values[state]
        for depth in range(len(tokens), 0, -1):
            state, parent = path[depth], path[depth - 1]
            if state in self._values or self._children.get(state):
                return
            self._children.pop(state, None)
            del self._next[parent << _TOKEN_BITS | tokens[depth - 1]]
            self._children[parent] -= 1
            self._free.append(state)

    def scan(self, tokens: Sequence[tuple[int, ...]]) -> Iterator[Occurrence]:
        """Every occurrence of every sequence.

        Args:
            tokens: For each token of the text the numbers it may stand for (the word, its stem, ...); often none.

        Yields:
            Occurrences by first token, then by length; the same range comes once for each way to read it.
        """
        transitions = self._next
        values = self._values
        count = len(tokens)
        for first in range(count):
            readings = tokens[first]
            if not readings:
                continue
            states = [after for token in readings if (after := transitions.get(token)) is not None]
            end = first + 1
            while states:
                for state in states:
                    found = values.get(state)
                    if found is not None:
                        yield Occurrence(first, end, found)
                if end == count:
                    break
                readings = tokens[end]
                if not readings:
                    break
                states = [
                    after
                    for state in states
                    for token in readings
                    if (after := transitions.get(state << _TOKEN_BITS | token)) is not None
                ]
                end += 1
