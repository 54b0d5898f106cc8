"""What the rules need of the knowledge base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pipeline.concepts import Concept, Sense


class ConceptLookup(Protocol):
    """Names to concepts; ``pipeline.concepts.KnowledgeBase`` is one."""

    def concept(self, concept_id: str) -> Concept:
        """The concept with this id.

        Raises:
            UnknownConceptError: There is none.
        """
        ...

    def standing_for(self, concept_id: str) -> Sequence[Concept]:
        """The concepts whose names stand for a country: its capital, the seat of its government."""
        ...

    def within(self, concept_id: str) -> Sequence[str]:
        """The ids of what lies in or belongs to a concept, in order."""
        ...

    def near(self, surface: str, languages: Sequence[str] = ()) -> Sequence[str]:
        """The names that are one or two letters off, of these languages and English; the nearest first."""
        ...

    def search(self, query: str, limit: int) -> Sequence[Concept]:
        """The concepts of which a name or the id holds a query, the likeliest first."""
        ...

    def senses(self, surface: str, languages: Sequence[str] = ()) -> list[Sense]:
        """What a name may mean: the readings of these languages where there are any, else those of all."""
        ...
