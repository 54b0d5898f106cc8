"""Estimate an n-gram model of units, prune it, and lay it out as the trie that ships.

Source: interpolated Kneser-Ney smoothing with three discounts, after Chen and Goodman (1999); pruning by the loss of
weighted log probability, after Seymore and Rosenfeld (1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

START, END = 0, 1
"""Numbers of the two marks around every name; units count from 2."""


@dataclass(frozen=True, slots=True)
class Level:
    """All n-grams of one length, sorted by their first words and then by the last.

    Attributes:
        parent: The n-gram of its first words, a place in the level before.
        symbol: Its last word.
        suffix: The n-gram of its last words, a place in the level before.
        count: How often it was seen.
    """

    parent: Integers
    symbol: Integers
    suffix: Integers
    count: Integers


@dataclass(frozen=True, slots=True)
class PrunedLevel:
    """The part of a level that ships, in the same order.

    Attributes:
        parent: Place of the parent among what ships of the level before.
        symbol: Its last word.
        log_probability: Natural logarithm, of the last word after the first ones.
        log_backoff: Natural logarithm of what remains for words that were not seen after it.
    """

    parent: Integers
    symbol: Integers
    log_probability: Floats
    log_backoff: Floats


def count_ngrams(names: Sequence[Sequence[int]], symbols: int, order: int) -> list[Level]:
    """Every n-gram up to a length, in names given as numbers of units without the marks."""
    lengths = np.array([len(name) + 2 for name in names])
    words = np.fromiter((word for name in names for word in (START, *name, END)), np.int64, int(lengths.sum()))
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    depth = np.arange(len(words)) - np.repeat(starts, lengths)
    ending_here = words.copy()
    levels = [
        Level(
            np.zeros(symbols, np.int64),
            np.arange(symbols),
            np.zeros(symbols, np.int64),
            np.bincount(words, minlength=symbols),
        )
    ]
    for length in range(2, order + 1):
        places = np.flatnonzero(depth >= length - 1)
        keys = ending_here[places - 1] * symbols + words[places]
        distinct, number, count = np.unique(keys, return_inverse=True, return_counts=True)
        suffix = np.zeros(len(distinct), np.int64)
        suffix[number] = ending_here[places]
        levels.append(Level(distinct // symbols, distinct % symbols, suffix, count))
        ending_here = np.full(len(words), -1)
        ending_here[places] = number
    return levels


def smoothed(levels: Sequence[Level]) -> tuple[list[Floats], list[Floats]]:
    """Probability of each n-gram's last word after its first ones, and the weight left for unseen words after it."""
    probabilities: list[Floats] = []
    backoffs: list[Floats] = []
    for depth, level in enumerate(levels):
        count = level.count.astype(np.float64)
        if depth + 1 < len(levels):
            longer = levels[depth + 1]
            different = np.bincount(longer.suffix, minlength=len(count))
            # Nothing precedes the start mark, so n-grams that begin with it keep their own counts.
            count = np.where(different > 0, different, count)
        if depth == 0:
            count[START] = 0
        parents = 1 if depth == 0 else len(levels[depth - 1].symbol)
        discount = _discounts(count)
        total = np.bincount(level.parent, count, minlength=parents)
        left = np.bincount(level.parent, discount, minlength=parents)
        share = np.divide(left, total, out=np.ones_like(total), where=total > 0)
        lower = 1.0 / len(count) if depth == 0 else probabilities[-1][level.suffix]
        own = np.divide(count - discount, total[level.parent], out=np.zeros_like(count), where=total[level.parent] > 0)
        probabilities.append(own + share[level.parent] * lower)
        if depth:
            backoffs.append(share)
    backoffs.append(np.ones(len(levels[-1].symbol)))
    return probabilities, backoffs


def pruned(levels: Sequence[Level], threshold: float) -> list[PrunedLevel]:
    """Drop n-grams that add little to shorter ones, and give their weight back to the shorter ones."""
    probabilities, backoffs = smoothed(levels)
    keep = [np.ones(len(level.symbol), np.bool_) for level in levels]
    for depth in range(len(levels) - 1, 0, -1):
        level = levels[depth]
        without = probabilities[depth - 1][level.suffix] * backoffs[depth - 1][level.parent]
        loss = level.count * np.log(probabilities[depth] / without)
        kept = loss > threshold
        if depth + 1 < len(levels):
            longer, alive = levels[depth + 1], keep[depth + 1]
            kept[longer.parent[alive]] = True
            kept[longer.suffix[alive]] = True
        keep[depth] = kept
    result: list[PrunedLevel] = []
    place = np.zeros(1, np.int64)
    for depth, level in enumerate(levels):
        alive = keep[depth]
        with np.errstate(divide="ignore"):
            result.append(
                PrunedLevel(
                    place[level.parent[alive]],
                    level.symbol[alive],
                    np.log(probabilities[depth][alive]),
                    np.log(_left_over(levels, probabilities, keep, depth)[alive]),
                )
            )
        place = np.cumsum(alive) - 1
    return result


def _left_over(
    levels: Sequence[Level], probabilities: Sequence[Floats], keep: Sequence[Booleans], depth: int
) -> Floats:
    """The back-off weight of each n-gram, so that the probabilities after it still sum to one."""
    size = len(levels[depth].symbol)
    if depth + 1 == len(levels):
        return np.ones(size)
    longer, alive = levels[depth + 1], keep[depth + 1]
    seen = np.bincount(longer.parent[alive], probabilities[depth + 1][alive], minlength=size)
    shorter = np.bincount(longer.parent[alive], probabilities[depth][longer.suffix[alive]], minlength=size)
    return np.clip(1 - seen, 1e-6, 1) / np.clip(1 - shorter, 1e-6, 1)


def _discounts(count: Floats) -> Floats:
    """The discounts for n-grams seen once, twice, and more often."""
    ones, twos, threes, fours = (max(float(np.sum(count == times)), 1.0) for times in (1, 2, 3, 4))
    basis = ones / (ones + 2 * twos)
    amounts = (1 - 2 * basis * twos / ones, 2 - 3 * basis * threes / twos, 3 - 4 * basis * fours / threes)
    bounded = [min(max(amount, 0.05), times - 0.05) for times, amount in enumerate(amounts, 1)]
    return np.select([count == 0, count == 1, count == 2], [0.0, bounded[0], bounded[1]], bounded[2])
