"""Polling, drawn at random: hosts keep their turns and pauses, and nothing of a source is lost or told twice."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.polling.host_queue import HostQueue, Turn
from pipeline.sources.polling.readings import PollReader, first_state, settled
from pipeline.sources.polling.schedule import PollPace
from pipeline.sources.polling.seen_entries import SeenEntries, entry_mark
from tests.unit.sources.polled_sources import NOW, ASource, Item, answer, rss

PAUSE = 2.0
HOSTS = st.sampled_from("abc")


@given(
    st.lists(st.tuples(st.integers(0, 9), HOSTS, st.integers(0, 30)), max_size=30),
    st.lists(st.sampled_from(("take", "release", "remove", "wait")), max_size=60),
    st.randoms(use_true_random=False),
)
def test_a_host_has_one_turn_at_a_time_and_a_pause_behind_it(
    puts: list[tuple[int, str, int]], acts: list[str], random: Random
) -> None:
    queue: HostQueue[int] = HostQueue(PAUSE)
    waiting: dict[int, tuple[str, float]] = {}
    running: list[Turn[int]] = []
    free_at: dict[str, float] = {}
    now = 0.0

    def ready_at(host: str, due_at: float) -> float:
        return max(due_at, free_at.get(host, 0.0))

    def taken() -> set[str]:
        return {turn.host for turn in running}

    for act in [*["put"] * len(puts), *acts]:
        match act:
            case "put":
                item, host, due = puts.pop()
                queue.put(item, host, due)
                waiting[item] = host, due
            case "remove" if waiting:
                item = random.choice(sorted(waiting))
                queue.remove(item)
                del waiting[item]
            case "release" if running:
                turn = running.pop(random.randrange(len(running)))
                queue.release(turn.host, now)
                free_at[turn.host] = now + PAUSE
            case "wait":
                now += 1
            case _:
                may = {item: ready_at(*place) for item, place in waiting.items() if place[0] not in taken()}
                assert queue.next_at() == min(may.values(), default=None)
                turn_now = queue.take(now)
                if turn_now is None:
                    assert all(at > now for at in may.values())
                else:
                    assert may[turn_now.item] == min(may.values()) <= now
                    assert waiting.pop(turn_now.item) == (turn_now.host, turn_now.due_at)
                    running.append(turn_now)
        assert len(queue) == len(waiting)


@given(st.lists(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), unique_by=lambda each: each[0], max_size=8)))
def test_each_version_of_an_entry_is_told_when_it_comes(documents: list[list[tuple[int, int]]]) -> None:
    source, reader, now = ASource(), PollReader(PollPace(), Random(1)), NOW
    state = first_state(source, now)
    current: dict[int, int] = {}
    for document in documents:
        now += timedelta(minutes=10)
        items = [Item(number, f"{'Text. ' * 100}{version}") for number, version in document]
        reading = reader.read(source, state, answer(rss(*items)), now)
        told = {int(each.entry.id or ""): each.novelty for each in reading.fresh}
        expected = {
            number: "new" if number not in current else "changed"
            for number, version in document
            if current.get(number) != version
        }
        assert told == expected
        current.update(document)
        state = settled(reading, (), now)


@given(st.binary(max_size=60), st.lists(st.text(max_size=3), max_size=5))
def test_any_memory_can_be_read(packed: bytes, identities: list[str]) -> None:
    marks = [entry_mark(identity, "x") for identity in identities]
    after = SeenEntries(SeenEntries(packed).packed_with(marks))
    assert all(after.novelty(mark) == "known" for mark in marks)
