"""Read a raw article from a source: decode it, check it, and set its id and time of revision."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from pipeline.errors import ArticleError, EmptyArticleError, SchemaError, TooLargeError
from pipeline.messages import identity
from pipeline.messages.alerts import EvaluatedArticles, Match
from pipeline.messages.articles import MAX_ARTICLE_CODE_POINTS, AsideSpan, EnrichedArticle, RawArticle
from pipeline.messages.codec import BYTE_ORDER_MARK, decode, replace_lone_surrogates

MOST_AHEAD = timedelta(minutes=5)
"""How far a time of revision may be ahead of our clock: the source's may differ."""


MAX_ASIDES = 1_000
"""How many spans a source may mark in one article."""


class Intake(NamedTuple):
    """A valid raw article.

    Attributes:
        replaced_surrogates: How many lone surrogates were replaced in it.
        was_ahead: Its time of revision was in the future, and is the time of arrival now.
    """

    article: RawArticle
    replaced_surrogates: int
    was_ahead: bool


def read_article(payload: bytes, *, read_at: datetime, now: datetime | None = None) -> Intake:
    """Read and check one raw article.

    What is plainly meant is accepted beyond the schema: a byte-order mark in front, ``null`` for a field that is
    absent, and a time that is a date alone (its first moment) or names no zone (UTC).

    Args:
        payload: JSON as published by any client.
        read_at: The Kafka timestamp of the message, or the time of reading; used if ``revised_at`` is missing.
        now: By our clock; ``read_at`` when None.

    Returns:
        The article with its id and ``revised_at`` set, as ``settled`` does; lone surrogates are replaced by U+FFFD.

    Raises:
        UndecodableError: Not UTF-8 JSON.
        SchemaError: Not a raw article (says which field), or a withdrawal without id and URL.
        EmptyArticleError: Neither title nor body holds text, and it is no withdrawal.
        TooLargeError: Title and body together have more than 200,000 code points.
    """
    payload, replaced = replace_lone_surrogates(payload.removeprefix(BYTE_ORDER_MARK))
    try:
        article = decode(payload, RawArticle)
    except SchemaError as error:
        # So that an article which keeps to the schema, as nearly all do, is decoded once.
        meant = _as_meant(payload)
        if meant is None:
            raise
        try:
            article = decode(meant, RawArticle)
        except SchemaError as other:
            raise other from error
    settled_article = settled(article, read_at=read_at, now=now)
    was_ahead = article.revised_at is not None and article.revised_at != settled_article.revised_at
    return Intake(settled_article, replaced, was_ahead)


def _as_meant(payload: bytes) -> bytes | None:
    """The JSON of an article with what is plainly meant written as the schema wants it; None where nothing is."""
    try:
        given = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    meant = {name: value for name, value in given.items() if bytes(value) != b"null"}
    for name in ("published_at", "revised_at"):
        with contextlib.suppress(KeyError, msgspec.DecodeError, UnicodeDecodeError, ValueError):
            moment = datetime.fromisoformat(msgspec.json.decode(meant[name], type=str))
            if moment.tzinfo is None:
                meant[name] = msgspec.Raw(msgspec.json.encode(moment.replace(tzinfo=UTC)))
    return None if meant == given else msgspec.json.encode(meant)


def settled(article: RawArticle, *, read_at: datetime, now: datetime | None = None) -> RawArticle:
    """Check an article's content, sort its asides, and set its id and time of revision if they are missing.

    A withdrawal needs only the id, or the URL from which the id is made. It gets no time of revision: without one it
    withdraws everything published before it. A time of revision over ``MOST_AHEAD`` in the future, which would make
    every later revision an older one, becomes the time of arrival.

    Raises:
        SchemaError: A withdrawal without id and URL, or asides that are no stretches of the body.
        EmptyArticleError: Neither title nor body holds text, and it is no withdrawal.
        TooLargeError: Title and body together have more than 200,000 code points.
    """
    name = f"article {article.id or '(no id)'}"
    is_withdrawn = article.status == "withdrawn"
    if is_withdrawn and not article.id and not article.url.strip():
        raise SchemaError("a withdrawal without id and url: give the id of the article that is taken back")
    if not is_withdrawn and not article.title.strip() and not article.body.strip():
        raise EmptyArticleError(f"{name}: title and body are blank: give one of them")
    size = len(article.title) + len(article.body)
    if size > MAX_ARTICLE_CODE_POINTS:
        raise TooLargeError(
            f"{name}: title and body have {size:,} code points, {MAX_ARTICLE_CODE_POINTS:,} are allowed: split it"
        )
    if len(article.asides) > MAX_ASIDES:
        raise SchemaError(
            f"{name}: {len(article.asides):,} asides, {MAX_ASIDES:,} are allowed: join those side by side"
        )
    revised_at = article.revised_at or (None if is_withdrawn else read_at)
    now = now or read_at
    if revised_at is not None and revised_at > now + MOST_AHEAD:
        revised_at = min(read_at, now)
    return msgspec.structs.replace(
        article,
        id=article.id or identity.article_id(article.url, article.title, article.body),
        revised_at=revised_at,
        asides=() if is_withdrawn else _sorted_asides(article, name),
    )


def _sorted_asides(article: RawArticle, name: str) -> tuple[AsideSpan, ...]:
    """The asides in order; those that overlap as one.

    Raises:
        SchemaError: One is no stretch of the body.
    """
    for start, end in article.asides:
        if not start < end <= len(article.body):
            raise SchemaError(
                f"{name}: the aside [{start}, {end}] is no stretch of the body, which has {len(article.body):,} code "
                "points: give [start, end] with end behind the last one"
            )
    return join_asides(article.asides)


def join_asides(spans: Iterable[AsideSpan]) -> tuple[AsideSpan, ...]:
    """Spans in order; those that overlap as one."""
    joined: list[AsideSpan] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def read_enriched(payload: bytes) -> EnrichedArticle:
    """Read an enriched article, whoever wrote it.

    Returns:
        The article; every mention's ``text`` is its slice of the field.

    Raises:
        UndecodableError: Not UTF-8 JSON.
        SchemaError: Not an enriched article, without an id, or with a mention or an aside whose offsets do not fit its
            text.
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
    if article.asides and article.status != "withdrawn":
        return msgspec.structs.replace(article, asides=_sorted_asides(article, f"article {article.id}"))
    return article


def read_match(payload: bytes) -> Match | EvaluatedArticles | EnrichedArticle:
    """Read an output of the rules step: a match, articles that it has evaluated, or a withdrawn article as received.

    Raises:
        UndecodableError: Not UTF-8 JSON.
        SchemaError: None of the three; says what a match would need.
    """
    try:
        return decode(payload, Match)
    except SchemaError:
        # Matches are by far the most.
        with contextlib.suppress(ArticleError):
            return decode(payload, EvaluatedArticles)
        with contextlib.suppress(ArticleError):
            article = decode(payload, EnrichedArticle)
            if article.status == "withdrawn":
                return article
        raise
