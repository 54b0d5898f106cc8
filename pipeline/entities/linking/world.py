"""What concepts have to do with each other: which supports which, and in which country each is at home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

# A house of a parliament of a country, a district of a city of a region of a country.
_DEEPEST_PART = 4
_AT_HOME = frozenset({"capital-of", "organ-of", "part-of", "seat-of"})
# Named, these support what they belong to: a chief his company, a branch the whole, a city its country.
_UPWARDS = frozenset({"based-in", "capital-of", "organ-of", "part-of", "seat-of", "serves"})

Relations = Sequence[tuple[str, str, str]]


class World(NamedTuple):
    """Relations of concepts, by their ids.

    Attributes:
        related: For each those that it supports: a capital its country, the country its capital, a minister his state.
        neighbours: For each country those at its borders.
        countries: For each the country that it lies in, or belongs to.
        bodies: For organs the bodies that they belong to: for a ministry the state, for UNESCO the United Nations.
    """

    related: Mapping[str, frozenset[str]]
    neighbours: Mapping[str, frozenset[str]]
    countries: Mapping[str, str]
    bodies: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, relations: Relations) -> World:
        """Read the relations of a knowledge base: the id of one concept, the type, the id of the other."""
        return cls(_related(relations), _neighbours(relations), _countries(relations), _bodies(relations))


def _related(relations: Relations) -> dict[str, frozenset[str]]:
    related: dict[str, set[str]] = {}
    for concept_id, relation, target in relations:
        if relation in _UPWARDS:
            related.setdefault(concept_id, set()).add(target)
        if relation in {"capital-of", "seat-of"} or (relation == "part-of" and target.startswith("org/")):
            related.setdefault(target, set()).add(concept_id)
    return {concept_id: frozenset(others) for concept_id, others in related.items()}


def _neighbours(relations: Relations) -> dict[str, frozenset[str]]:
    neighbours: dict[str, set[str]] = {}
    for concept_id, relation, target in relations:
        if relation == "neighbour-of":
            neighbours.setdefault(concept_id, set()).add(target)
            neighbours.setdefault(target, set()).add(concept_id)
    return {concept_id: frozenset(others) for concept_id, others in neighbours.items()}


def _countries(relations: Relations) -> dict[str, str]:
    wholes = {concept_id: target for concept_id, relation, target in relations if relation in _AT_HOME}
    countries: dict[str, str] = {}
    for concept_id in wholes:
        whole = concept_id
        for _ in range(_DEEPEST_PART):
            whole = wholes.get(whole, whole)
        if whole.startswith("country/"):
            countries[concept_id] = whole
    return countries


def _bodies(relations: Relations) -> dict[str, tuple[str, ...]]:
    wholes: dict[str, list[str]] = {}
    for concept_id, relation, target in relations:
        if relation == "organ-of" or (relation == "part-of" and target.startswith("org/")):
            wholes.setdefault(concept_id, []).append(target)
    bodies: dict[str, tuple[str, ...]] = {}
    for concept_id in wholes:
        found: list[str] = []
        asked = [concept_id]
        while asked:
            new = [whole for whole in wholes.get(asked.pop(), ()) if whole not in found]
            found += new
            asked += new
        bodies[concept_id] = tuple(found)
    return bodies
