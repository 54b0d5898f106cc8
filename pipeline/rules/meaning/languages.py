"""The languages that rules name, as articles are tagged with them."""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from pipeline.rules.syntax.vocabulary import COVERED_LANGUAGES
from pipeline.text.language_tags import TAGS_WITH_SCRIPT, UNDETERMINED, normalise_tag


def article_tag(text: str) -> str:
    """The tag that articles of a language carry: ``he`` for ``iw``, ``zh-Hant`` for ``zh-TW``.

    A bare language covers whatever its articles are told apart by: ``zh`` stays ``zh``, ``no`` stays ``no``.

    Args:
        text: A BCP 47 tag as a rule has it.
    """
    written = text.lower()
    if written == UNDETERMINED or written in COVERED_LANGUAGES:
        return written
    tag = normalise_tag(text) or written
    return tag if "-" in written else tag.partition("-")[0]


@lru_cache(maxsize=1_024)
def rule_languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    """The languages of a rule by the tags that articles carry, each once: ``(he, id)`` for ``(iw, in, he)``."""
    return tuple(dict.fromkeys(map(article_tag, languages)))


def told_apart(tag: str) -> str:
    """The part of a tag that articles carry: ``pt`` of ``pt-BR``, since a text does not tell the country."""
    return tag if tag in TAGS_WITH_SCRIPT else tag.partition("-")[0]


def doubt_about(tag: str) -> str | None:
    """Why no article may ever carry a tag, with what was probably meant; None where nothing is doubtful."""
    language = tag.partition("-")[0]
    if language in _known_languages() or language == UNDETERMINED or language in COVERED_LANGUAGES:
        return None
    likely: str | None = get_global("likely_subtags").get(f"und_{language.upper()}")
    meant = f"; {language.upper()} is a country: its language is {likely.partition('_')[0]}" if likely else ""
    return f"{language} is the code of no language, so that no article is in it{meant}"


@cache
def _known_languages() -> frozenset[str]:
    return frozenset(Locale("en").languages)
