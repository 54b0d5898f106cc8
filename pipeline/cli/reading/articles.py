"""Read articles of any stage from lines: raw, identified or enriched. Missing steps are done on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import msgspec

from pipeline.cli.reading.lines import BadLines, Line
from pipeline.errors import ArticleError, StepFailedError, WirewatchError
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, RawArticle
from pipeline.messages.codec import decode, replace_lone_surrogates
from pipeline.messages.intake import read_enriched

if TYPE_CHECKING:
    from pipeline.assembly import Enrichment


class _Stage(msgspec.Struct):
    """The fields that show an article's stage. A raw article may use one of these names for itself."""

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


Article = TypeVar("Article")
Result = TypeVar("Result")


class Placed(NamedTuple, Generic[Article]):
    """An article, or the result of a step on it, with its place, ``file:line``."""

    place: str
    article: Article


def good_articles(
    lines: Iterable[Line], bad: BadLines, read: Callable[[Line], RawArticle] = read_line
) -> Iterator[Placed[RawArticle]]:
    """The articles of the lines; those that cannot be used are reported."""
    for line in lines:
        try:
            yield Placed(line.place, read(line))
        except ArticleError as error:
            bad.report(line.place, error)


def tried(
    articles: Sequence[Placed[Article]], step: Callable[[Sequence[Article]], Sequence[Result]], bad: BadLines
) -> list[Placed[Result]]:
    """What a step makes of articles, in their order.

    Args:
        articles: Given to the step together; where it fails, one by one.
        step: Gives one result for each article, and may be asked again.
        bad: Where each article is reported on which the step fails alone; it has no result.

    Raises:
        WirewatchError: What the step cannot work without, such as a model, is missing: no article is at fault.
        OSError: As above.
        MemoryError: As above.
    """
    try:
        results = step([one.article for one in articles])
    except ArticleError as error:
        fault = error
    except (WirewatchError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a step raises, the other articles go on
        fault = StepFailedError(f"{type(error).__name__}: {error}")
    else:
        return [Placed(one.place, result) for one, result in zip(articles, results, strict=True)]
    if len(articles) == 1:
        bad.report(articles[0].place, fault)
        return []
    return [done for one in articles for done in tried([one], step, bad)]


def enriched(
    articles: Sequence[Placed[RawArticle]], enrichment: Enrichment, bad: BadLines
) -> list[Placed[EnrichedArticle]]:
    """Articles with all their steps done, in their order; those on which a step fails are reported."""

    def steps(batch: Sequence[RawArticle]) -> list[EnrichedArticle]:
        identified = [
            article if isinstance(article, IdentifiedArticle) else enrichment.identify(article) for article in batch
        ]
        extracted = iter(enrichment.extract([one for one in identified if not isinstance(one, EnrichedArticle)]))
        return [article if isinstance(article, EnrichedArticle) else next(extracted) for article in identified]

    return tried(articles, steps, bad)
