"""Which language an article is written in, from its text alone."""

from pipeline.language.identify import LanguageIdentifier, identify_language

__all__ = ["LanguageIdentifier", "identify_language"]
