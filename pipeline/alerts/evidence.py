"""When two alerts are alike: satisfied by the same entities or words, or of one window of suppression."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol

import msgspec

from pipeline.messages.alerts import MatchedRule
from pipeline.text.folding import fold

_encode = msgspec.json.Encoder().encode


class NamedEntity(Protocol):
    """The part of an entity that evidence is compared by."""

    @property
    def id(self) -> str:
        """The concept's id."""
        ...


class Proof(Protocol):
    """The part of a piece of evidence that is compared; where and how it was found is not."""

    @property
    def clause(self) -> str:
        """The clause in the rule's canonical form."""
        ...

    @property
    def text(self) -> str:
        """The text found."""
        ...

    @property
    def entity(self) -> NamedEntity | None:
        """The concept, where the clause is one."""
        ...


class ComparedArticle(Protocol):
    """The part of an article that is compared."""

    @property
    def revision(self) -> str:
        """Which text it is, to the letter."""
        ...

    @property
    def source(self) -> str:
        """Who publishes it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Which text it is after folding; may be missing."""
        ...


def evidence_digest(evidence: Iterable[Proof]) -> int:
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


def window_key(rule: MatchedRule, article: ComparedArticle, evidence: Iterable[Proof]) -> int:
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


def _digest(parts: object) -> int:
    return int.from_bytes(hashlib.blake2b(_encode(parts), digest_size=8).digest(), "big")
