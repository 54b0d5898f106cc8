"""When two pieces of evidence are the same news: the same clauses, satisfied by the same entities or words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol

import msgspec

from pipeline.text.folding import fold

_encode = msgspec.json.Encoder().encode


class NamedEntity(Protocol):
    """What is compared of an entity."""

    @property
    def id(self) -> str:
        """The concept's id."""
        ...


class Proof(Protocol):
    """What is compared of a piece of evidence; where it was found and how makes no difference."""

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


def evidence_digest(evidence: Iterable[Proof]) -> int:
    """A number that stands for the evidence as a set of (clause, entity id or folded text).

    Args:
        evidence: In any order, with any repeats.

    Returns:
        64 bits, equal for equal sets in every process.
    """
    found = sorted(
        {
            (proof.clause, "e", proof.entity.id) if proof.entity else (proof.clause, "t", fold(proof.text))
            for proof in evidence
        }
    )
    return int.from_bytes(hashlib.blake2b(_encode(found), digest_size=8).digest(), "big")
