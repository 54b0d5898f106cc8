"""Spell out the forms of a name: nouns of ru, uk and pl through the cases, adjectives of twenty-one languages.

A rule that is not sure of a word's declension gives the forms of each that it may follow: a form too many does no harm,
since no other word is spelled so, while a form missing is an article missed.
"""

from pipeline.concepts.compiling.inflection.adjectives import adjective_forms
from pipeline.concepts.compiling.inflection.name_cases import DECLINED_LANGUAGES, decline_name

__all__ = ["DECLINED_LANGUAGES", "adjective_forms", "decline_name"]
