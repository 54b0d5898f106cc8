"""The knowledge base's names, for the model to learn."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.concepts.concept import Kind
from pipeline.concepts.knowledge_base import KnowledgeBase

_LABELS: Mapping[Kind, str] = {"country": "LOC", "region": "LOC", "city": "LOC", "org": "ORG", "person": "PER"}


def known_names(languages: set[str]) -> dict[str, dict[str, list[str]]]:
    """The usual names and the surnames, by language and label.

    Other names are left out, among which are forms for other cases and words for a country's people.
    """
    names: dict[str, dict[str, list[str]]] = {language: {} for language in languages}
    for sense in KnowledgeBase.load().names():
        name, label = sense.name, _LABELS[sense.concept.kind]
        if name.via == "name" or (name.via == "short-name" and label == "PER"):
            for language in languages:
                if name.in_language(language):
                    names[language].setdefault(label, []).append(name.text)
    return names
