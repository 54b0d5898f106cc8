"""Evaluate a network on the validation rows, and choose its threshold for names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.entities.news_model.biluo import OUTSIDE, decode
from pipeline.entities.news_model.network import COLUMNS, SHAPE_COLUMN, Tagger
from training.entities.corpus import UPPER_COLUMN, Example, is_known

_BATCH_ROWS = 64
# By how much the score of no name may be lowered, and what that may cost of the mean F1, in points.
_CANDIDATES = tuple(step / 10 for step in range(0, 16, 2))
_COST = 0.1


class Watched(NamedTuple):
    """Validation rows of one source.

    Attributes:
        examples: Of all rows.
        unreachable: Entities that begin or end within a token: they count as missed.
    """

    examples: list[Example]
    unreachable: int


Scores = NDArray[np.float32]


def evaluate(network: Tagger, development: Mapping[str, Watched]) -> dict[str, float]:
    """F1 by source on exact spans, in percent; ``mean`` of all sources, and ``capitals``: the mean in capitals."""
    figures = {
        name: _f1(watched, list(_scores(network, watched, in_capitals=False))) for name, watched in development.items()
    }
    capitals = [_f1(watched, list(_scores(network, watched, in_capitals=True))) for watched in development.values()]
    return {**figures, "mean": sum(figures.values()) / len(figures), "capitals": sum(capitals) / len(capitals)}


def balance(network: Tagger, development: Mapping[str, Watched]) -> float:
    """Lower the score of no name as far as that costs the mean F1 of all sources nothing, and return by how much.

    Trained on single tokens, few of which belong to names, a network misses more names than it invents. For news
    monitoring a missed name is worse than a false one.
    """
    scores = {name: list(_scores(network, watched, in_capitals=False)) for name, watched in development.items()}

    means = {
        lowered: sum(_f1(watched, scores[name], lowered) for name, watched in development.items()) / len(development)
        for lowered in _CANDIDATES
    }
    best = max(lowered for lowered in _CANDIDATES if means[lowered] >= max(means.values()) - _COST)
    output = next(node for node in reversed(list(network.walk())) if node.name == "linear")
    bias = np.array(output.get_param("b"))
    bias[OUTSIDE] -= best
    output.set_param("b", bias)
    return best


def _scores(network: Tagger, watched: Watched, *, in_capitals: bool) -> Iterator[Scores]:
    for begin in range(0, len(watched.examples), _BATCH_ROWS):
        batch = watched.examples[begin : begin + _BATCH_ROWS]
        inputs = [example.features[:, :COLUMNS].copy() for example in batch]
        if in_capitals:
            for array, example in zip(inputs, batch, strict=True):
                array[:, SHAPE_COLUMN] = example.features[:, UPPER_COLUMN]
        for scores in network.predict(inputs):
            yield np.asarray(scores)


def _f1(watched: Watched, scores: list[Scores], lowered: float = 0.0) -> float:
    right, found, wanted = 0, 0, watched.unreachable
    for own, example in zip(scores, watched.examples, strict=True):
        changed = own.copy()
        changed[:, OUTSIDE] -= lowered
        unknown = ~is_known(example.tags)
        spans = {span for span in decode(changed) if not unknown[span[0] : span[1]].any()}
        truth = set(example.mentions)
        right, found, wanted = right + len(truth & spans), found + len(spans), wanted + len(truth)
    return 200 * right / max(found + wanted, 1)
