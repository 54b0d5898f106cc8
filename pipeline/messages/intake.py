"""Read a raw article from the outside world: decode, check, and settle its id and time of revision."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from pipeline.errors import EmptyArticleError, RefusedError, SchemaError, TooLargeError
from pipeline.messages import identity
from pipeline.messages.articles import MAX_ARTICLE_CODE_POINTS, EnrichedArticle, RawArticle
from pipeline.messages.codec import decode, replace_lone_surrogates


class Intake(NamedTuple):
    """A raw article fit for the pipeline, and how many lone surrogates were replaced in it."""

    article: RawArticle
    replaced_surrogates: int


def read_article(payload: bytes, *, read_at: datetime) -> Intake:
    """Read and check one raw article.

    Args:
        payload: JSON as published by any client.
        read_at: The Kafka timestamp of the message, or the time of reading; stands in for ``revised_at``.

    Returns:
        The article with its id and ``revised_at`` settled; a lone surrogate has become U+FFFD.

    Raises:
        UndecodableError: Not UTF-8 JSON.
        SchemaError: Not a raw article; says which field.
        EmptyArticleError: Neither title nor body holds text.
        TooLargeError: Title and body together have more than 200,000 code points.
        RefusedError: A withdrawal, which this version does not handle.
    """
    payload, replaced = replace_lone_surrogates(payload)
    article = decode(payload, RawArticle)
    return Intake(settled(article, read_at=read_at), replaced)


def settled(article: RawArticle, *, read_at: datetime) -> RawArticle:
    """Check an article's content, and give it its id and time of revision where it came without.

    Raises:
        EmptyArticleError: Neither title nor body holds text.
        TooLargeError: Title and body together have more than 200,000 code points.
        RefusedError: A withdrawal, which this version does not handle.
    """
    name = f"article {article.id or '(no id)'}"
    if article.status == "withdrawn":
        raise RefusedError(f"{name}: status withdrawn is not handled by this version")
    if not article.title.strip() and not article.body.strip():
        raise EmptyArticleError(f"{name}: title and body are blank: give one of them")
    size = len(article.title) + len(article.body)
    if size > MAX_ARTICLE_CODE_POINTS:
        raise TooLargeError(
            f"{name}: title and body have {size:,} code points, {MAX_ARTICLE_CODE_POINTS:,} are allowed: split it"
        )
    return msgspec.structs.replace(
        article,
        id=article.id or identity.article_id(article.url, article.title, article.body),
        revised_at=article.revised_at or read_at,
    )


def read_enriched(payload: bytes) -> EnrichedArticle:
    """Read an enriched article that anyone may have written.

    Returns:
        The article; every mention's ``text`` is its slice of the field.

    Raises:
        UndecodableError: Not UTF-8 JSON.
        SchemaError: Not an enriched article, without an id, or with a mention that is not where it says.
    """
    article = decode(payload, EnrichedArticle)
    if not article.id:
        raise SchemaError("not an EnrichedArticle: it has no id")
    for number, mention in enumerate(article.mentions):
        text = article.title if mention.field == "title" else article.body
        if not mention.text or text[mention.start : mention.end] != mention.text:
            raise SchemaError(
                f"article {article.id}: mentions[{number}].text is not {mention.field}[{mention.start}:{mention.end}]: "
                "offsets are code points of the text as received"
            )
    return article
