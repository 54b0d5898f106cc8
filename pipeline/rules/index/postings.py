"""Which rules to evaluate for an article: posting lists by required key, each with a second key to test first."""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.rules.index.keys import Key

Posting: TypeAlias = tuple[Key, Key, bool]
"""A key under which a rule is filed, another that an article must hold beside it, or ``NO_KEY``, and whether an article
that holds both satisfies the rule."""

# A posting as it is kept: the second key, then the rule's number with whether the keys suffice in its lowest bit.
_PACKED = Struct("=II")
# So many bytes are copied for each posting that is added; a longer list grows in place.
_LONGEST_COPIED = 4_096


class Candidates(NamedTuple):
    """Rules that an article may satisfy; each number once.

    Attributes:
        satisfied: Those that it does.
        doubtful: Those that depend on more than their keys.
    """

    satisfied: set[int]
    doubtful: set[int]


class Postings:
    """Rule numbers by key, changed one rule at a time.

    The postings of one key are one row of bytes: those of all keys of an article are put together and tested in bulk,
    without an object for any of them.
    """

    def __init__(self) -> None:
        self._filed: list[bytes | bytearray] = []
        # By key, 1 where a rule is filed under it: most keys of an article are second ones only.
        self._is_filed = bytearray()

    def __len__(self) -> int:
        """How many postings there are."""
        return sum(map(len, self._filed)) // _PACKED.size

    def add(self, rule: int, postings: Iterable[Posting]) -> None:
        """File a rule, not filed yet, under different postings, one of which an article must satisfy."""
        filed = self._filed
        for key, second, suffices in postings:
            if key >= len(filed):
                more = key + 1 - len(filed)
                filed.extend([b""] * more)
                self._is_filed.extend(bytes(more))
            self._is_filed[key] = 1
            before = filed[key]
            if isinstance(before, bytes) and len(before) >= _LONGEST_COPIED:
                before = bytearray(before)
            before += _PACKED.pack(second, rule << 1 | suffices)
            filed[key] = before

    def remove(self, rule: int, postings: Iterable[Posting]) -> None:
        """Take a rule from its keys.

        Raises:
            ValueError: It is not filed under one of them.
        """
        for key, second, suffices in postings:
            packed = _PACKED.pack(second, rule << 1 | suffices)
            filed = self._filed[key] if key < len(self._filed) else b""
            places = np.flatnonzero(np.frombuffer(filed, np.uint64) == np.frombuffer(packed, np.uint64))
            if not places.size:
                raise ValueError(f"rule {rule} is not filed under key {key}")
            start = int(places[0]) * _PACKED.size
            self._filed[key] = left = filed[:start] + filed[start + _PACKED.size :]
            self._is_filed[key] = bool(left)

    def candidates(self, keys: npt.NDArray[np.uint32], held: bytearray) -> Candidates:
        """Every rule filed under one of these keys whose second key is held too.

        Args:
            keys: Of an article; one may come twice.
            held: By key, 1 for those of the article and for ``NO_KEY``, else 0.
        """
        known = keys[keys < len(self._filed)]
        first_keys = known[np.frombuffer(self._is_filed, np.bool_)[known]].tolist()
        postings = np.frombuffer(b"".join(map(self._filed.__getitem__, first_keys)), np.uint32)
        is_held = np.frombuffer(held, np.bool_)
        hits: list[int] = postings[1::2][is_held[postings[::2]]].tolist()
        satisfied = {hit >> 1 for hit in hits if hit & 1}
        return Candidates(satisfied, {hit >> 1 for hit in hits}.difference(satisfied))
