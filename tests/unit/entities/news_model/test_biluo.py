from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.entities.news_model.biluo import MISSING, TAGS, TagSpan, decode, encode


def scores_of(tags: str) -> NDArray[np.float32]:
    """Scores by which each of these tags is the best of its token."""
    return np.eye(len(TAGS), dtype=np.float32)[[TAGS.index(tag) for tag in tags.split()]]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O U-PER O", [(1, 2, "PER")]),
        ("B-PER L-PER U-LOC B-ORG I-ORG L-ORG", [(0, 2, "PER"), (2, 3, "LOC"), (3, 6, "ORG")]),
        ("O O", []),
    ],
)
def test_spans_of_tags_and_back(tags: str, spans: list[TagSpan]) -> None:
    assert decode(scores_of(tags)) == spans
    assert [TAGS[tag] for tag in encode(len(tags.split()), spans)] == tags.split()


def test_tokens_of_which_nothing_is_known() -> None:
    assert encode(4, [(1, 2, "LOC")], missing=[(0, 3)]).tolist() == [MISSING, TAGS.index("U-LOC"), MISSING, 0]


def test_a_name_that_does_not_end_takes_the_likeliest_end() -> None:
    scores = scores_of("O B-PER O O")
    scores[2, TAGS.index("L-PER")] = 0.9
    assert decode(scores) == [(1, 3, "PER")]
    scores[1, TAGS.index("U-LOC")] = 0.95
    assert decode(scores) == [(1, 2, "LOC")]


def test_a_name_that_does_not_begin_is_none() -> None:
    scores = scores_of("O L-ORG O") * 9
    scores[1, TAGS.index("O")] = 8.5
    assert decode(scores) == []


def test_nothing() -> None:
    assert decode(np.zeros((0, len(TAGS)), dtype=np.float32)) == []


def spans_of(tags: NDArray[np.intp]) -> list[TagSpan] | None:
    """The spans of tags that make some, else None: written without regard to speed."""
    spans: list[TagSpan] = []
    begun: tuple[int, str] | None = None
    for place, name in enumerate(TAGS[tag] for tag in tags):
        if begun is not None and (name[0] not in "IL" or name[2:] != begun[1]):
            return None
        if begun is None and name[0] in "IL":
            return None
        if name[0] == "B":
            begun = place, name[2:]
        elif name[0] in "UL":
            spans.append((begun[0] if begun else place, place + 1, name[2:]))
            begun = None
    return None if begun else spans


@given(st.integers(0, 2**32 - 1), st.integers(1, 14), st.floats(0, 5))
def test_spans_are_disjoint_in_order_and_those_of_the_best_tags_where_these_make_some(
    seed: int, length: int, outside: float
) -> None:
    scores = np.random.default_rng(seed).normal(size=(length, len(TAGS))).astype(np.float32)
    scores[:, 0] += outside
    spans = decode(scores.copy())
    ends = [0]
    for start, end, _ in spans:
        assert ends[-1] <= start < end <= length
        ends.append(end)
    best = spans_of(scores.argmax(axis=1))
    if best is not None:
        assert spans == best
