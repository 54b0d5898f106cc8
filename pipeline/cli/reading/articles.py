"""Articles of any stage, as lines hold them: raw, identified or enriched; what they lack is done on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from pipeline.cli.reading.lines import BadLines, Line
from pipeline.errors import ArticleError
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, RawArticle
from pipeline.messages.codec import decode, replace_lone_surrogates
from pipeline.messages.intake import read_enriched

if TYPE_CHECKING:
    from pipeline.assembly import Enrichment


class _Stage(msgspec.Struct):
    """The fields that tell how far an article has come; a raw one may have one of them for its own use."""

    language: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    revision: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    mentions: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET

    @property
    def is_identified(self) -> bool:
        return self.language is not msgspec.UNSET and self.revision is not msgspec.UNSET


def read_line(line: Line) -> RawArticle:
    """The article of a line: raw, identified or enriched.

    Raises:
        ArticleError: It cannot be used; says why.
    """
    article = line.read(now=datetime.now(UTC))
    payload, _ = replace_lone_surrogates(line.payload)
    stage = decode(payload, _Stage)
    if not stage.is_identified:
        return article
    article = decode(payload, IdentifiedArticle)
    # An enriched article that names nothing is written without its empty list.
    if stage.mentions is not msgspec.UNSET or article.times.enriched_at:
        return read_enriched(payload)
    return article


def good_articles(lines: Iterable[Line], bad: BadLines) -> Iterator[RawArticle]:
    """The articles of the lines; those that cannot be used are reported."""
    for line in lines:
        try:
            yield read_line(line)
        except ArticleError as error:
            bad.report(line.place, error)


def enriched(articles: Sequence[RawArticle], enrichment: Enrichment) -> list[EnrichedArticle]:
    """Articles with all their steps done, in their order."""
    identified = [
        article if isinstance(article, IdentifiedArticle) else enrichment.identify(article) for article in articles
    ]
    extracted = iter(enrichment.extract([one for one in identified if not isinstance(one, EnrichedArticle)]))
    return [article if isinstance(article, EnrichedArticle) else next(extracted) for article in identified]
