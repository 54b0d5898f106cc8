from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.streaming.records import Caution, RecordPosition
from pipeline.streaming.supervision.crash_record import CrashRecord
from pipeline.streaming.supervision.in_flight import Run, runs_of


def batch(first: int, last: int, partition: int = 0) -> tuple[Run, ...]:
    return (Run(partition, first, last),)


def test_one_death_changes_nothing() -> None:
    record = CrashRecord(3)
    assert not record.died(batch(0, 9)).is_new
    assert record.caution == Caution()


def test_only_what_was_in_flight_at_both_deaths_goes_alone() -> None:
    record = CrashRecord(3)
    record.died(batch(0, 9))
    verdict = record.died(batch(7, 20))
    assert verdict.alone == {RecordPosition(0, 7), RecordPosition(0, 8), RecordPosition(0, 9)}
    assert record.caution.alone == verdict.alone


def test_the_same_offsets_of_another_partition_are_other_records() -> None:
    record = CrashRecord(3)
    record.died(batch(0, 9, partition=1))
    assert not record.died(batch(0, 9, partition=2)).is_new


def test_a_record_is_condemned_after_its_deaths_alone_and_not_by_those_in_company() -> None:
    record = CrashRecord(2)
    record.died(batch(0, 9))
    record.died(batch(0, 9))
    record.passed(batch(0, 0))
    assert not record.died(batch(1, 1)).condemned
    assert record.died(batch(1, 1)).condemned == {RecordPosition(0, 1)}
    assert record.caution.condemned == {RecordPosition(0, 1)}
    assert record.caution.alone == {RecordPosition(0, offset) for offset in range(2, 10)}


def test_a_record_that_passed_is_cleared() -> None:
    record = CrashRecord(3)
    record.died(batch(0, 3))
    record.passed(batch(0, 3))
    assert not record.died(batch(0, 3)).is_new


def test_what_lies_between_records_that_passed_is_not_cleared() -> None:
    record = CrashRecord(3)
    record.died(batch(5, 5))
    record.passed((Run(0, 0, 4), Run(0, 6, 9)))
    assert record.died(batch(5, 5)).alone == {RecordPosition(0, 5)}


def test_condemned_records_in_a_row_are_counted_until_one_passes() -> None:
    record = CrashRecord(1)
    record.died(batch(0, 0))
    record.died(batch(1, 1))
    assert record.condemned_in_a_row == 2
    record.passed(batch(2, 2))
    assert record.condemned_in_a_row == 0


def test_what_lies_far_behind_is_forgotten() -> None:
    record = CrashRecord(1)
    record.died(batch(0, 0))
    record.died(batch(0, 0, partition=1))
    record.died(batch(5_000_000, 5_000_001))
    assert record.caution.condemned == {RecordPosition(1, 0)}


@given(st.integers(0, 30), st.integers(1, 8), st.integers(1, 4), st.booleans())
def test_one_deadly_record_is_found_whatever_the_batches_and_no_other_is_condemned(
    deadly: int, size: int, attempts: int, shift: bool
) -> None:
    record = CrashRecord(attempts)
    offset = deaths = 0
    while offset <= 30:
        caution = record.caution
        taken = [RecordPosition(0, offset)]
        if taken[0] not in caution.condemned:
            while len(taken) < size + (deaths % 2 if shift else 0) and taken[0] not in caution.alone:
                following = RecordPosition(0, taken[-1].offset + 1)
                if following in caution.alone or following in caution.condemned:
                    break
                taken.append(following)
            if RecordPosition(0, deadly) in taken:
                record.died(runs_of(taken))
                deaths += 1
                continue
            record.passed(runs_of(taken))
        offset = taken[-1].offset + 1
    assert record.caution.condemned == {RecordPosition(0, deadly)}
    assert deaths <= 2 + attempts
