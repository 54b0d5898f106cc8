from __future__ import annotations

import pytest

from pipeline.streaming.faust_consumer import Deliveries


class Partition:
    """Messages at some offsets, delivered in order, of which some are acked."""

    def __init__(self, *offsets: int) -> None:
        self._deliveries = Deliveries(offsets[0])
        self._acked: list[int] = []
        for offset in offsets:
            self._deliveries.add(offset)

    def ack(self, *offsets: int) -> list[int]:
        """Those that can be committed now."""
        self._acked = sorted([*self._acked, *offsets])
        count = self._deliveries.passed(self._acked)
        committed, self._acked = self._acked[:count], self._acked[count:]
        return committed


@pytest.mark.parametrize("first", [0, 7])
def test_what_is_acked_is_committed_up_to_the_first_that_is_not(first: int) -> None:
    partition = Partition(*range(first, first + 6))
    assert partition.ack(first + 1, first + 3) == []
    assert partition.ack(first) == [first, first + 1]
    assert partition.ack(first + 4) == []
    assert partition.ack(first + 2) == [first + 2, first + 3, first + 4]
    assert partition.ack(first + 5) == [first + 5]


@pytest.mark.parametrize("first", [0, 5])
def test_offsets_that_hold_no_message_hold_up_nothing(first: int) -> None:
    partition = Partition(first, first + 2, first + 10, first + 11, first + 20)
    assert partition.ack(first) == [first]
    assert partition.ack(first + 11) == []
    assert partition.ack(first + 2) == [first + 2]
    assert partition.ack(first + 10) == [first + 10, first + 11]
    assert partition.ack(first + 20) == [first + 20]


def test_a_gap_of_any_length_costs_as_little() -> None:
    far = 10**15
    partition = Partition(0, far, far + 1, 2 * far)
    assert partition.ack(0, far + 1) == [0]
    assert partition.ack(far) == [far, far + 1]
    assert partition.ack(2 * far) == [2 * far]


def test_one_that_is_acked_twice_moves_nothing_back() -> None:
    partition = Partition(*range(6))
    assert partition.ack(0, 1, 2) == [0, 1, 2]
    assert partition.ack(1) == [1]
    assert partition.ack(3, 4) == [3, 4]


def test_a_partition_that_is_read_again_is_told_by_its_offsets() -> None:
    deliveries = Deliveries(5)
    for offset in (5, 6, 9):
        deliveries.add(offset)
    assert deliveries.is_behind(9)
    assert not deliveries.is_behind(10)
    assert not deliveries.is_behind(20)
