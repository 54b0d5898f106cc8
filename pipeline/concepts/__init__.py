"""The multilingual knowledge base: countries, cities, regions, organisations and people, with names in many languages.

``KnowledgeBase.load()`` reads the packed file in ``data/``. ``python -m pipeline.concepts.build`` makes that file
from CLDR (through babel) and from the files in ``reviewed/``, which are the ones to edit.
"""

from pipeline.concepts.concept import ANY_LANGUAGE, Concept, Kind, Name, NameVia, Relation, Sense, Source
from pipeline.concepts.knowledge_base import KnowledgeBase, UnknownConceptError

__all__ = [
    "ANY_LANGUAGE",
    "Concept",
    "Kind",
    "KnowledgeBase",
    "Name",
    "NameVia",
    "Relation",
    "Sense",
    "Source",
    "UnknownConceptError",
]
