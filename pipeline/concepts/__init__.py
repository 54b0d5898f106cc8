"""The multilingual knowledge base: countries, cities, regions, organisations and people, with names in many languages.

``KnowledgeBase.load()`` reads the packed file in ``data/``. ``make concepts`` makes that file from CLDR (through babel)
and from the files in ``reviewed/``, which are the ones to edit; it is not kept in git.
"""

from pipeline.concepts.concept import ANY_LANGUAGE, Concept, Kind, Name, NameVia, Relation, Sense, Source
from pipeline.concepts.knowledge_base import KnowledgeBase, KnowledgeBaseMissingError, UnknownConceptError

__all__ = [
    "ANY_LANGUAGE",
    "Concept",
    "Kind",
    "KnowledgeBase",
    "KnowledgeBaseMissingError",
    "Name",
    "NameVia",
    "Relation",
    "Sense",
    "Source",
    "UnknownConceptError",
]
