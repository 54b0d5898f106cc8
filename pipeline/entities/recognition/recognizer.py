"""Recognizers find names that no list holds: their contract, and the one that is used without a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pipeline.messages.articles import IdentifiedArticle, Mention


class Recognizer(Protocol):
    """Finds names by their context, without saying which concept they name."""

    def recognize(self, articles: Sequence[IdentifiedArticle]) -> list[tuple[Mention, ...]]:
        """Find mentions in a batch of articles.

        Args:
            articles: In any languages.

        Returns:
            For each article its mentions, ``via="model"`` and without an entity: half-open spans of one field, in code
            points, title first, then by start, disjoint.
        """
        ...


class NoRecognizer:
    """Finds nothing: where no statistical model is wanted, the knowledge base alone gives an article its entities."""

    def recognize(self, articles: Sequence[IdentifiedArticle]) -> list[tuple[Mention, ...]]:
        """Return no mention for each article."""
        return [()] * len(articles)
