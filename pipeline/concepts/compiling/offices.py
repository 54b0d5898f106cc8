"""Which countries and organisations a person serves, as the reviewed English roles say: ``President of Chad 2021–``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from pipeline.concepts.concept import Concept, Relation, folded_key

_OFFICES = re.compile("; | and ")
_OF_WHAT = re.compile(r"\b(?:of|for|in|to)(?: the)? (?=[A-Z])")
_OWNER = re.compile(r"(?P<name>[A-Z][\w ]*?)['’]s\b")
_AMERICAN = re.compile(r"\bUS [A-Z]")
_ENGLISH = frozenset({"en", "mul"})
_LONGEST_NAME = 6
# A president of Georgia and a governor of Georgia serve two places.
_OF_A_STATE = re.compile("Governor|Senator")
_KINDS = ("country", "org", "region", "city")
_KINDS_OF_A_STATE = ("region", "city", "org", "country")

Named = Mapping[tuple[str, ...], Sequence[str]]


def english_names(concepts: Iterable[Concept]) -> Named:
    """The ids of the places and organisations that each English name may mean, by its folded words."""
    named: dict[tuple[str, ...], list[str]] = {}
    for concept in concepts:
        if concept.kind != "person":
            for name in concept.names:
                if name.via in {"name", "alias"} and not _ENGLISH.isdisjoint(name.languages):
                    named.setdefault(folded_key(name.text), []).append(concept.id)
    return named


def with_offices(concept: Concept, named: Named) -> Concept:
    """A concept that also ``serves`` what its role names."""
    served = {Relation("serves", concept_id) for concept_id in _served(concept.role, named)}
    if served <= set(concept.relations):
        return concept
    relations = sorted({*concept.relations, *served}, key=lambda relation: (relation.type, relation.target))
    return msgspec.structs.replace(concept, relations=tuple(relations))


def _served(role: str, named: Named) -> Iterator[str]:
    for office in role.split("; "):
        kinds = _KINDS_OF_A_STATE if _OF_A_STATE.search(office) else _KINDS
        if _AMERICAN.search(office):
            yield "country/us"
        for match in _OWNER.finditer(office):
            yield from _meant(match["name"], named, kinds)
        for match in _OF_WHAT.finditer(office):
            for part in _OFFICES.split(office[match.end() :]):
                yield from _meant(part, named, kinds)


def _meant(text: str, named: Named, kinds: Sequence[str]) -> Iterator[str]:
    """What the longest name at the beginning of a text means: of several kinds the first."""
    words = folded_key(text)
    for length in range(min(len(words), _LONGEST_NAME), 0, -1):
        ids = named.get(words[:length])
        if ids is not None:
            yield min(ids, key=lambda concept_id: (kinds.index(concept_id.partition("/")[0]), concept_id))
            return
