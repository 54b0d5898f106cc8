"""Choose under which clauses a rule is filed: without one of them in the article it cannot fire."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.rules.clauses import PREFIX_MARK, Clause, ConceptClause, MetadataClause, TermClause
from pipeline.rules.expressions import And, Expression, Not, Or, push_negation_down

# How often articles hold what a clause asks for: coarse, since only the order decides, and the order only costs time.
_METADATA_SHARE = {"lang": 0.3, "source": 0.05, "site": 0.05, "tag": 0.05}
_CONCEPT_SHARE = {"country": 0.06, "region": 0.02, "city": 0.02, "org": 0.02, "person": 0.01}
_WORD_SHARE = 0.3
_SHARE_PER_LETTER = 0.6
_PREFIX_FACTOR = 4.0


class Pivot(NamedTuple):
    """Clauses of which an article must hold at least one, and the share of articles that do, by estimate."""

    clauses: tuple[Clause, ...]
    share: float


def choose_pivot(expression: Expression[Clause]) -> Pivot:
    """The rarest set of clauses that a rule cannot fire without.

    Args:
        expression: A resolved rule; it has a positive part.

    Raises:
        ValueError: It may fire on an article that holds none of its clauses.
    """
    pivot = _pivot(push_negation_down(expression))
    if pivot is None:
        raise ValueError("the rule has no positive part")
    return Pivot(tuple(dict.fromkeys(pivot.clauses)), pivot.share)


def _pivot(expression: Expression[Clause]) -> Pivot | None:
    if isinstance(expression, And):
        found = [pivot for part in expression.parts if (pivot := _pivot(part)) is not None]
        return min(found, key=lambda pivot: pivot.share, default=None)
    if isinstance(expression, Or):
        clauses: list[Clause] = []
        share = 0.0
        for part in expression.parts:
            pivot = _pivot(part)
            if pivot is None:
                return None
            clauses += pivot.clauses
            share += pivot.share
        return Pivot(tuple(clauses), share)
    if isinstance(expression, Not):
        return None
    return Pivot((expression,), _share(expression))


def _share(clause: Clause) -> float:
    """An estimate of the share of articles that satisfy a clause: long words are rare, phrases rarer."""
    if isinstance(clause, ConceptClause):
        return _CONCEPT_SHARE[clause.concept.kind]
    if isinstance(clause, MetadataClause):
        return _METADATA_SHARE[clause.field]
    if not isinstance(clause, TermClause):
        raise TypeError(f"no share is estimated for {type(clause).__name__}")
    share = 1.0
    for entry in clause.sequence:
        word = _WORD_SHARE * _SHARE_PER_LETTER ** (len(entry) - 1)
        share *= min(1.0, word * _PREFIX_FACTOR) if entry.endswith(PREFIX_MARK) else word
    return share
