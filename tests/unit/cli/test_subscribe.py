from __future__ import annotations

import asyncio

import pytest

from pipeline.cli.subscribe import tell_missing
from pipeline.errors import TopicReplacedError


def test_of_rules_that_are_not_there_a_note_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    async def missing() -> list[str]:
        return ["opec"]

    asyncio.run(tell_missing(missing()))
    assert capsys.readouterr().err == "note: there is no rule opec now; its alerts are waited for all the same\n"


def test_what_the_broker_does_not_tell_costs_the_note_alone(capsys: pytest.CaptureFixture[str]) -> None:
    async def missing() -> list[str]:
        raise TopicReplacedError("watch-rules.v1")

    asyncio.run(tell_missing(missing()))
    assert capsys.readouterr() == ("", "")
