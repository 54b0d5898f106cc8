"""What words of rules were settled to, shared between threads."""

from __future__ import annotations

import sys
from threading import Thread

from pipeline.rules.meaning.clauses import PhraseClause
from pipeline.rules.meaning.remembered_units import RememberedUnits


def test_the_same_setting_keeps_its_number() -> None:
    remembered = RememberedUnits()
    english = remembered.setting(("en",), True, True)

    assert remembered.setting(("de",), True, True) != english
    assert remembered.setting(("en",), True, True) == english


def test_a_full_memory_forgets_old_units_whichever_thread_fills_it() -> None:
    remembered = RememberedUnits()
    clause = PhraseClause(text="talks", sequence=("talks",))
    failures: list[KeyError | RuntimeError] = []

    def fill(thread: int) -> None:
        try:
            # All in one of its dictionaries.
            for number in range(20_000):
                remembered.add((thread * 20_000 + number) * 256, clause)
        except (KeyError, RuntimeError) as error:
            failures.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [Thread(target=fill, args=(thread,)) for thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert failures == []
    assert remembered.get(0) is None
    assert sum(remembered.get(number * 256) is clause for number in range(80_000)) == 1_024


def test_two_threads_never_share_a_number() -> None:
    remembered = RememberedUnits()
    numbers: list[int] = []

    class Overtaken:
        """While it is looked up, another thread asks for a number."""

        def __hash__(self) -> int:
            other = Thread(target=lambda: numbers.append(remembered.setting("de")))
            other.start()
            other.join(30)
            return 0

    numbers.append(remembered.setting(Overtaken()))

    assert len(set(numbers)) == len(numbers) == 2
