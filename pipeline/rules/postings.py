"""Which rules to evaluate for an article: posting lists by required key, with a second key to test first."""

from __future__ import annotations

from array import array
from collections.abc import Set as AbstractSet

from pipeline.rules.filing import Key

_ANYTHING: Key = -1
"""The second key of a rule that requires no other single one."""


class Postings:
    """Rule numbers by key, changed one rule at a time."""

    def __init__(self) -> None:
        # Most keys file one rule, which then stands without a list.
        self._rules: dict[Key, int | array[int]] = {}
        self._second = array("q")

    def __len__(self) -> int:
        """How many keys hold a rule."""
        return len(self._rules)

    def add(self, rule: int, keys: tuple[Key, ...], second: Key | None) -> None:
        """File a rule under each of its keys.

        Args:
            rule: Its number, not filed yet; numbers are dense.
            keys: Different keys of which an article must hold one.
            second: Another key that it must hold, or None.
        """
        while len(self._second) <= rule:
            self._second.append(_ANYTHING)
        self._second[rule] = _ANYTHING if second is None else second
        for key in keys:
            filed = self._rules.get(key)
            if filed is None:
                self._rules[key] = rule
            elif isinstance(filed, int):
                self._rules[key] = array("q", (filed, rule))
            else:
                filed.append(rule)

    def remove(self, rule: int, keys: tuple[Key, ...]) -> None:
        """Take a rule from its keys.

        Raises:
            KeyError: Nothing is filed under one of them.
            ValueError: The rule is not.
        """
        for key in keys:
            filed = self._rules[key]
            if isinstance(filed, int):
                if filed != rule:
                    raise ValueError(f"rule {rule} is not filed under key {key}")
                del self._rules[key]
            else:
                filed.remove(rule)
                if len(filed) == 1:
                    self._rules[key] = filed[0]

    def candidates(self, held: AbstractSet[Key]) -> set[int]:
        """Every rule filed under one of these keys whose second key is among them too."""
        rules = self._rules
        second = self._second
        found: set[int] = set()
        for key in rules.keys() & held if len(rules) < len(held) else held:
            filed = rules.get(key)
            if filed is None:
                continue
            for rule in (filed,) if isinstance(filed, int) else filed:
                other = second[rule]
                if other in held or other == _ANYTHING:
                    found.add(rule)
        return found
