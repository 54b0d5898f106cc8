"""Which rules to evaluate for an article: posting lists by required key, each with a second key to test first."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from pipeline.rules.keys import Key

# A posting packs the rule's number and the second key into one integer: no tuple is made on the hot path.
_KEY_BITS = 32
_KEY_MASK = (1 << _KEY_BITS) - 1


Posting: TypeAlias = tuple[Key, Key]
"""A key under which a rule is filed, and another that an article must hold beside it; 0 where none is sure to be."""


class Postings:
    """Rule numbers by key, changed one rule at a time."""

    def __init__(self) -> None:
        # Many keys file one rule, which then stands without a list.
        self._rules: dict[Key, int | array[int]] = {}

    def __len__(self) -> int:
        """How many keys hold a rule."""
        return len(self._rules)

    def add(self, rule: int, postings: Iterable[Posting]) -> None:
        """File a rule, not filed yet, under different keys, one of which an article must hold."""
        for key, second in postings:
            packed = rule << _KEY_BITS | second
            filed = self._rules.get(key)
            if filed is None:
                self._rules[key] = packed
            elif isinstance(filed, int):
                self._rules[key] = array("Q", (filed, packed))
            else:
                filed.append(packed)

    def remove(self, rule: int, postings: Iterable[Posting]) -> None:
        """Take a rule from its keys.

        Raises:
            KeyError: Nothing is filed under one of them.
            ValueError: The rule is not.
        """
        for key, second in postings:
            packed = rule << _KEY_BITS | second
            filed = self._rules[key]
            if isinstance(filed, int):
                if filed != packed:
                    raise ValueError(f"rule {rule} is not filed under key {key}")
                del self._rules[key]
            else:
                filed.remove(packed)
                if len(filed) == 1:
                    self._rules[key] = filed[0]

    def candidates(self, held: AbstractSet[Key]) -> set[int]:
        """Every rule filed under one of these keys whose second key is among them too."""
        rules = self._rules
        found: set[int] = set()
        for key in rules.keys() & held:
            filed = rules[key]
            for packed in (filed,) if isinstance(filed, int) else filed:
                second = packed & _KEY_MASK
                if second in held or not second:
                    found.add(packed >> _KEY_BITS)
        return found
