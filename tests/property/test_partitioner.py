from __future__ import annotations

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from pipeline.streaming.partitioner import partition_of


@given(st.binary(max_size=64), st.integers(1, 50))
def test_a_key_belongs_where_other_clients_put_it(key: bytes, count: int) -> None:
    partitions = list(range(count))
    assert partition_of(key, partitions) == DefaultPartitioner()(key, partitions, partitions)


@given(st.integers(1, 50))
def test_without_a_key_any_partition_will_do(count: int) -> None:
    assert partition_of(None, range(count)) in range(count)
