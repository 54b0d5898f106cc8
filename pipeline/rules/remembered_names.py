"""A knowledge base that remembers what it was asked: rules ask for the same words again and again."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.concepts import Concept, Sense
from pipeline.rules.lookup import ConceptLookup

_MAX_REMEMBERED = 262_144


class RememberedNames:
    """Answers as the knowledge base would, which never changes; a ``ConceptLookup`` itself."""

    def __init__(self, concepts: ConceptLookup) -> None:
        self._concepts = concepts
        self._senses: dict[tuple[str, tuple[str, ...]], list[Sense]] = {}

    def concept(self, concept_id: str) -> Concept:
        """The concept with this id; errors as the knowledge base's."""
        return self._concepts.concept(concept_id)

    def standing_for(self, concept_id: str) -> Sequence[Concept]:
        """The concepts whose names stand for a country."""
        return self._concepts.standing_for(concept_id)

    def senses(self, surface: str, languages: Sequence[str] = ()) -> list[Sense]:
        """What a name may mean; callers do not change the list."""
        key = (surface, tuple(languages))
        found = self._senses.get(key)
        if found is None:
            if len(self._senses) >= _MAX_REMEMBERED:
                self._senses.clear()
            found = self._senses[key] = self._concepts.senses(surface, languages)
        return found
