"""Identify the language of an article from its text alone."""

from pipeline.language.identify import LanguageIdentifier, identify_language

__all__ = ["LanguageIdentifier", "identify_language"]
