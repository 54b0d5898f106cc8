"""What must stay silent does, and what must be found is; floors lie a little under what was measured."""

from __future__ import annotations

import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker
from tests.quality.sections.traps import Trap, read_traps, wrong_ones

HIGHEST_SHARE_OF_TRAPS_THAT_FIRE = 0.03
LOWEST_SHARE_OF_COUNTERPARTS_FOUND = 0.95


@pytest.fixture(scope="module")
def traps() -> list[Trap]:
    return list(read_traps())


def test_there_are_many_in_many_languages(traps: list[Trap]) -> None:
    assert sum(not trap.must_fire for trap in traps) >= 300
    assert len({trap.language for trap in traps}) >= 20
    assert len(set(traps)) == len(traps)


def test_every_concept_is_in_the_knowledge_base(traps: list[Trap]) -> None:
    concepts = KnowledgeBase.load().concepts
    assert {trap.concept for trap in traps} - set(concepts) == set()


def test_few_traps_fire_and_most_counterparts_are_found(traps: list[Trap]) -> None:
    wrong = wrong_ones(Linker(KnowledgeBase.load()))
    silent = [trap for trap in traps if not trap.must_fire]
    fired = [trap for trap in wrong if not trap.must_fire]
    missed = [trap for trap in wrong if trap.must_fire]
    assert len(fired) <= HIGHEST_SHARE_OF_TRAPS_THAT_FIRE * len(silent), fired
    assert len(traps) - len(silent) - len(missed) >= LOWEST_SHARE_OF_COUNTERPARTS_FOUND * (len(traps) - len(silent)), (
        missed
    )
