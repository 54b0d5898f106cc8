"""Look-up against its definition: a linear search through every name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.concepts import KnowledgeBase, Sense
from pipeline.concepts.concept import folded_key


@cache
def kb() -> KnowledgeBase:
    return KnowledgeBase.load()


@cache
def senses() -> Sequence[Sense]:
    return list(kb().names())


@cache
def by_first_letter() -> Mapping[str, Sequence[Sense]]:
    """Every name under the first letter of each of its surfaces, whatever its case."""
    found: dict[str, dict[int, Sense]] = defaultdict(dict)
    for number, sense in enumerate(senses()):
        for surface in sense.name.surfaces:
            found[surface[:1].casefold()][number] = sense
    return {letter: list(same.values()) for letter, same in found.items()}


def ids(surface: str, wanted: Sequence[str] = ()) -> list[str]:
    return [sense.concept.id for sense in kb().senses(surface, wanted)]


# Numbers, not senses: a concept's many names would fill the screen when a test fails.
places = st.deferred(lambda: st.integers(0, len(senses()) - 1))
languages = st.sampled_from(["ar", "de", "en", "fr", "hi", "pt-BR", "ru", "tr", "xx", "zh", "zh-Hant"])


@given(places, st.data())
def test_every_surface_of_every_name_finds_its_concept(place: int, data: st.DataObject) -> None:
    sense = senses()[place]
    surface = data.draw(st.sampled_from(sense.name.surfaces))
    assert sense.concept.id in ids(surface)
    assert sense.concept.id in ids(surface, [sense.name.languages[0]])


@settings(deadline=None, max_examples=30)
@given(places, st.lists(languages, max_size=3))
def test_look_up_is_the_linear_search(place: int, wanted: list[str]) -> None:
    surface = senses()[place].name.text
    key = folded_key(surface)
    # Names with another first letter cannot fold alike, and folding all of them for each example would take minutes.
    same = by_first_letter()[surface[:1].casefold()]
    matching = [other for other in same if any(folded_key(text) == key for text in other.name.surfaces)]
    preferred = [other for other in matching if any(other.name.in_language(language) for language in wanted)]
    assert ids(surface, wanted) == sorted({other.concept.id for other in preferred or matching})


@given(places)
def test_letters_case_and_spaces_make_no_difference(place: int) -> None:
    surface = senses()[place].name.text
    assert ids(f"  {surface}  ") == ids(surface)
    if folded_key(surface.upper()) == folded_key(surface):
        assert ids(surface.upper()) == ids(surface)


@given(st.text(max_size=30), st.lists(languages, max_size=2))
def test_any_text_can_be_looked_up(surface: str, wanted: list[str]) -> None:
    found = kb().senses(surface, wanted)
    assert [sense.concept.id for sense in found] == sorted({sense.concept.id for sense in found})
    assert all(folded_key(surface) in {folded_key(text) for text in sense.name.surfaces} for sense in found)


@settings(deadline=None, max_examples=30)
@given(places)
def test_search_finds_a_concept_by_its_whole_name(place: int) -> None:
    sense = senses()[place]
    assert sense.concept in kb().search(sense.name.text, limit=len(kb().concepts))
