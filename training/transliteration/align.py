"""Align spellings letter by letter: which letters of a Latin name became which letters of the other script.

Source: many-to-many alignment by expectation maximisation, after Jiampojamarn, Kondrak and Sherif (2007), over the
joint units of Bisani and Ney (2008), "graphones".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SOURCE_BITS = 7
_TARGET_BITS = 14


Unit = tuple[str, str]
"""A few Latin letters, and the letters that stand for them."""

_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxz")


class Shape(NamedTuple):
    """The maximum size of a unit.

    Attributes:
        source: Latin letters, 1 to this many.
        target: Letters of the other script, 0 to this many; more than one only for a single Latin letter, or for
            consonants: without that bound whole syllables would be learned instead of spellings.
    """

    source: int
    target: int

    def arcs(self) -> list[tuple[int, int]]:
        """Every (source letters, target letters) that a unit may have."""
        return [(a, b) for a in range(1, self.source + 1) for b in range(self.target + 1)]

    @staticmethod
    def allows(unit: Unit) -> bool:
        """Whether a unit of such a size may be learned."""
        source, target = unit
        return len(source) == 1 or len(target) <= 1 or _CONSONANTS.issuperset(source)


class Group(NamedTuple):
    """Pairs with the same lengths on both sides, processed together as arrays.

    Attributes:
        places: The index of each pair in the corpus.
        arcs: ``(i, j, a, b)`` of each arc of the lattice: from (i, j) to (i + a, j + b).
        units: Unit of each arc and pair, of shape (arcs, pairs).
    """

    places: Integers
    arcs: list[tuple[int, int, int, int]]
    units: npt.NDArray[np.int32]
    size: tuple[int, int]


class Alignment(NamedTuple):
    """A pair cut into its most probable units.

    Attributes:
        pair: As given.
        units: In order.
        score: Log probability for each Latin letter; low if one is not a spelling of the other.
    """

    pair: Unit
    units: list[Unit]
    score: float


class Aligner:
    """Learns how probable each unit is, and cuts every pair into its most probable units."""

    def __init__(self, pairs: Sequence[Unit], shape: Shape) -> None:
        self._pairs = pairs
        self._sources = _alphabet([source for source, _ in pairs])
        self._targets = _alphabet([target for _, target in pairs])
        self._letters, self._others = list(self._sources), list(self._targets)
        self._groups, self._codes = self._lattices(shape)
        self._units = [self._unit(int(code)) for code in self._codes]
        allowed = np.array([shape.allows(unit) for unit in self._units], np.float64)
        self._probabilities = allowed / allowed.sum()

    def fit(self, iterations: int) -> None:
        """Expectation maximisation, from equal probabilities."""
        for _ in range(iterations):
            counts = np.zeros(len(self._codes))
            for group in self._groups:
                counts += self._expected(group)
            self._probabilities = counts / counts.sum()

    def best(self) -> list[Alignment]:
        """The units of each pair that units of the shape can make."""
        with np.errstate(divide="ignore"):
            logs = np.log(self._probabilities)
        found: list[Alignment | None] = [None] * len(self._pairs)
        for group in self._groups:
            paths = _best_paths(group, logs)
            for place, units in zip(group.places.tolist(), paths, strict=True):
                if units is not None:
                    score = float(logs[units].sum()) / group.size[0]
                    found[place] = Alignment(self._pairs[place], [self._units[unit] for unit in units], score)
        return [alignment for alignment in found if alignment is not None]

    def _lattices(self, shape: Shape) -> tuple[list[Group], Integers]:
        by_size: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, (source, target) in enumerate(self._pairs):
            by_size[len(source), len(target)].append(place)
        coded: list[tuple[Integers, list[tuple[int, int, int, int]], Integers, tuple[int, int]]] = []
        for (n, m), places in by_size.items():
            sources = np.array([[self._sources[letter] for letter in self._pairs[place][0]] for place in places])
            targets = np.array([[self._targets[letter] for letter in self._pairs[place][1]] for place in places])
            arcs = [
                (i, j, a, b)
                for i in range(n)
                for j in range(m + 1)
                for a, b in shape.arcs()
                if i + a <= n and j + b <= m and _can_end(n - i - a, m - j - b, shape) and _can_end(i, j, shape)
            ]
            if not arcs:
                continue
            codes = np.array([_packed(sources[:, i : i + a], targets[:, j : j + b]) for i, j, a, b in arcs])
            coded.append((np.array(places), arcs, codes, (n, m)))
        distinct = np.unique(np.concatenate([np.unique(codes) for _, _, codes, _ in coded]))
        groups = [
            Group(places, arcs, np.searchsorted(distinct, codes).astype(np.int32), size)
            for places, arcs, codes, size in coded
        ]
        return groups, distinct

    def _expected(self, group: Group) -> Floats:
        n, m = group.size
        pairs = len(group.places)
        forward = np.zeros((n + 1, m + 1, pairs))
        backward = np.zeros((n + 1, m + 1, pairs))
        forward[0, 0] = backward[n, m] = 1.0
        weights = self._probabilities[group.units]
        for arc, (i, j, a, b) in enumerate(group.arcs):
            forward[i + a, j + b] += forward[i, j] * weights[arc]
        for arc in range(len(group.arcs) - 1, -1, -1):
            i, j, a, b = group.arcs[arc]
            backward[i, j] += weights[arc] * backward[i + a, j + b]
        total = forward[n, m]
        scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
        counts = np.zeros(len(self._codes))
        for arc, (i, j, a, b) in enumerate(group.arcs):
            weights[arc] *= forward[i, j] * backward[i + a, j + b] * scale
        counts += np.bincount(group.units.ravel(), weights.ravel(), minlength=len(counts))
        return counts

    def _unit(self, code: int) -> Unit:
        source = _unpacked(code >> 2 * _TARGET_BITS, _SOURCE_BITS)
        target = _unpacked(code & ((1 << 2 * _TARGET_BITS) - 1), _TARGET_BITS)
        return "".join(self._letters[k - 1] for k in source), "".join(self._others[k - 1] for k in target)


def _alphabet(words: Sequence[str]) -> dict[str, int]:
    return {letter: number for number, letter in enumerate(sorted(set("".join(words))), 1)}


def _can_end(source: int, target: int, shape: Shape) -> bool:
    """Whether words of these lengths can be cut into units."""
    return target == 0 or (source > 0 and target <= source * shape.target)


def _packed(source: Integers, target: Integers) -> Integers:
    code = np.zeros(len(source), dtype=np.int64)
    for column in range(source.shape[1]):
        code = code << _SOURCE_BITS | source[:, column]
    tail = np.zeros(len(source), dtype=np.int64)
    for column in range(target.shape[1]):
        tail = tail << _TARGET_BITS | target[:, column]
    return code << 2 * _TARGET_BITS | tail


def _unpacked(code: int, bits: int) -> list[int]:
    letters: list[int] = []
    while code:
        letters.append(code & ((1 << bits) - 1))
        code >>= bits
    return letters[::-1]


def _best_paths(group: Group, logs: Floats) -> list[list[int] | None]:
    n, m = group.size
    pairs = len(group.places)
    best = np.full((n + 1, m + 1, pairs), -np.inf)
    best[0, 0] = 0.0
    last = np.full((n + 1, m + 1, pairs), -1, dtype=np.int32)
    for arc, (i, j, a, b) in enumerate(group.arcs):
        score = best[i, j] + logs[group.units[arc]]
        better = score > best[i + a, j + b]
        best[i + a, j + b][better] = score[better]
        last[i + a, j + b][better] = arc
    paths: list[list[int] | None] = []
    for pair in range(pairs):
        i, j, units = n, m, list[int]()
        while i and last[i, j, pair] >= 0:
            arc = int(last[i, j, pair])
            units.append(int(group.units[arc, pair]))
            i, j = group.arcs[arc][0], group.arcs[arc][1]
        paths.append(None if i else units[::-1])
    return paths
