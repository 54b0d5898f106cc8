"""Tell articles from what a publisher serves in their place: consent, error, a list, no more than a beginning."""

from __future__ import annotations

import re
from functools import cache

from pipeline.sources.pages.page import PageKind
from pipeline.sources.pages.structured_data import StructuredData
from pipeline.text.word_lists import read_word_list

# Fewer characters say no news; scripts without spaces say it in a third of them.
_LEAST_TEXT = 200
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DENSE_WEIGHT = 3
_SHORT = 1_500
_TEASER = 1_000
_MOST_LINKED = 0.5

_ERROR_STATUS = re.compile(r"(?:^|\D)(?:40[0-4]|410|429|50[0-4])(?:$|\D)")


def kind_of(text: str, title: str | None, data: StructuredData, linked: float) -> PageKind:
    """What a page is.

    Args:
        text: Its main text.
        title: Its headline.
        data: What it says of itself.
        linked: Share of that text that is links, 0 to 1.
    """
    length = len(text) + (_DENSE_WEIGHT - 1) * len(_DENSE.findall(text))
    if length < _SHORT and not data.article and _says_error(title or ""):
        return "error"
    if length < _SHORT and not data.names_an_article and _share("consent", text) >= 1 / 200:
        return "consent"
    if data.is_free is False and length < _TEASER and _phrases("subscribe").search(text):
        return "paywall"
    if data.names_a_list or (not data.article and linked > _MOST_LINKED):
        return "listing"
    return "article" if length >= _LEAST_TEXT else "empty"


@cache
def _phrases(subject: str) -> re.Pattern[str]:
    listed = read_word_list(__package__, "page-phrases")
    phrases = {phrase for key, words in listed.items() if key.startswith(f"{subject}-") for phrase in words}
    return re.compile("|".join(map(re.escape, sorted(phrases))), re.IGNORECASE)


def _says_error(title: str) -> bool:
    return (_ERROR_STATUS.search(title) or _phrases("error").search(title)) is not None


def _share(subject: str, text: str) -> float:
    """How many phrases of a subject stand in a text, a character."""
    return len(_phrases(subject).findall(text)) / max(len(text), 1)
