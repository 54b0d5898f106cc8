"""What words of rules were settled to, shared between threads."""

from __future__ import annotations

from threading import Thread

from pipeline.rules.remembered_units import RememberedUnits


def test_the_same_setting_keeps_its_number() -> None:
    remembered = RememberedUnits()
    english = remembered.setting(("en",), True, True)

    assert remembered.setting(("de",), True, True) != english
    assert remembered.setting(("en",), True, True) == english


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
