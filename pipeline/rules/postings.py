"""Which rules to evaluate for an article: posting lists by required key, each with a second key to test first."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import compress
from typing import TypeAlias

from pipeline.rules.keys import Key

# A posting that stands alone under its key packs the rule's number and the second key into one integer.
_KEY_BITS = 32
_KEY_MASK = (1 << _KEY_BITS) - 1

Posting: TypeAlias = tuple[Key, Key]
"""A key under which a rule is filed, and another that an article must hold beside it, or ``NO_KEY``."""


class Postings:
    """Rule numbers by key, changed one rule at a time."""

    def __init__(self) -> None:
        # Under a key of several postings: the number of the first rule, its second key, those of the next, and so on.
        self._rules: dict[Key, int | array[int]] = {}

    def __len__(self) -> int:
        """How many keys hold a rule."""
        return len(self._rules)

    def add(self, rule: int, postings: Iterable[Posting]) -> None:
        """File a rule, not filed yet, under different postings, one of which an article must satisfy."""
        for key, second in postings:
            filed = self._rules.get(key)
            if filed is None:
                self._rules[key] = rule << _KEY_BITS | second
            elif isinstance(filed, int):
                self._rules[key] = array("I", (filed >> _KEY_BITS, filed & _KEY_MASK, rule, second))
            else:
                filed.extend((rule, second))

    def remove(self, rule: int, postings: Iterable[Posting]) -> None:
        """Take a rule from its keys.

        Raises:
            KeyError: Nothing is filed under one of them.
            ValueError: The rule is not.
        """
        for key, second in postings:
            filed = self._rules[key]
            if isinstance(filed, int):
                if filed != rule << _KEY_BITS | second:
                    raise ValueError(f"rule {rule} is not filed under key {key}")
                del self._rules[key]
                continue
            place = _find(filed, rule, second)
            # The last one takes its place: the order means nothing.
            filed[place : place + 2] = filed[-2:]
            del filed[-2:]
            if len(filed) == 2:
                self._rules[key] = filed[0] << _KEY_BITS | filed[1]

    def candidates(self, held: AbstractSet[Key]) -> set[int]:
        """Every rule filed under one of these keys whose second key is among them too.

        Args:
            held: The keys of an article, and ``NO_KEY``.
        """
        rules = self._rules
        holds = held.__contains__
        found: set[int] = set()
        for key in rules.keys() & held:
            filed = rules[key]
            if isinstance(filed, int):
                if filed & _KEY_MASK in held:
                    found.add(filed >> _KEY_BITS)
            else:
                found.update(compress(filed[::2], map(holds, filed[1::2])))
        return found


def _find(filed: array[int], rule: int, second: Key) -> int:
    """Where a posting stands."""
    place = -1
    while True:
        place = filed.index(rule, place + 1)
        if place % 2 == 0 and filed[place + 1] == second:
            return place
