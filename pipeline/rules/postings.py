"""Which rules to evaluate for an article: posting lists by required key, each with a second key to test first."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import compress
from typing import NamedTuple, TypeAlias

from pipeline.rules.keys import Key

Posting: TypeAlias = tuple[Key, Key]
"""A key under which a rule is filed, and another that an article must hold beside it, or ``NO_KEY``."""


# A posting that stands alone under its key packs the rule's number and the second key into one integer.
_KEY_BITS = 32
_KEY_MASK = (1 << _KEY_BITS) - 1


class _Several(NamedTuple):
    """The postings of one key, as parallel arrays: bulk operations make no object for each of them."""

    rules: array[int]
    seconds: array[int]


class Postings:
    """Rule numbers by key, changed one rule at a time."""

    def __init__(self) -> None:
        self._filed: dict[Key, int | _Several] = {}

    def __len__(self) -> int:
        """How many keys hold a rule."""
        return len(self._filed)

    def add(self, rule: int, postings: Iterable[Posting]) -> None:
        """File a rule, not filed yet, under different postings, one of which an article must satisfy."""
        for key, second in postings:
            filed = self._filed.get(key)
            if filed is None:
                self._filed[key] = rule << _KEY_BITS | second
            elif isinstance(filed, int):
                rules, seconds = array("I", (filed >> _KEY_BITS, rule)), array("I", (filed & _KEY_MASK, second))
                self._filed[key] = _Several(rules, seconds)
            else:
                filed.rules.append(rule)
                filed.seconds.append(second)

    def remove(self, rule: int, postings: Iterable[Posting]) -> None:
        """Take a rule from its keys.

        Raises:
            KeyError: Nothing is filed under one of them.
            ValueError: The rule is not.
        """
        for key, second in postings:
            filed = self._filed[key]
            if isinstance(filed, int):
                if filed != rule << _KEY_BITS | second:
                    raise ValueError(f"rule {rule} is not filed under key {key}")
                del self._filed[key]
                continue
            place = filed.rules.index(rule)
            while filed.seconds[place] != second:
                place = filed.rules.index(rule, place + 1)
            # The last one takes its place: the order means nothing.
            for each in filed:
                each[place] = each[-1]
                each.pop()
            if len(filed.rules) == 1:
                self._filed[key] = filed.rules[0] << _KEY_BITS | filed.seconds[0]

    def candidates(self, held: AbstractSet[Key]) -> set[int]:
        """Every rule filed under one of these keys whose second key is among them too.

        Args:
            held: The keys of an article, and ``NO_KEY``.
        """
        found: set[int] = set()
        misses = held.isdisjoint
        for key in self._filed.keys() & held:
            filed = self._filed[key]
            if isinstance(filed, int):
                if filed & _KEY_MASK in held:
                    found.add(filed >> _KEY_BITS)
            elif not misses(filed[1]):
                found.update(compress(filed[0], map(held.__contains__, filed[1])))
        return found
