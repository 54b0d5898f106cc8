"""The record kept of an alert, the same for one just raised and for one read back; and when two alerts are alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from pipeline.messages.alerts import Alert, AlertKind, ArticleHeader, Evidence, HeldBy, MatchedRule
from pipeline.messages.articles import Instant, Language
from pipeline.text.folding import fold

_encode = msgspec.json.Encoder().encode


class PastAlert(NamedTuple):
    """One alert, raised or held back; times are seconds since 1970.

    Attributes:
        article_key: Stands for the article's id, however long that is.
        is_held: It was held back.
        evidence: Its ``evidence_digest``.
        text: Its ``text_key``; 0 unless its rule asks for updates by text.
        window: Its ``window_key``; 0 where the rule suppresses nothing.
        revised_at: Of the article's revision; None where it is not known.
        ingested_at: When the article reached the first topic; None where it is not known.
        matched_at: The alert's place in time: when the rule was found satisfied, by the clock of the step that did.
        raised_at: When it was decided on, by the clock of the alerts step.
    """

    rule: MatchedRule
    article_id: str
    article_key: bytes
    revision: str
    title: str
    language: Language
    kind: AlertKind
    is_held: bool
    evidence: int
    text: int
    window: int
    revised_at: float | None
    ingested_at: float | None
    matched_at: float
    raised_at: float


class _EntityParts(msgspec.Struct, frozen=True, gc=False):
    id: str


class _ProofParts(msgspec.Struct, frozen=True, gc=False):
    clause: str
    text: str
    entity: _EntityParts | None = None


class _HeaderParts(msgspec.Struct, frozen=True, gc=False):
    id: str
    revision: str
    language: Language
    title: str = ""
    source: str = ""
    fingerprint: str = ""
    revised_at: Instant | None = None


class _TimesParts(msgspec.Struct, frozen=True, gc=False):
    ingested_at: Instant | None = None
    matched_at: Instant | None = None
    raised_at: Instant | None = None


class AlertParts(msgspec.Struct, frozen=True, gc=False):
    """The remembered fields of an alert in JSON; all others are skipped."""

    kind: AlertKind
    rule: MatchedRule
    article: _HeaderParts
    evidence: tuple[_ProofParts, ...]
    held_by: HeldBy | None = None
    times: _TimesParts = _TimesParts()


def past_alert(
    alert: Alert | AlertParts, *, written_at: datetime | None = None, evidence: int | None = None
) -> PastAlert:
    """The record to remember of an alert.

    Args:
        alert: Whole, or what was read of it.
        evidence: Its ``evidence_digest``, where that is known already.
        written_at: Stands for the times that it came without.

    Raises:
        ValueError: It came without, and nothing stands for them.
    """
    article, times = alert.article, alert.times
    raised_at = times.raised_at or written_at
    if raised_at is None:
        raise ValueError("an alert that does not say when it was raised")
    return PastAlert(
        rule=alert.rule,
        article_id=article.id,
        article_key=article_key(article.id),
        revision=article.revision,
        title=article.title,
        language=article.language,
        kind=alert.kind,
        is_held=alert.held_by is not None,
        evidence=evidence_digest(alert.evidence) if evidence is None else evidence,
        text=text_key(alert.rule, article),
        window=window_key(alert.rule, article, alert.evidence),
        revised_at=seconds(article.revised_at),
        ingested_at=seconds(times.ingested_at),
        matched_at=(times.matched_at or raised_at).timestamp(),
        raised_at=raised_at.timestamp(),
    )


def takes_back(kind: AlertKind) -> bool:
    """Whether such an alert says that those before it on the article no longer hold."""
    return kind in {"cleared", "withdrawn"}


def article_key(article_id: str) -> bytes:
    """16 bytes that stand for an article's id."""
    return hashlib.blake2b(article_id.encode(), digest_size=16).digest()


def seconds(moment: datetime | None) -> float | None:
    """Since 1970, or None."""
    return None if moment is None else moment.timestamp()


def evidence_digest(evidence: Iterable[Evidence | _ProofParts]) -> int:
    """A hash of the evidence as a set of (clause, entity id or folded text).

    Args:
        evidence: In any order, with any repeats.

    Returns:
        64 bits, equal for equal sets in every process.
    """
    found = {
        (proof.clause, "e", proof.entity.id) if proof.entity else (proof.clause, "t", fold(proof.text))
        for proof in evidence
    }
    return _digest(sorted(found))


def window_key(
    rule: MatchedRule, article: ArticleHeader | _HeaderParts, evidence: Iterable[Evidence | _ProofParts]
) -> int:
    """A number that is equal for alerts of one rule of which the first suppresses the others.

    Args:
        rule: Says what makes alerts alike.
        article: Its source or its text may count.
        evidence: Its entities may count, as a set; evidence without any is alike.

    Returns:
        64 bits, equal in every process; 0 where the rule suppresses nothing.
    """
    if rule.suppress is None:
        return 0
    by = rule.suppress.by
    match by:
        case "rule":
            return _digest([by])
        case "source":
            return _digest([by, fold(article.source)])
        case "entities":
            return _digest([by, *sorted({proof.entity.id for proof in evidence if proof.entity is not None})])
        case "text":
            return _digest([by, article.fingerprint or article.revision])


def text_key(rule: MatchedRule, article: ArticleHeader | _HeaderParts) -> int:
    """A number that is equal for revisions of equal text, where the rule asks for updates by text.

    Returns:
        64 bits, equal in every process; 0 where the rule goes by evidence alone.
    """
    return _digest([article.fingerprint or article.revision]) if rule.updates == "text" else 0


def _digest(parts: object) -> int:
    return int.from_bytes(hashlib.blake2b(_encode(parts), digest_size=8).digest(), "big")
