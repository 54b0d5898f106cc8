"""Spell a word by a joint n-gram model: letters of both scripts are made together, unit by unit.

A unit, or graphone, is a few Latin letters with the letters that stand for them: ``sch`` with ``ш``. A word is a
sequence of units, and an n-gram model gives the probability of each after those before it. Since a sequence holds both
spellings, one model serves both directions.

Source: Bisani and Ney, Joint-sequence models for grapheme-to-phoneme conversion (2008).
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.transliteration.packed import END, START, STEP, PackedModel, parents_of, sums, unpack_numbers

LONGEST_WORD = 24
"""Most letters of a word; no name of one word is longer."""

# How many states are kept at a letter, and how far below the best one they may be, in nats.
_BEAM = 20
_BEAM_WIDTH = 7.0
# How many units are tried for the same letters.
_MAX_EMISSIONS = 16
# How many Latin letters in a row may have no counterpart in the other script.
_MAX_SILENT = 2
_NO_STATE = -1


class Spelling(NamedTuple):
    """One way to write a name.

    Attributes:
        text: As written.
        confidence: Its probability by the model, 0 to 1, among all ways to write this name.
    """

    text: str
    confidence: float


def ranked(found: Iterable[Spelling], limit: int) -> list[Spelling]:
    """Each text once with its summed confidence, likeliest first; ties in alphabetical order."""
    totals: dict[str, float] = {}
    for spelling in found:
        totals[spelling.text] = totals.get(spelling.text, 0.0) + spelling.confidence
    in_order = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return [Spelling(text, total) for text, total in in_order[:limit] if text]


class _Emission(NamedTuple):
    """A unit seen from one side: its number, how many letters it reads, and what it writes."""

    symbol: int
    read: int
    written: str


_Hypotheses = dict[tuple[int, str], float]


class GraphoneModel:
    """An n-gram model of units; immutable, so threads may share it.

    Attributes:
        letters: The Latin letters that it knows.
    """

    def __init__(self, packed: PackedModel) -> None:
        self.letters = frozenset(packed.letters)
        size = len(packed.sources) + 2
        parents = [
            parents_of(unpack_numbers(level.children)) if place else np.zeros(size, np.int64)
            for place, level in enumerate(packed.levels)
        ]
        symbols = [
            np.arange(size),
            *(
                sums(unpack_numbers(level.symbols), above)
                for level, above in zip(packed.levels[1:], parents[1:], strict=True)
            ),
        ]
        offsets = np.concatenate(([0], np.cumsum([len(level) for level in symbols])))
        self._symbols = array("H", np.concatenate(symbols).astype(np.uint16).tobytes())
        self._first = array("I", _first_children(parents, offsets).astype(np.uint32).tobytes())
        self._suffix = array("i", _suffixes(parents, symbols, offsets).astype(np.int32).tobytes())
        self._probabilities = b"".join(level.log_probabilities for level in packed.levels)
        self._backoffs = b"".join(level.log_backoffs for level in packed.levels).ljust(int(offsets[-1]), b"\0")
        self._logs = [-STEP * count for count in range(256)]
        units = list(enumerate(zip(packed.sources, packed.targets, strict=True), 2))
        # Sorted by probability, so that the likeliest are kept.
        units.sort(key=lambda unit: self._probabilities[unit[0]])
        self._by_source = _emissions(
            (source, _Emission(symbol, len(source), target)) for symbol, (source, target) in units
        )
        self._by_target = _emissions(
            (target, _Emission(symbol, len(target), source)) for symbol, (source, target) in units
        )

    def spell(self, word: str, limit: int) -> list[Spelling]:
        """The most probable spellings of a Latin word.

        Args:
            word: Letters that the model knows.
            limit: At most so many.

        Returns:
            The best first; none for an empty word, one of more than ``LONGEST_WORD`` letters, or letters unknown.
        """
        return self._search(word, self._by_source, limit)

    def romanise(self, word: str, limit: int) -> list[Spelling]:
        """The most probable Latin words that a word of the other script spells; arguments as ``spell``."""
        return self._search(word, self._by_target, limit)

    def _search(self, word: str, emissions: Mapping[str, Sequence[_Emission]], limit: int) -> list[Spelling]:
        if not 0 < len(word) <= LONGEST_WORD:
            return []
        longest = max(map(len, emissions))
        beams: list[_Hypotheses] = [{} for _ in range(len(word) + 1)]
        beams[0][START, ""] = 0.0
        silent = emissions.get("", ())
        for place in range(len(word) + 1):
            for _ in range(_MAX_SILENT if silent else 0):
                self._advance(beams, place, silent)
            reading = [
                emission
                for length in range(1, min(longest, len(word) - place) + 1)
                for emission in emissions.get(word[place : place + length], ())
            ]
            self._advance(beams, place, reading)
        return self._finished(beams[-1], limit)

    def _advance(self, beams: list[_Hypotheses], place: int, emissions: Sequence[_Emission]) -> None:
        """Extend the best hypotheses at a letter by each emission."""
        best = sorted(beams[place].items(), key=lambda item: -item[1])[:_BEAM]
        steps: dict[int, list[tuple[_Hypotheses, int, str, float]]] = {}
        for (state, written), score in best:
            if score < best[0][1] - _BEAM_WIDTH:
                break
            following = steps.get(state)
            if following is None:
                following = steps[state] = [
                    (beams[place + emission.read], *self._step(state, emission)) for emission in emissions
                ]
            for beam, after, letters, gain in following:
                key = (after, written + letters)
                total = score + gain
                if total > beam.get(key, -math.inf):
                    beam[key] = total

    def _step(self, state: int, emission: _Emission) -> tuple[int, str, float]:
        after, gain = self._follow(state, emission.symbol)
        return after, emission.written, gain

    def _follow(self, state: int, symbol: int) -> tuple[int, float]:
        """The state after a symbol, and the logarithm of its probability."""
        symbols, first, logs = self._symbols, self._first, self._logs
        gain = 0.0
        while state != _NO_STATE:
            low, high = first[state], first[state + 1]
            if low < high:
                at = bisect_left(symbols, symbol, low, high)
                if at < high and symbols[at] == symbol:
                    return at, gain + logs[self._probabilities[at]]
            gain += logs[self._backoffs[state]]
            state = self._suffix[state]
        return symbol, gain + logs[self._probabilities[symbol]]

    def _finished(self, hypotheses: _Hypotheses, limit: int) -> list[Spelling]:
        """The words of the last beam; the probabilities of all ways to cut a word into units add up."""
        totals: dict[str, float] = {}
        if not hypotheses:
            return []
        ends = {key: score + self._follow(key[0], END)[1] for key, score in hypotheses.items()}
        best = max(ends.values())
        for (_, written), score in ends.items():
            totals[written] = totals.get(written, 0.0) + math.exp(score - best)
        whole = sum(totals.values())
        in_order = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
        return [Spelling(written, total / whole) for written, total in in_order[:limit] if written]


def _emissions(units: Iterable[tuple[str, _Emission]]) -> dict[str, list[_Emission]]:
    by_letters: dict[str, list[_Emission]] = {}
    for letters, emission in units:
        found = by_letters.setdefault(letters, [])
        if len(found) < _MAX_EMISSIONS:
            found.append(emission)
    return by_letters


def _first_children(parents: Sequence[npt.NDArray[np.int64]], offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each n-gram where those that begin with it start; they end where the next one's start."""
    firsts = []
    for level in range(1, len(parents)):
        counts = np.bincount(parents[level], minlength=len(parents[level - 1]))
        firsts.append(offsets[level] + np.cumsum(counts) - counts)
    return np.concatenate([*firsts, np.full(len(parents[-1]) + 1, offsets[-1])])


def _suffixes(
    parents: Sequence[npt.NDArray[np.int64]], symbols: Sequence[npt.NDArray[np.int64]], offsets: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """For each n-gram the one without its first symbol, which every model holds."""
    size = len(symbols[0])
    places = [np.full(size, _NO_STATE)]
    result = [places[0]]
    for level in range(1, len(parents)):
        if level == 1:
            place = symbols[1]
        else:
            keys = parents[level - 1] * size + symbols[level - 1]
            place = np.searchsorted(keys, places[-1][parents[level]] * size + symbols[level])
        places.append(place)
        result.append(place + offsets[level - 1])
    return np.concatenate(result)
