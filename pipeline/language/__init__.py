"""Which language an article is written in, from its text alone."""

from pipeline.language.identify import LanguageIdentifier, identify_language
from pipeline.language.tags import UNDETERMINED, normalise_tag

__all__ = ["UNDETERMINED", "LanguageIdentifier", "identify_language", "normalise_tag"]
