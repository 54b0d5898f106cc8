"""Numbers for all that an article can hold and a rule asks for, each with how often articles hold it."""

from __future__ import annotations

from array import array
from typing import TypeAlias

from pipeline.rules.index.sharded import Sharded

Key: TypeAlias = int
"""The number of something that an article can hold, in 32 bits."""

NO_KEY: Key = 0
"""Asks for nothing, and so is held by every article."""

CHARACTER_KEY: Key = 1
"""Held by every article with a character of an unsegmented script; no rule asks for it."""


class KeyTable:
    """Names to numbers, counted by use; with its last use a number is free again.

    A name is a folded word (``talks``), a word whose inflected forms count (``sanctions~en:sanction``), a prefix
    (``korea*``), two neighbouring characters of an unsegmented script, a concept's id, or ``field:value`` of an
    article's metadata. No two of these can be taken for each other.
    """

    def __init__(self) -> None:
        self._numbers: Sharded[str, Key] = Sharded()
        self._uses = array("L", (0, 0))
        self._shares = array("f", (0.0, 0.0))
        self._free: list[Key] = []

    def __len__(self) -> int:
        """How many names are in use."""
        return len(self._numbers)

    @property
    def end(self) -> Key:
        """One more than the highest number in use."""
        return len(self._uses)

    def find(self, name: str) -> Key | None:
        """The number of a name, or None where no rule asks for it."""
        return self._numbers.get(name)

    def share(self, key: Key) -> float:
        """The share of articles that hold it, by estimate."""
        return self._shares[key]

    def use(self, key: Key) -> None:
        """Count one use more."""
        self._uses[key] += 1

    def add(self, name: str, share: float) -> Key:
        """Give a new name a number, used once."""
        if self._free:
            key = self._free.pop()
            self._uses[key] = 1
            self._shares[key] = share
        else:
            key = len(self._uses)
            self._uses.append(1)
            self._shares.append(share)
        self._numbers[name] = key
        return key

    def release(self, name: str) -> bool:
        """Take one use of a name back.

        Returns:
            Whether it was the last one.

        Raises:
            KeyError: It is not in use.
        """
        key = self._numbers[name]
        self._uses[key] -= 1
        if self._uses[key]:
            return False
        self._numbers.pop(name)
        self._free.append(key)
        return True
