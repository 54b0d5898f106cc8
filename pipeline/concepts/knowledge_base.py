"""Look concepts up: by id, by a name as somebody wrote it, by part of a name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

from pipeline.concepts.concept import Concept, Name, Sense, Source
from pipeline.concepts.packed import PACKED_FILE, Contents, unpack
from pipeline.errors import WirewatchError
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize

# Which of several names of one concept with the same folded text is the one that a surface form meant.
_VIA_ORDER = {"name": 0, "alias": 1, "short-name": 2, "adjective": 3}


class UnknownConceptError(WirewatchError):
    """No concept has this id.

    Attributes:
        concept_id: The id that was asked for.
    """

    def __init__(self, concept_id: str) -> None:
        super().__init__(f"no concept has the id {concept_id!r}: find it with `wirewatch concepts search NAME`")
        self.concept_id = concept_id


class KnowledgeBaseMissingError(WirewatchError):
    """The built file is not there.

    Attributes:
        path: Where it was looked for.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: the knowledge base is not built: run `make concepts`")
        self.path = path


def folded_key(surface: str) -> tuple[str, ...]:
    """Return the folded tokens of a surface form; equal for spellings that matching takes for the same."""
    return tuple(fold(word) for word in tokenize(surface).words)


class KnowledgeBase:
    """All concepts, in memory, immutable; safe to share between threads.

    Attributes:
        concepts: Every concept by its id, sorted by id.
        sources: Every source of strings by its id.
        version: First 12 hex digits of the packed file's SHA-256.
    """

    def __init__(self, contents: Contents, *, version: str) -> None:
        self.concepts: Mapping[str, Concept] = MappingProxyType({concept.id: concept for concept in contents.concepts})
        self.sources: Mapping[str, Source] = MappingProxyType({source.id: source for source in contents.sources})
        self.version = version

    @classmethod
    def load(cls, path: Path = PACKED_FILE) -> KnowledgeBase:
        """Return the knowledge base of a packed file; the same object each time.

        Raises:
            KnowledgeBaseMissingError: The file is not there.
        """
        return _load(path)

    def concept(self, concept_id: str) -> Concept:
        """Return the concept with this id.

        Raises:
            UnknownConceptError: There is none.
        """
        try:
            return self.concepts[concept_id]
        except KeyError:
            raise UnknownConceptError(concept_id) from None

    def standing_for(self, concept_id: str) -> tuple[Concept, ...]:
        """Return the concepts whose names newsrooms write for a country: its capital, the seat of its government."""
        return tuple(self.concepts[metonym] for metonym in self._metonyms.get(concept_id, ()))

    def names(self) -> Iterator[Sense]:
        """Every name of every concept, in the order of ids, for a linker to compile."""
        return (Sense(concept, name) for concept in self.concepts.values() for name in concept.names)

    def senses(self, surface: str, languages: Sequence[str] = ()) -> list[Sense]:
        """Return what a surface form may name, one sense a concept.

        Args:
            surface: A whole name in any spelling that folds alike; forms and adjectives count, open tails do not.
            languages: BCP 47 tags to look in first; where one of them has the name, the others are not asked.

        Returns:
            The readings, sorted by concept id; empty when nothing is called so. More than one, or one whose name is
            ``ambiguous``, is a question for whoever wrote the surface form.
        """
        found = self._index.get(folded_key(surface), ())
        preferred = [sense for sense in found if any(sense.name.in_language(language) for language in languages)]
        best: dict[str, Sense] = {}
        for sense in preferred or found:
            known = best.get(sense.concept.id)
            if known is None or _rank(sense.name, surface) < _rank(known.name, surface):
                best[sense.concept.id] = sense
        return [best[concept_id] for concept_id in sorted(best)]

    def lookup(self, surface: str, languages: Sequence[str] = ()) -> list[Concept]:
        """Return the concepts that a surface form may name: those of ``senses``."""
        return [sense.concept for sense in self.senses(surface, languages)]

    def search(self, query: str, limit: int = 20) -> list[Concept]:
        """Find concepts by id or by part of a name, in any language.

        Args:
            query: Words, or the beginnings of words, that one name holds in this order; or part of an id.
            limit: At most so many, at least 1.

        Returns:
            Whole names first, then names that begin so, then the rest; each sorted by id.
        """
        wanted = "\x1f" + "\x1f".join(folded_key(query))
        if wanted == "\x1f":
            return []
        ranks: dict[str, int] = {}
        for key, senses in self._index.items():
            place = ("\x1f" + "\x1f".join(key)).find(wanted)
            if place >= 0:
                rank = 2 if place else int(key != folded_key(query))
                for sense in senses:
                    ranks[sense.concept.id] = min(rank, ranks.get(sense.concept.id, rank))
        part = query.strip().lower()
        for concept_id in self.concepts:
            if part in concept_id:
                ranks.setdefault(concept_id, 3)
        found = sorted(ranks, key=lambda concept_id: (ranks[concept_id], concept_id))
        return [self.concepts[concept_id] for concept_id in found[:limit]]

    @cached_property
    def _metonyms(self) -> Mapping[str, tuple[str, ...]]:
        metonyms: dict[str, list[str]] = {}
        for concept in self.concepts.values():
            for relation in concept.relations:
                if relation.type in {"capital-of", "seat-of"} and relation.target.startswith("country/"):
                    metonyms.setdefault(relation.target, []).append(concept.id)
        return MappingProxyType({target: tuple(dict.fromkeys(found)) for target, found in metonyms.items()})

    @cached_property
    def _index(self) -> Mapping[tuple[str, ...], tuple[Sense, ...]]:
        index: dict[tuple[str, ...], list[Sense]] = {}
        for sense in self.names():
            for key in {folded_key(surface) for surface in sense.name.surfaces}:
                index.setdefault(key, []).append(sense)
        return MappingProxyType({key: tuple(senses) for key, senses in index.items()})


def _rank(name: Name, surface: str) -> tuple[bool, bool, int]:
    """Letter for letter first; then doubt before certainty, since another language may give a name without remark."""
    return (surface not in name.surfaces, not name.ambiguous, _VIA_ORDER[name.via])


@cache
def _load(path: Path) -> KnowledgeBase:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise KnowledgeBaseMissingError(path) from None
    return KnowledgeBase(unpack(data), version=hashlib.sha256(data).hexdigest()[:12])
