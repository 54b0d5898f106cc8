"""Look concepts up: by id, by a name as somebody wrote it, by part of a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

from pipeline.concepts.built_file import BUILT_FILE, Sections, open_file
from pipeline.concepts.close_names import CloseNames
from pipeline.concepts.compiling.compile_names import compile_contents
from pipeline.concepts.concept import INCLUDING, VIA_ORDER, Concept, Contents, Name, Sense, Source, folded_key
from pipeline.concepts.concept_records import Records
from pipeline.concepts.gazetteer import Gazetteer
from pipeline.errors import WirewatchError
from pipeline.text.tokens import tokenize

_MANY_LETTERS = 99


class UnknownConceptError(WirewatchError):
    """No concept has this id.

    Attributes:
        concept_id: The id that was asked for.
    """

    def __init__(self, concept_id: str, meant: str = "") -> None:
        advice = f"did you mean {meant}?" if meant else "find it with `wirewatch concepts search NAME`"
        super().__init__(f"no concept has the id {concept_id!r}: {advice}")
        self.concept_id = concept_id


class KnowledgeBase:
    """All concepts. Immutable, and safe to share between threads. Records are read from the file when they are needed.

    Attributes:
        concepts: Every concept by its id, sorted by id.
        sources: Every source of strings by its id.
        gazetteer: All names, for a linker to find in texts.
        version: First 12 hex digits of the SHA-256 of the built file's sections.
    """

    def __init__(self, sections: Sections) -> None:
        records = Records(sections)
        self.concepts: Mapping[str, Concept] = MappingProxyType(records)
        self.sources: Mapping[str, Source] = MappingProxyType(records.sources)
        self.gazetteer = Gazetteer(sections, records)
        self.version = sections.version
        self._records = records
        self._close_names: dict[frozenset[str], CloseNames] = {}

    @classmethod
    def load(cls, path: Path = BUILT_FILE) -> KnowledgeBase:
        """Return the knowledge base of a built file, mapped into memory; the same object each time.

        Raises:
            KnowledgeBaseFileError: The file is missing, or is not one that this version reads.
        """
        return _load(path)

    @classmethod
    def of(cls, contents: Contents) -> KnowledgeBase:
        """Compile concepts, sorted by id, in memory; meant for a few."""
        return cls(Sections(compile_contents(contents)))

    def concept(self, concept_id: str) -> Concept:
        """Return the concept with this id.

        Raises:
            UnknownConceptError: There is none.
        """
        try:
            return self.concepts[concept_id]
        except KeyError:
            raise UnknownConceptError(concept_id, self._near_id(concept_id)) from None

    def standing_for(self, concept_id: str) -> tuple[Concept, ...]:
        """Return the concepts whose names newsrooms write for a country: its capital, the seat of its government."""
        return tuple(self.concepts[metonym] for metonym in self._metonyms.get(concept_id, ()))

    def within(self, concept_id: str) -> tuple[str, ...]:
        """Return the ids of the places and organisations that lie in or belong to a concept, sorted.

        What lies in these is among them: the districts of its cities, the chambers of its parliament.
        """
        found: set[str] = set()
        wholes = [concept_id]
        while wholes:
            parts = set(self._parts.get(wholes.pop(), ())) - found - {concept_id}
            found |= parts
            wholes += parts
        return tuple(sorted(found))

    @property
    def relations(self) -> Sequence[tuple[str, str, str]]:
        """Of all concepts: the id of one, the type, the id of the other."""
        return self._records.relations

    def names(self) -> Iterator[Sense]:
        """Every name of every concept, in the order of ids."""
        return (Sense(concept, name) for concept in self.concepts.values() for name in concept.names)

    def senses(self, surface: str, languages: Sequence[str] = ()) -> list[Sense]:
        """Return what a surface form may name, one sense a concept.

        Args:
            surface: A whole name in any spelling that folds alike; forms and adjectives count, open tails do not.
            languages: BCP 47 tags to look in first; where one of them has the name, the others are not asked.

        Returns:
            The readings, sorted by concept id; empty when nothing is called so. More than one, or one whose name is
            ``ambiguous``, has to be settled by the author of the surface form.
        """
        found = self.gazetteer.senses(folded_key(surface))
        preferred = [sense for sense in found if any(sense.name.in_language(language) for language in languages)]
        best: dict[str, Sense] = {}
        for sense in preferred or [sense for sense in found if not _is_foreign_adjective(sense.name, surface)]:
            known = best.get(sense.concept.id)
            if known is None or _rank(sense.name, surface) < _rank(known.name, surface):
                best[sense.concept.id] = sense
        return [best[concept_id] for concept_id in sorted(best)]

    def near(self, surface: str, languages: Sequence[str] = ()) -> list[str]:
        """Return the names that a surface form may have been meant for: one letter off, or two where it is long.

        Args:
            surface: What is no name itself.
            languages: BCP 47 tags; names of these are looked at, and English ones.

        Returns:
            As they are written, the nearest first.
        """
        tags = frozenset(map(self.gazetteer.known_as, (*languages, "en")))
        close = self._close_names.get(tags)
        if close is None:
            close = self._close_names.setdefault(tags, CloseNames(self.gazetteer.spellings_in(tags)))
        found = sorted(close.of(" ".join(folded_key(surface))))
        return [self.gazetteer.spelling(number).text for _, number in found]

    def search(self, query: str, limit: int = 20) -> list[Concept]:
        """Find concepts by id or by part of a name, in any language.

        Args:
            query: Words, or the beginnings of words, that one name holds in this order; or part of an id.
            limit: At most so many, at least 1.

        Returns:
            Whole names first, then names that begin so, then the rest; each sorted by id.
        """
        key = folded_key(query)
        if not key:
            return []
        ranks: dict[str, int] = {}
        for concept_id, is_first, is_whole in self.gazetteer.containing(key):
            rank = 0 if is_whole else 1 if is_first else 2
            ranks[concept_id] = min(rank, ranks.get(concept_id, rank))
        part = query.strip().lower()
        for concept_id in self.concepts:
            if part in concept_id:
                ranks.setdefault(concept_id, 3)
        found = sorted(ranks, key=lambda concept_id: (ranks[concept_id], concept_id))
        return [self.concepts[concept_id] for concept_id in found[:limit]]

    def _near_id(self, concept_id: str) -> str:
        """The id that one may have been meant for; empty where none is near, or several are."""
        first, second = [*sorted(self._close_ids.of(concept_id)), *[(_MANY_LETTERS, 0)] * 2][:2]
        return tuple(self.concepts)[first[1]] if first[0] < second[0] else ""

    @cached_property
    def _close_ids(self) -> CloseNames:
        return CloseNames({concept_id: number for number, concept_id in enumerate(self.concepts)})

    @cached_property
    def _parts(self) -> Mapping[str, Sequence[str]]:
        parts: dict[str, list[str]] = {}
        for concept_id, relation, target in self.relations:
            if relation in INCLUDING and not concept_id.startswith("person/"):
                parts.setdefault(target, []).append(concept_id)
        return MappingProxyType(parts)

    @cached_property
    def _metonyms(self) -> Mapping[str, tuple[str, ...]]:
        metonyms: dict[str, list[str]] = {}
        for concept_id, relation, target in self.relations:
            if relation in {"capital-of", "seat-of"} and target.startswith("country/"):
                metonyms.setdefault(target, []).append(concept_id)
        return MappingProxyType({target: tuple(dict.fromkeys(found)) for target, found in metonyms.items()})


def _is_foreign_adjective(name: Name, surface: str) -> bool:
    """Whether only missing accents make a word of another language: Hungarian ``román`` is no "Roman"."""
    return name.via == "adjective" and _letters(surface) not in map(_letters, name.surfaces)


def _letters(surface: str) -> list[str]:
    # By way of capitals: Turkish "AVUSTURYALI" is "Avusturyalı" and no other word.
    return [word.upper().casefold() for word in tokenize(surface).words]


def _rank(name: Name, surface: str) -> tuple[bool, bool, int]:
    """Letter for letter first; then doubt before certainty, since another language may give a name without remark."""
    return (surface not in name.surfaces, not name.ambiguous, VIA_ORDER[name.via])


@cache
def _load(path: Path) -> KnowledgeBase:
    return KnowledgeBase(open_file(path))
