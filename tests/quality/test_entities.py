"""What a linker must find and leave: concepts in parallel texts against a written truth, and the first article.

Floors lie a little under what was measured; ``docs/quality.md`` has the figures by language and kind.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker
from tests.quality.concept_truth import TAGS, Corpus, Tally, concepts_named, tally
from tests.quality.sections.concepts import MARKS

# Of each group of languages of ``MARKS``: the least recall and precision.
FLOORS: dict[Corpus, tuple[tuple[float, float], ...]] = {
    "pud": ((94.0, 95.5), (92.0, 96.0), (89.0, 93.0)),
    "ntrex-dev": ((94.5, 93.0), (88.0, 88.0)),
}

# What the first knowledge base must find in the article that the project starts from.
SEED = {
    "Wladimir Putin": "person/vladimir-putin", "Putins": "person/vladimir-putin", "Putin": "person/vladimir-putin",
    "Jens Stoltenberg": "person/jens-stoltenberg", "Stoltenberg": "person/jens-stoltenberg",
    "Antony Blinken": "person/antony-blinken", "NATO": "org/nato", "Pjöngjang": "city/pyongyang",
    "Washington": "city/washington", "Peking": "city/beijing", "Moskau": "city/moscow", "Russland": "country/ru",
    "Russlands": "country/ru", "Nordkorea": "country/kp", "Südkorea": "country/kr", "China": "country/cn",
    "Iran": "country/ir", "Ukraine": "country/ua", "Australien": "country/au", "Neuseeland": "country/nz",
    "US": "country/us", "nordkoreanische": "country/kp", "nordkoreanischen": "country/kp", "russische": "country/ru",
}  # fmt: skip


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(KnowledgeBase.load())


@pytest.mark.timeout(900)
@pytest.mark.parametrize("corpus", list(TAGS))
def test_concepts_in_parallel_texts(measuring_data: Path, linker: Linker, corpus: Corpus) -> None:
    for mark, (least_recall, least_precision) in zip(MARKS[corpus], FLOORS[corpus], strict=True):
        together = Tally.empty()
        for code in mark.codes.split():
            together.add(tally(measuring_data, linker, corpus, code))
        assert together.recall() >= least_recall, (mark.codes, together.recall())
        assert together.precision() >= least_precision, (mark.codes, together.precision())


def test_the_truth_is_about_concepts_that_are_there() -> None:
    named = concepts_named()
    assert len(named) >= 300
    assert named <= set(KnowledgeBase.load().concepts)


def test_the_first_article(measuring_data: Path, linker: Linker) -> None:
    (path,) = (measuring_data / "seed").glob("*.txt")
    body = path.read_text(encoding="utf-8")
    mentions = linker.link("", body, "de")
    assert all(body[m.start : m.end] == m.text for m in mentions)
    found = {(m.text, m.entity.id) for m in mentions if m.entity is not None}
    assert set(SEED.items()) <= found
