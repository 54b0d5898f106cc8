"""A large dictionary in many small ones: one of a million entries that makes room for more holds up all else."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

_KeyT = TypeVar("_KeyT", bound=Hashable)
_ValueT = TypeVar("_ValueT")
_SHARDS = 256


class Sharded(Generic[_KeyT, _ValueT]):
    """What the index needs of a dictionary."""

    def __init__(self) -> None:
        self._shards: tuple[dict[_KeyT, _ValueT], ...] = tuple({} for _ in range(_SHARDS))

    def __len__(self) -> int:
        return sum(map(len, self._shards))

    def __contains__(self, key: object) -> bool:
        return key in self._shards[hash(key) % _SHARDS]

    def __getitem__(self, key: _KeyT) -> _ValueT:
        return self._shards[hash(key) % _SHARDS][key]

    def __setitem__(self, key: _KeyT, value: _ValueT) -> None:
        self._shards[hash(key) % _SHARDS][key] = value

    def get(self, key: _KeyT) -> _ValueT | None:
        """The value of a key, or None."""
        return self._shards[hash(key) % _SHARDS].get(key)

    def pop(self, key: _KeyT) -> _ValueT | None:
        """Take a key out; its value, or None."""
        return self._shards[hash(key) % _SHARDS].pop(key, None)

    def items(self) -> list[tuple[_KeyT, _ValueT]]:
        """Every key with its value."""
        return [item for shard in self._shards for item in shard.items()]
