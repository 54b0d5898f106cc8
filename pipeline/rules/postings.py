"""Which rules to evaluate for an article: posting lists by required term."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Key: TypeAlias = int | str
"""What an article can hold: the number of a token sequence, a concept's id, or ``field:value`` of its metadata."""


class Postings:
    """Rule numbers by key, changed one rule at a time."""

    def __init__(self) -> None:
        self._rules: dict[Key, list[int]] = {}

    def __len__(self) -> int:
        """How many keys hold a rule."""
        return len(self._rules)

    def add(self, key: Key, rule: int) -> None:
        """File a rule under a key, once."""
        self._rules.setdefault(key, []).append(rule)

    def remove(self, key: Key, rule: int) -> None:
        """Take a rule from a key.

        Raises:
            KeyError: Nothing is filed under it.
            ValueError: The rule is not.
        """
        rules = self._rules[key]
        rules.remove(rule)
        if not rules:
            del self._rules[key]

    def candidates(self, keys: Iterable[Key]) -> set[int]:
        """Every rule filed under one of these keys."""
        found: set[int] = set()
        for key in keys:
            rules = self._rules.get(key)
            if rules is not None:
                found.update(rules)
        return found
