from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from pipeline.metrics import BatchHistogram

BOUNDS = (0.1, 0.2, 1, 5)
VALUES = st.lists(st.sampled_from([0.0, 0.1, 0.1000001, 0.2, 0.5, 1.0, 4.0, 5.0, 6.0]), max_size=20)


@given(st.lists(VALUES, max_size=4))
def test_a_batch_counts_as_its_values_one_by_one(batches: list[list[float]]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    all_at_once = BatchHistogram("seconds", "Time.", ["step"], buckets=BOUNDS, registry=ours).labels("rules")
    one_by_one = Histogram("seconds", "Time.", ["step"], buckets=BOUNDS, registry=theirs).labels("rules")
    for batch in batches:
        all_at_once.observe_all(batch)
        for value in batch:
            one_by_one.observe(value)
    exact, summed = generate_latest(theirs).decode(), generate_latest(ours).decode()
    assert [line for line in summed.splitlines() if "_sum" not in line] == [
        line for line in exact.splitlines() if "_sum" not in line
    ]
    total = sum(value for batch in batches for value in batch)
    assert abs((ours.get_sample_value("seconds_sum", {"step": "rules"}) or 0.0) - total) < 1e-9
