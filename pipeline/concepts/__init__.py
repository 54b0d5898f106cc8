"""The multilingual knowledge base: countries, cities, regions, organisations and people, with names in many languages.

``KnowledgeBase.load()`` maps the built file in ``data/``. ``make concepts`` builds that file from CLDR (through babel)
and from the files in ``reviewed/``, which are the ones to edit; it is not kept in git.
"""

from pipeline.concepts.built_file import KnowledgeBaseFileError
from pipeline.concepts.concept import (
    ANY_LANGUAGE,
    VIA_ORDER,
    Concept,
    Contents,
    Kind,
    Name,
    NameVia,
    Relation,
    Sense,
    Source,
)
from pipeline.concepts.gazetteer import Gazetteer, LanguageNames, NameSpelling
from pipeline.concepts.knowledge_base import KnowledgeBase, UnknownConceptError

__all__ = [
    "ANY_LANGUAGE",
    "VIA_ORDER",
    "Concept",
    "Contents",
    "Gazetteer",
    "Kind",
    "KnowledgeBase",
    "KnowledgeBaseFileError",
    "LanguageNames",
    "Name",
    "NameSpelling",
    "NameVia",
    "Relation",
    "Sense",
    "Source",
    "UnknownConceptError",
]
