"""Language tags as the pipeline writes them: BCP 47, one tag a language, whatever a source calls it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from babel.core import get_global

UNDETERMINED = "und"

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,6}")
# A source may write anything here: the memo keeps nothing longer than a tag can be.
_LONGEST_TAG = 80

# Codes that CLDR leaves open or treats as separate languages, and newsrooms do not.
_OURS = {
    "no": "nb",
    "nor": "nb",
    "ary": "ar",
    "arz": "ar",
    "hbo": "he",
    "prs": "fa",
    "sdh": "ckb",
    "srl": "sr",
    "uzs": "uz",
    "wuu": "zh",
    "yue": "zh",
}
_SIMPLIFIED, _TRADITIONAL = "zh-Hans", "zh-Hant"
_SERBIAN_LATIN = "sr-Latn"
TAGS_WITH_SCRIPT = frozenset({_SIMPLIFIED, _TRADITIONAL, _SERBIAN_LATIN})
"""The only tags of articles that say more than the language."""
_TRADITIONAL_REGIONS = frozenset({"TW", "HK", "MO"})


def normalise_tag(code: str) -> str:
    """Write a language code the way the pipeline does.

    Args:
        code: A BCP 47 tag, an ISO 639 code or an old name of one (``iw``, ``deu``, ``pt_BR``, ``zh-TW``).

    Returns:
        The tag: aliases resolved, ``nb`` for plain Norwegian, ``zh-Hans`` or ``zh-Hant`` for Chinese,
        ``sr-Latn`` for Serbian in Latin letters, a region kept. Empty if the code is not a tag, or names no language.

    Source: RFC 5646, section 2.1.1 (case of subtags); CLDR's language aliases.
    """
    return _normalised(code) if len(code) <= _LONGEST_TAG else ""


@lru_cache(maxsize=4096)
def _normalised(code: str) -> str:
    code = code.strip()
    if not _TAG.fullmatch(code):
        return ""
    language, *rest = code.replace("_", "-").split("-")
    language = language.lower()
    language = _OURS.get(language, language)
    # babel reads its file at the first tag.
    aliases = cast("Mapping[str, str]", get_global("language_aliases"))
    alias = aliases.get(language, language).replace("_", "-").split("-")
    language = _OURS.get(alias[0], alias[0])
    subtags = [_cased(subtag) for subtag in (rest or alias[1:])]
    if language in {UNDETERMINED, "zxx", "mul", "mis"}:
        return ""
    script = next((subtag for subtag in subtags if len(subtag) == 4 and subtag.isalpha()), "")
    regions = [subtag for subtag in subtags if len(subtag) == 2]
    if language == "zh":
        is_traditional = script == "Hant" or (not script and not _TRADITIONAL_REGIONS.isdisjoint(regions))
        return _TRADITIONAL if is_traditional else _SIMPLIFIED
    if language == "sr":
        return _SERBIAN_LATIN if script == "Latn" or "ME" in regions else "sr"
    return "-".join([language, *subtags])


def _cased(subtag: str) -> str:
    if len(subtag) == 4 and subtag.isalpha():
        return subtag.title()
    return subtag.upper() if len(subtag) == 2 else subtag.lower()
