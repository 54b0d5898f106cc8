"""Posting lists, each with a second key to test first."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.rules.index.keys import NO_KEY
from pipeline.rules.index.postings import Candidates, Postings


@pytest.fixture
def postings() -> Postings:
    filed = Postings()
    filed.add(1, [(10, 20, True)])
    filed.add(2, [(10, NO_KEY, False)])
    filed.add(3, [(10, 20, False), (10, 30, True), (11, 20, False)])
    return filed


def candidates(postings: Postings, keys: set[int]) -> Candidates:
    held = bytearray(40)
    for key in (NO_KEY, *keys):
        held[key] = 1
    return postings.candidates(np.array([NO_KEY, *keys], np.uint32), held)


@pytest.mark.parametrize(
    ("keys", "satisfied", "doubtful"),
    [
        ({10}, set(), {2}),
        ({10, 20}, {1}, {2, 3}),
        ({10, 30}, {3}, {2}),
        ({10, 20, 30}, {1, 3}, {2}),
        ({11}, set(), set()),
        ({11, 20}, set(), {3}),
        ({20, 30}, set(), set()),
        ({39}, set(), set()),
    ],
)
def test_a_candidate_has_both_keys(postings: Postings, keys: set[int], satisfied: set[int], doubtful: set[int]) -> None:
    assert candidates(postings, keys) == Candidates(satisfied, doubtful)


def test_a_removed_rule_leaves_the_others_in_place(postings: Postings) -> None:
    postings.remove(1, [(10, 20, True)])
    postings.remove(3, [(10, 20, False), (10, 30, True), (11, 20, False)])

    assert candidates(postings, {10, 11, 20, 30}) == Candidates(set(), {2})
    assert len(postings) == 1


def test_a_rule_number_is_not_taken_for_a_second_key() -> None:
    filed = Postings()
    for rule, second in ((5, 7), (7, 5), (5, 9)):
        filed.add(rule, [(1, second, False)])
    filed.remove(5, [(1, 9, False)])

    assert candidates(filed, {1, 5}).doubtful == {7}
    assert candidates(filed, {1, 7}).doubtful == {5}


def test_a_long_row_loses_none_of_its_rules() -> None:
    filed = Postings()
    for rule in range(2_000):
        filed.add(rule, [(1, 2, rule % 2 == 0)])
    for rule in range(0, 2_000, 3):
        filed.remove(rule, [(1, 2, rule % 2 == 0)])

    left = {rule for rule in range(2_000) if rule % 3}
    found = candidates(filed, {1, 2})
    assert found == Candidates({rule for rule in left if rule % 2 == 0}, {rule for rule in left if rule % 2})


def test_what_is_not_filed_cannot_be_removed(postings: Postings) -> None:
    for rule, posting in ((4, (10, 20, True)), (4, (11, 20, True)), (1, (12, 20, True)), (1, (99, 20, True))):
        with pytest.raises(ValueError, match="not"):
            postings.remove(rule, [posting])
