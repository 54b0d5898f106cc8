from __future__ import annotations

import pytest

from pipeline.entities.linking.short_forms import resolve_short_forms
from pipeline.messages.articles import EntityRef, Mention

BIDEN = EntityRef(id="person/joe-biden", name="Joe Biden", kind="person")


def person(text: str, start: int = 0, entity: EntityRef | None = None) -> Mention:
    return Mention(field="body", start=start, end=start + len(text), text=text, label="PER", via="model", entity=entity)


def names(*mentions: Mention) -> list[str]:
    return [m.entity.name if m.entity else m.name for m in resolve_short_forms(mentions)]


@pytest.mark.parametrize("short", ["Miller", "MILLER", "Millers", "Miller's", "Miller’s"])
def test_a_surname_takes_over_the_full_name(short: str) -> None:
    assert names(person("Matthew Miller"), person(short)) == ["Matthew Miller", "Matthew Miller"]


def test_a_headline_may_stand_before_the_full_name() -> None:
    assert names(person("Miller"), person("Matthew  \n Miller")) == ["Matthew Miller", "Matthew Miller"]


def test_a_surname_of_several_words() -> None:
    assert names(person("Alexander Van der Bellen"), person("Van der Bellen")) == ["Alexander Van der Bellen"] * 2


def test_a_surname_of_two_people_stays_as_it_is() -> None:
    assert names(person("Matthew Miller"), person("Alexei Miller"), person("Miller"))[-1] == "Miller"


def test_the_same_person_twice_is_one_person() -> None:
    assert names(person("Matthew Miller"), person("MATTHEW MILLER"), person("Miller"))[-1] == "Matthew Miller"


def test_a_surname_takes_over_the_concept() -> None:
    (_, short) = resolve_short_forms([person("Joe Biden", entity=BIDEN), person("Biden")])
    assert (short.entity, short.name, short.text) == (BIDEN, "", "Biden")


def test_a_given_name_and_other_labels_stay_as_they_are() -> None:
    bank = Mention(field="body", start=0, end=6, text="Miller", label="ORG", via="model")
    assert names(person("Matthew Miller"), person("Matthew"), bank) == ["Matthew Miller", "Matthew", "Miller"]


def test_nothing() -> None:
    assert resolve_short_forms([]) == ()
