"""Posting lists, each with a second key to test first."""

from __future__ import annotations

import pytest

from pipeline.rules.keys import NO_KEY
from pipeline.rules.postings import Postings


@pytest.fixture
def postings() -> Postings:
    filed = Postings()
    filed.add(1, [(10, 20)])
    filed.add(2, [(10, NO_KEY)])
    filed.add(3, [(10, 20), (10, 30), (11, 20)])
    return filed


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({10}, {2}),
        ({10, 20}, {1, 2, 3}),
        ({10, 30}, {2, 3}),
        ({11}, set()),
        ({11, 20}, {3}),
        ({20, 30}, set()),
    ],
)
def test_a_candidate_has_both_keys(postings: Postings, held: set[int], expected: set[int]) -> None:
    assert postings.candidates({NO_KEY, *held}) == expected


def test_a_removed_rule_leaves_the_others_in_place(postings: Postings) -> None:
    postings.remove(1, [(10, 20)])
    postings.remove(3, [(10, 20), (10, 30), (11, 20)])

    assert postings.candidates({NO_KEY, 10, 11, 20, 30}) == {2}
    assert len(postings) == 1


def test_a_rule_number_is_not_taken_for_a_second_key() -> None:
    filed = Postings()
    for rule, second in ((5, 7), (7, 5), (5, 9)):
        filed.add(rule, [(1, second)])
    filed.remove(5, [(1, 9)])

    assert filed.candidates({NO_KEY, 1, 5}) == {7}
    assert filed.candidates({NO_KEY, 1, 7}) == {5}


def test_what_is_not_filed_cannot_be_removed(postings: Postings) -> None:
    with pytest.raises(ValueError, match="not"):
        postings.remove(4, [(10, 20)])
    with pytest.raises(ValueError, match="not"):
        postings.remove(4, [(11, 20)])
    with pytest.raises(KeyError):
        postings.remove(1, [(12, 20)])
