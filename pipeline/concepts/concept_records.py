"""Concepts and their names as records of the built file, decoded when somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pipeline.concepts.built_file import Sections
from pipeline.concepts.concept import Concept, Contents, Kind, Name, NameVia, Relation, Source

VIAS: tuple[NameVia, ...] = ("name", "alias", "short-name", "adjective", "transliteration")
"""By the number that stands for each in the file."""

NO_NAME = 0xFFFFFFFF
"""In place of a name's number: the spelling is a phrase that names nothing."""

KEY_SEPARATOR = "\x1f"
"""Before each token of a folded key."""


class ConceptRecord(msgspec.Struct, frozen=True, array_like=True):
    """A concept without its names."""

    id: str
    kind: Kind
    label: str
    relations: tuple[Relation, ...]
    role: str

    @classmethod
    def of(cls, concept: Concept) -> ConceptRecord:
        """What of a concept is not its names."""
        return cls(concept.id, concept.kind, concept.label, concept.relations, concept.role)


class _NameRecord(msgspec.Struct, frozen=True, array_like=True):
    text: str
    languages: tuple[str, ...]
    via: NameVia
    forms: tuple[str, ...]
    stems: tuple[str | None, ...]
    case_sensitive: bool
    also: str
    source: str
    confidence: float


def encode_name(name: Name) -> bytes:
    """A name's record."""
    return msgspec.msgpack.encode(_NameRecord(**msgspec.structs.asdict(name)))


class Records(Mapping[str, Concept]):
    """Every concept by its id, sorted by id; threads may share it.

    Attributes:
        sources: Every source of strings by its id.
        relations: Of all concepts: source id, type, target id.
    """

    def __init__(self, sections: Sections) -> None:
        self.sources: Mapping[str, Source] = {
            source.id: source for source in sections.value("sources", tuple[Source, ...])
        }
        self.relations: list[tuple[str, str, str]] = sections.value("relations", list[tuple[str, str, str]])
        self._ids: list[str] = sections.value("ids", list[str])
        self._numbers = {concept_id: number for number, concept_id in enumerate(self._ids)}
        self._first_names = sections.numbers("concept.first-name", "I")
        self._name_concepts = sections.numbers("name.concept", "I")
        self._concept_blob = Blob(sections, "concept")
        self._name_blob = Blob(sections, "name")
        self._concepts: dict[int, Concept] = {}
        self._names: dict[int, Name] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __getitem__(self, concept_id: str) -> Concept:
        return self.concept(self._numbers[concept_id])

    def concept(self, number: int) -> Concept:
        """The concept with a number."""
        concept = self._concepts.get(number)
        if concept is None:
            record = msgspec.msgpack.decode(self._concept_blob[number], type=ConceptRecord)
            names = range(self._first_names[number], self._first_names[number + 1])
            concept = Concept(
                id=record.id,
                kind=record.kind,
                label=record.label,
                names=tuple(map(self.name, names)),
                relations=record.relations,
                role=record.role,
            )
            concept = self._concepts.setdefault(number, concept)
        return concept

    def concept_of_name(self, number: int) -> ConceptRecord:
        """What a name is the name of, without its other names."""
        return msgspec.msgpack.decode(self._concept_blob[self._name_concepts[number]], type=ConceptRecord)

    def concept_number(self, name: int) -> int:
        """The number of the concept that a name belongs to."""
        return self._name_concepts[name]

    def name(self, number: int) -> Name:
        """The name with a number."""
        name = self._names.get(number)
        if name is None:
            record = msgspec.msgpack.decode(self._name_blob[number], type=_NameRecord)
            name = self._names.setdefault(number, Name(**msgspec.structs.asdict(record)))
        return name

    def contents(self) -> Contents:
        """Everything, as it was before it was compiled."""
        return Contents(sources=tuple(self.sources.values()), concepts=tuple(self.values()))


class Blob:
    """Byte strings of a file by number."""

    def __init__(self, sections: Sections, name: str) -> None:
        self._ends = sections.numbers(f"{name}.end", "I")
        self.begin, self.end = sections.place(f"{name}.bytes")
        self._data: Any = sections.data

    def __getitem__(self, number: int) -> bytes:
        begin = self._ends[number - 1] if number else 0
        return self._data[self.begin + begin : self.begin + self._ends[number]]  # type: ignore[no-any-return]
