"""The article on its way: raw, identified, enriched.

Each stage has its own type, which adds to the one before. Text is never normalised: every offset is a
Unicode code point of the original title or body, half open, so that ``body[start:end] == text``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

MAX_ARTICLE_CODE_POINTS = 200_000

Instant = Annotated[datetime, Meta(tz=True)]
"""A moment with its offset from UTC, in RFC 3339: ``2024-06-18T09:30:00Z``."""

Status = Literal["published", "withdrawn"]
Field = Literal["title", "body"]
Label = Literal["PER", "ORG", "LOC", "MISC"]
EntityKind = Literal["country", "region", "city", "org", "person"]
MentionVia = Literal["name", "adjective", "alias", "transliteration", "short-name", "model"]
Fraction = Annotated[float, Meta(ge=0, le=1)]
ArticleId = Annotated[str, Meta(max_length=512)]
AsideSpan = tuple[Annotated[int, Meta(ge=0)], Annotated[int, Meta(ge=0)]]
"""A half-open span of a body that is not the article's own text, in code points."""


class Times(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When each step published the article: latency is measured from these times, not by the reader's clock."""

    ingested_at: Instant | None = None
    identified_at: Instant | None = None
    enriched_at: Instant | None = None
    matched_at: Instant | None = None
    raised_at: Instant | None = None


class RawArticle(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article as a source publishes it; ``null`` counts as absent, and a time without a zone as UTC.

    Attributes:
        id: The source's id; when empty, the first step derives it from the URL, else from title and body.
        url: Where it can be read, or empty.
        title: Headline as received; may be empty when the body is not.
        body: Text as received, plain; lines are paragraphs.
        source: The publisher, such as ``Reuters``.
        published_at: When it was first published.
        revised_at: When this revision was made; if absent, or over five minutes in the future, the Kafka timestamp of
            the message.
        declared_language: The language tag that the source claims; never overrides the text.
        tags: The subjects that the source gives.
        attributes: Passed through to the alert unchanged.
        status: ``withdrawn`` withdraws an earlier article and needs only the id.
        asides: Half-open spans of the body that are not the article's own text, such as links to other articles: rules
            do not fire on them unless they ask. Where there are none, the first step looks for them.
    """

    id: ArticleId = ""
    url: str = ""
    title: str = ""
    body: str = ""
    source: str = ""
    published_at: Instant | None = None
    revised_at: Instant | None = None
    declared_language: str = ""
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    status: Status = "published"
    asides: tuple[AsideSpan, ...] = ()


class LanguageGuess(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another language that the article might be in: from the text, or declared by the source."""

    tag: str
    confidence: Fraction = 0.0
    declared: bool = False


class LanguagePart(Struct, frozen=True, kw_only=True):
    """A passage of an article in several languages, ``field[start:end]`` in code points."""

    field: Field
    start: Annotated[int, Meta(ge=0)]
    end: Annotated[int, Meta(ge=0)]
    tag: str


class Language(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The language of an article.

    Attributes:
        tag: BCP 47, such as ``de``, ``zh-Hant``, ``sr-Latn``; ``und`` if it cannot be told.
        confidence: The probability that the tag is right, 0..1; for ``und``, that the language is none of the known
            ones.
        alternatives: Other candidates, likeliest first.
        parts: If passages are in different languages, all of them in order, covering title and body; else empty.
    """

    tag: str
    confidence: Fraction
    alternatives: tuple[LanguageGuess, ...] = ()
    parts: tuple[LanguagePart, ...] = ()


class IdentifiedArticle(RawArticle, frozen=True, kw_only=True, omit_defaults=True):
    """An article whose id, time of revision and language are settled.

    Attributes:
        language: What it is written in.
        revision: Hash of title and body: equal text, equal revision.
        times: Each step adds its own.
    """

    language: Language
    revision: str
    times: Times = Times()


class EntityRef(Struct, frozen=True, kw_only=True):
    """A concept of the knowledge base, such as ``country/kp``, by its English name."""

    id: str
    name: str
    kind: EntityKind


class Mention(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place in an article that names something.

    Attributes:
        field: The text that the offsets refer to.
        start: First code point.
        end: One past the last code point.
        text: ``field[start:end]``.
        label: The kind of thing named; an adjective is ``MISC``.
        entity: The concept it is linked to; null if none.
        name: For a mention without a concept, its text with single spaces, or the person's full name if the article
            gives it.
        via: How it was found.
        confidence: How certain the mention is, 0 to 1; only with ``via: transliteration``.
        aside: Whether it stands in one of the article's asides, and so says nothing of the article itself.
    """

    field: Field
    start: Annotated[int, Meta(ge=0)]
    end: Annotated[int, Meta(ge=0)]
    text: str
    label: Label
    via: MentionVia
    entity: EntityRef | None = None
    name: str = ""
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    aside: bool = False


def _no_mentions() -> tuple[Mention, ...]:
    return ()


class EnrichedArticle(IdentifiedArticle, frozen=True, kw_only=True, omit_defaults=True):
    """An article with what it names.

    Attributes:
        mentions: Sorted by field and start, nested or disjoint, never crossing. Always written, empty where nothing is
            named; older messages omit it then.
    """

    # With a factory, `omit_defaults` does not leave the value out.
    mentions: Annotated[tuple[Mention, ...], Meta(extra_json_schema={"default": []})] = field(
        default_factory=_no_mentions
    )
