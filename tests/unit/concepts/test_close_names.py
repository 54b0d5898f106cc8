"""Names one or two letters off: what is near, and that nothing near is passed over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.concepts import KnowledgeBase, UnknownConceptError
from pipeline.concepts.close_names import CloseNames, distance

NAMES = st.text(alphabet="abcde ж", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("first", "second", "letters"),
    [
        ("ukraine", "ukraine", 0),
        ("ukrane", "ukraine", 1),
        ("ukrainee", "ukraine", 1),
        ("ukraina", "ukraine", 1),
        ("urkaine", "ukraine", 1),
        ("nrth koera", "north korea", 2),
        ("ab", "", 2),
        ("kitten", "sitting", 3),
    ],
)
def test_letters_put_in_left_out_replaced_and_swapped_count_one_each(first: str, second: str, letters: int) -> None:
    assert distance(first, second) == distance(second, first) == letters


@given(st.lists(NAMES, unique=True), NAMES)
def test_every_name_that_is_near_and_begins_alike_is_found(names: list[str], asked: str) -> None:
    close = CloseNames({name: number for number, name in enumerate(names)})
    most = 0 if len(asked) < 5 else 1 if len(asked) < 9 else 2
    distances = {(distance(asked, name), number) for number, name in enumerate(names) if name[0] == asked[0]}
    assert set(close.of(asked)) == {found for found in distances if found[0] <= most and most}


def test_names_of_the_languages_and_english_ones_are_near() -> None:
    concepts = KnowledgeBase.load()
    assert concepts.near("Nordkroea", ["de"])[0] == "Nordkorea"
    assert concepts.near("Nordkroea", ["fr"]) == []
    assert concepts.near("Nrth Korea", ["fr"])[0] == "North Korea"
    assert concepts.near("Irn", ["en"]) == []


@pytest.mark.parametrize(
    ("concept_id", "advice"),
    [
        ("person/jens-stoltenburg", "did you mean person/jens-stoltenberg?"),
        ("country/xx", "find it with"),
        ("org/nothing-like-it", "find it with"),
        ("org/nat\udcff", "did you mean org/nato?"),
    ],
)
def test_an_id_that_is_nearly_one_is_told_which(concept_id: str, advice: str) -> None:
    with pytest.raises(UnknownConceptError, match=advice.replace("?", r"\?")):
        KnowledgeBase.load().concept(concept_id)
