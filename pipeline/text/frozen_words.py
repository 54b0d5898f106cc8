"""A sorted set of words in flat arrays, which finds the words that another word begins with."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Numbers = Sequence[int]
"""Unsigned integers in an array or in a memory-mapped file."""

_KEY_BYTES = 8


class FrozenWords(NamedTuple):
    """Words in order of their UTF-8 bytes, each linked to the longest other word that it begins with.

    Any prefix of a word that is in the set stands, in this order, at or before the word's own place, and every word
    between begins with it too: so one bisection and a walk along the links find all of them, however long the list of
    endings that a language allows.

    Attributes:
        keys: The first eight bytes of each word as a big-endian number.
        ends: Where each word's bytes end in ``letters``; they begin where the last word's end.
        parents: One more than the number of the longest proper prefix in the set; 0 for none.
        letters: The bytes of all words.
        start: Where in ``letters`` the first word begins.
    """

    keys: Numbers
    ends: Numbers
    parents: Numbers
    letters: bytes
    start: int = 0

    @classmethod
    def of(cls, words: Sequence[str]) -> FrozenWords:
        """Freeze distinct words that are sorted as strings, which is the order of their UTF-8 bytes too."""
        keys, ends, parents = array("Q"), array("I"), array("I")
        letters = bytearray()
        path: list[int] = []
        for number, word in enumerate(words):
            while path and not word.startswith(words[path[-1]]):
                path.pop()
            parents.append(path[-1] + 1 if path else 0)
            path.append(number)
            encoded = word.encode()
            letters += encoded
            ends.append(len(letters))
            keys.append(_key(encoded))
        return cls(keys, ends, parents, bytes(letters))

    def prefixes(self, word: str, longest_rest: int) -> Iterator[tuple[int, str]]:
        """The words of the set that a word begins with, longest first, including the word itself.

        Args:
            word: Any word.
            longest_rest: How many code points may follow them in the word.

        Yields:
            The number of each, and what follows it in the word.
        """
        encoded = word.encode()
        least = len(word[: max(0, len(word) - longest_rest)].encode())
        key = _key(encoded)
        place = bisect_right(self.keys, key) - 1
        if place >= 0 and self.keys[place] == key and self._bytes(place) > encoded:
            low = bisect_left(self.keys, key, 0, place)
            place = bisect_right(range(place), encoded, low, place, key=self._bytes) - 1
        while place >= 0:
            known = self._bytes(place)
            if len(known) < least:
                # The prefixes of this one are shorter still.
                return
            if encoded.startswith(known):
                yield place, encoded[len(known) :].decode()
            place = self.parents[place] - 1

    def find(self, word: str) -> int | None:
        """The word's number, or None."""
        encoded = word.encode()
        key = _key(encoded)
        low = bisect_left(self.keys, key)
        high = bisect_right(self.keys, key, low)
        place = bisect_left(range(high), encoded, low, high, key=self._bytes)
        return place if place < high and self._bytes(place) == encoded else None

    def _bytes(self, place: int) -> bytes:
        begin = self.ends[place - 1] if place else 0
        return self.letters[self.start + begin : self.start + self.ends[place]]


def _key(encoded: bytes) -> int:
    return int.from_bytes(encoded[:_KEY_BYTES].ljust(_KEY_BYTES, b"\0"), "big")
