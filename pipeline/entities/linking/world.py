"""What concepts have to do with each other: which supports which, and in which country each is at home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# A house of a parliament of a country, a district of a city of a region of a country.
_DEEPEST_PART = 4


class World(NamedTuple):
    """Relations of concepts, by their ids.

    Attributes:
        related: For each those that it supports: a capital its country, and the country its capital.
        countries: For each the country that it lies in, or belongs to.
        states: For organs of a state the state: its army, a ministry, a chamber.
    """

    related: Mapping[str, frozenset[str]]
    countries: Mapping[str, str]
    states: Mapping[str, str]

    @classmethod
    def of(cls, relations: Sequence[tuple[str, str, str]]) -> World:
        """Read the relations of a knowledge base: the id of one concept, the type, the id of the other."""
        states = {concept_id: target for concept_id, relation, target in relations if relation == "organ-of"}
        return cls(_related(relations), _countries(relations), states)


def _related(relations: Iterable[tuple[str, str, str]]) -> dict[str, frozenset[str]]:
    related: dict[str, set[str]] = {}
    for concept_id, relation, target in relations:
        if relation in {"capital-of", "seat-of"}:
            related.setdefault(concept_id, set()).add(target)
            related.setdefault(target, set()).add(concept_id)
    return {concept_id: frozenset(others) for concept_id, others in related.items()}


def _countries(relations: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    wholes = {concept_id: target for concept_id, _, target in relations}
    countries: dict[str, str] = {}
    for concept_id in wholes:
        whole = concept_id
        for _ in range(_DEEPEST_PART):
            whole = wholes.get(whole, whole)
        if whole.startswith("country/"):
            countries[concept_id] = whole
    return countries
