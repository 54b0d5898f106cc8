"""The articles of late, so that one that stands in two feeds, or under two addresses of a site, is published once."""

from __future__ import annotations

from urllib.parse import urlsplit

from pipeline.messages.articles import RawArticle
from pipeline.messages.identity import digest

_MOST = 50_000
# Characters; shorter texts of different articles may be the same.
_SHORTEST_TEXT = 200


class RecentArticles:
    """What was published of late, by all sources that one process polls: those of a site are polled by one process."""

    def __init__(self) -> None:
        # By id and by text: the source that has published it. The oldest go first.
        self._sources: dict[str, str] = {}

    def is_repeat(self, source_id: str, article: RawArticle) -> bool:
        """Whether another source has published an article of this id, or any this text at the same host."""
        if self._sources.get(article.id, source_id) != source_id:
            return True
        text = _text_of(article)
        return text is not None and self._sources.get(text, article.id) != article.id

    def add(self, source_id: str, article: RawArticle) -> None:
        """An article is about to be published."""
        self._remember(article.id, source_id)
        if (text := _text_of(article)) is not None:
            self._remember(text, article.id)

    def _remember(self, key: str, value: str) -> None:
        self._sources.pop(key, None)
        self._sources[key] = value
        if len(self._sources) > 2 * _MOST:
            del self._sources[next(iter(self._sources))]


def _text_of(article: RawArticle) -> str | None:
    if len(article.body) < _SHORTEST_TEXT:
        return None
    return digest("text", urlsplit(article.url).netloc, article.title, article.body)
