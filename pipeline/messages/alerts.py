"""What a fired rule sends: the match (one rule, one article) and the alert that people read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from pipeline.messages.articles import EnrichedArticle, EntityRef, Instant, Language, Times
from pipeline.messages.rules import Mode, Rate, Severity, Suppress, Updates

EvidenceField = Literal["title", "body", "lang", "source", "site", "tag"]
EvidenceVia = Literal[
    "name",
    "adjective",
    "alias",
    "transliteration",
    "short-name",
    "model",
    "metonym",
    "word",
    "inflection",
    "prefix",
    "exact",
    "metadata",
]
AlertKind = Literal["matched", "updated", "cleared", "withdrawn"]
HeldBy = Literal["suppress", "limit"]


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why one clause of a rule is satisfied.

    Attributes:
        clause: The clause as the canonical form of the rule writes it.
        field: The field it was found in; for a clause on metadata, the metadata field.
        text: The text found, ``field[start:end]``, or the value of the metadata field.
        via: How it was found.
        start: First code point; null for ``via: metadata``.
        end: One past the last code point; null for ``via: metadata``.
        entity: The concept, if the clause is one.
        confidence: How certain the evidence is, 0 to 1; only with ``via: transliteration``.
    """

    clause: str
    field: EvidenceField
    text: str
    via: EvidenceVia
    start: Annotated[int, Meta(ge=0)] | None = None
    end: Annotated[int, Meta(ge=0)] | None = None
    entity: EntityRef | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None


class Highlight(Struct, frozen=True, kw_only=True):
    """A half-open span of the snippet's text, in code points."""

    start: Annotated[int, Meta(ge=0)]
    end: Annotated[int, Meta(ge=0)]


class Snippet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A passage that shows the evidence: exact text of the article, cut with ``…``, with the found spans."""

    text: str
    highlights: tuple[Highlight, ...] = ()


class ArticleHeader(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The article without its text.

    Attributes:
        fingerprint: Equal for articles whose title and body are equal after folding, whatever the source; present if
            a rule suppresses by text or asks for updates by text.
    """

    id: str
    revision: str
    title: str
    language: Language
    url: str = ""
    source: str = ""
    published_at: Instant | None = None
    revised_at: Instant | None = None
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    fingerprint: str = ""

    @classmethod
    def of(cls, article: EnrichedArticle) -> ArticleHeader:
        """The header of an article."""
        return cls(
            id=article.id,
            revision=article.revision,
            title=article.title,
            language=article.language,
            url=article.url,
            source=article.source,
            published_at=article.published_at,
            revised_at=article.revised_at,
            tags=article.tags,
            attributes=article.attributes,
        )


def _medium() -> Severity:
    return "medium"


class MatchedRule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The rule as matches and alerts carry it: all that the alerts step needs, since that step reads no rules.

    Attributes:
        version: 12 hex digits of the document's SHA-256.
        severity: Always written, so that filters need no default; older messages omit ``medium``.
        channel: Where the alert is also published.
        mode: ``live``, or ``shadow``: its alerts go to the shadow channel only.
        suppress: After an alert, similar alerts are held back for a time; null if none are.
        limit: Most alerts in any minute, hour or day, such as ``20/h``; null if there is no limit.
        updates: What makes a newer revision news: other ``evidence``, or also another ``text``.
    """

    id: str
    version: str
    name: str
    tags: tuple[str, ...] = ()
    # With a factory, `omit_defaults` does not leave the value out.
    severity: Annotated[Severity, Meta(extra_json_schema={"default": "medium"})] = field(default_factory=_medium)
    channel: str | None = None
    mode: Mode = "live"
    suppress: Suppress | None = None
    limit: Rate | None = None
    updates: Updates = "evidence"


class Match(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule is satisfied by one revision of one article.

    Attributes:
        score: Sum of the weights of the satisfied clauses, each once.
        evidence: In the order of the rule's clauses, at least one for each satisfied clause.
    """

    rule: MatchedRule
    article: ArticleHeader
    score: float
    evidence: tuple[Evidence, ...]
    snippet: Snippet
    times: Times = Times()


class EvaluatedArticle(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One revision of an article that the rules step has tried all rules on.

    Attributes:
        fired: The ids of the rules that it satisfies, sorted. A rule that alerted on an earlier revision and is not
            among them fires no longer.
    """

    article: ArticleHeader
    fired: tuple[str, ...] = ()
    times: Times = Times()

    @classmethod
    def of(cls, article: EnrichedArticle, matches: Sequence[Match], *, now: datetime) -> EvaluatedArticle:
        """An article with its matches, evaluated at this time."""
        return cls(
            article=ArticleHeader.of(article),
            fired=tuple([match.rule.id for match in matches]),
            times=msgspec.structs.replace(article.times, matched_at=now),
        )


class EvaluatedArticles(Struct, frozen=True, kw_only=True):
    """What the rules step tells each partition of the matches, behind the matches of these articles.

    Whichever rules alerted on them before, each has its alerts in one of the partitions.

    Attributes:
        evaluated: In the order in which the articles came.
    """

    evaluated: tuple[EvaluatedArticle, ...]


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a subscriber reads.

    Attributes:
        alert_id: Hash of rule id, article id, revision and kind: the same alert always has the same id.
        kind: ``matched`` for the rule's first alert on the article; ``updated`` when a newer revision satisfies the
            rule by other evidence, or is another text where the rule asks; ``cleared`` when a newer revision no longer
            satisfies the rule; ``withdrawn`` when the source has withdrawn the article. The last two take back what was
            alerted, have no evidence and are never held back. More kinds may come within v1: pass over an alert whose
            kind you do not know.
        held_back: How many alerts of the rule were held back since its last alert.
        held_by: Why this alert is held back; null if it is raised.
    """

    alert_id: str
    kind: AlertKind
    rule: MatchedRule
    article: ArticleHeader
    score: float
    evidence: tuple[Evidence, ...]
    snippet: Snippet
    held_back: Annotated[int, Meta(ge=0)] = 0
    held_by: HeldBy | None = None
    times: Times = Times()
