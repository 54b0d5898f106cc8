"""Spans as one tag a token: begin, inside, last, unit, outside; and the best spans for given scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

LABELS = ("PER", "ORG", "LOC")
TAGS = ("O", *(f"{place}-{label}" for label in LABELS for place in "BILU"))
OUTSIDE = 0
MISSING = -1
"""The tag of a token whose label is unknown."""

TagSpan = tuple[int, int, str]
"""First token, token behind the last, label."""


def _may_follow(tag: str, previous: str) -> bool:
    if previous[0] in "BI":
        return tag[0] in "IL" and tag[1:] == previous[1:]
    return tag[0] in "OBU"


# Made at import, in microseconds, since every line is read with them.
_ALLOWED = np.array([[_may_follow(tag, previous) for tag in TAGS] for previous in TAGS])
_FORBIDDEN = np.where(_ALLOWED, np.float32(0), np.float32(-1e6))
_BEGINS = _ALLOWED[OUTSIDE]
_ENDS = np.array([tag[0] not in "BI" for tag in TAGS])


def encode(length: int, spans: Sequence[TagSpan], missing: Sequence[tuple[int, int]] = ()) -> NDArray[np.int8]:
    """The tags of ``length`` tokens with these disjoint spans; tokens of ``missing`` outside of them are unknown."""
    tags = np.zeros(length, dtype=np.int8)
    for start, end in missing:
        tags[start:end] = MISSING
    for start, end, label in spans:
        first = TAGS.index(f"B-{label}")
        if end - start == 1:
            tags[start] = first + 3
        else:
            tags[start] = first
            tags[start + 1 : end - 1] = first + 1
            tags[end - 1] = first + 2
    return tags


def decode(scores: NDArray[np.float32]) -> list[TagSpan]:
    """The best spans.

    Args:
        scores: Log-probabilities or logits, tokens by tags.

    Returns:
        Disjoint spans in order. Where the best tags of single tokens make no spans, the best sequence that does is
        taken for the tokens between two that are outside (Viterbi).
    """
    tags = scores.argmax(axis=1)
    for start, end in _broken(tags):
        tags[start:end] = _best_path(scores[start:end])
    return list(_spans(tags))


def _broken(tags: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """The stretches from one token outside to the next in which a tag may not follow the one before it."""
    padded = np.concatenate(([OUTSIDE], tags, [OUTSIDE]))
    wrong = np.flatnonzero(~_ALLOWED[padded[:-1], padded[1:]])
    if not len(wrong):
        return
    outside = np.flatnonzero(padded == OUTSIDE)
    done = 0
    for place in wrong:
        if 0 < done >= place:
            continue
        # Counted in ``tags``, one less than in ``padded``. The tokens outside on both sides are in the stretch: they
        # may turn out to be the name's first or last.
        start = max(outside[np.searchsorted(outside, place, side="right") - 1] - 1, done)
        end = outside[np.searchsorted(outside, place + 1)]
        while end + 1 < len(padded) and not _ALLOWED[OUTSIDE, padded[end + 1]]:
            end = outside[np.searchsorted(outside, end + 1)]
        done = min(end, len(tags))
        yield start, done


def _best_path(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    best = np.where(_BEGINS, scores[0], np.float32(-1e6))
    came_from = np.zeros(scores.shape, dtype=np.intp)
    for place in range(1, len(scores)):
        through = best[:, None] + _FORBIDDEN
        came_from[place] = through.argmax(axis=0)
        best = through.max(axis=0) + scores[place]
    path = np.zeros(len(scores), dtype=np.intp)
    path[-1] = np.where(_ENDS, best, np.float32(-1e9)).argmax()
    for place in range(len(scores) - 1, 0, -1):
        path[place - 1] = came_from[place, path[place]]
    return path


def _spans(tags: NDArray[np.intp]) -> Iterator[TagSpan]:
    start = 0
    for place in np.flatnonzero(tags):
        tag = TAGS[tags[place]]
        if tag[0] in "BU":
            start = int(place)
        if tag[0] in "LU":
            yield start, int(place) + 1, tag[2:]
