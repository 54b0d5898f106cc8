"""Look-up against its definition: a linear search through every name."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.concepts import KnowledgeBase
from pipeline.concepts.concept import folded_key

KB = KnowledgeBase.load()
SENSES = list(KB.names())
# Numbers, not senses: a concept's many names would fill the screen when a test fails.
places = st.integers(0, len(SENSES) - 1)
languages = st.sampled_from(["ar", "de", "en", "fr", "hi", "pt-BR", "ru", "tr", "xx", "zh", "zh-Hant"])


@given(places, st.data())
def test_every_surface_of_every_name_finds_its_concept(place: int, data: st.DataObject) -> None:
    sense = SENSES[place]
    surface = data.draw(st.sampled_from(sense.name.surfaces))
    assert sense.concept in KB.lookup(surface)
    assert sense.concept in KB.lookup(surface, [sense.name.languages[0]])


@settings(deadline=None, max_examples=30)
@given(places, st.lists(languages, max_size=3))
def test_look_up_is_the_linear_search(place: int, wanted: list[str]) -> None:
    sense = SENSES[place]
    surface = sense.name.text
    key = folded_key(surface)
    # Names with another first letter cannot fold alike, and folding all of them for each example would take minutes.
    same = [
        other for other in SENSES if any(text[:1].casefold() == surface[:1].casefold() for text in other.name.surfaces)
    ]
    matching = [other for other in same if any(folded_key(text) == key for text in other.name.surfaces)]
    preferred = [other for other in matching if any(other.name.in_language(language) for language in wanted)]
    expected = sorted({other.concept.id for other in preferred or matching})
    assert [concept.id for concept in KB.lookup(surface, wanted)] == expected


@given(places)
def test_letters_case_and_spaces_make_no_difference(place: int) -> None:
    sense = SENSES[place]
    surface = sense.name.text
    assert KB.lookup(f"  {surface}  ") == KB.lookup(surface)
    if folded_key(surface.upper()) == folded_key(surface):
        assert KB.lookup(surface.upper()) == KB.lookup(surface)


@given(st.text(max_size=30), st.lists(languages, max_size=2))
def test_any_text_can_be_looked_up(surface: str, wanted: list[str]) -> None:
    found = KB.senses(surface, wanted)
    assert [sense.concept.id for sense in found] == sorted({sense.concept.id for sense in found})
    assert all(folded_key(surface) in {folded_key(text) for text in sense.name.surfaces} for sense in found)


@settings(deadline=None, max_examples=30)
@given(places)
def test_search_finds_a_concept_by_its_whole_name(place: int) -> None:
    sense = SENSES[place]
    assert sense.concept in KB.search(sense.name.text, limit=len(KB.concepts))
