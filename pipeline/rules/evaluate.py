"""Decide whether an article satisfies a rule, and give the proof."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from pipeline.messages.alerts import Evidence
from pipeline.rules.article_terms import ArticleTerms
from pipeline.rules.clauses import ANYWHERE, Clause, ConceptClause, MetadataClause, PhraseClause
from pipeline.rules.expressions import And, Expression, Not, Or
from pipeline.rules.postings import Key

MAX_EVIDENCE_PER_CLAUSE = 5


class FiledClause(Struct, frozen=True):
    """A clause with its key in one index."""

    clause: Clause
    key: Key


Condition = Expression[FiledClause]
"""A rule in negation normal form: NOT stands above clauses only."""


def is_satisfied(condition: Condition, terms: ArticleTerms) -> bool:
    """Whether an article satisfies a condition."""
    if isinstance(condition, And):
        return all(is_satisfied(part, terms) for part in condition.parts)
    if isinstance(condition, Or):
        return any(is_satisfied(part, terms) for part in condition.parts)
    if isinstance(condition, Not):
        # In negation normal form what stands below NOT is a clause.
        return not _is_found(condition.part, terms, certain=True)  # type: ignore[arg-type]
    return _is_found(condition, terms, certain=False)


def satisfied_clauses(condition: Condition, terms: ArticleTerms) -> list[FiledClause]:
    """The positive clauses that an article satisfies, each once, in the rule's order.

    A clause counts only inside a part that is satisfied itself: in ``(A AND B) OR C`` without B, A proves nothing.

    Args:
        condition: Satisfied by the article.
        terms: The article.
    """
    return list(dict.fromkeys(_satisfied(condition, terms)))


def evidence_of(filed: FiledClause, terms: ArticleTerms) -> tuple[Evidence, ...]:
    """The first places where an article satisfies a clause, at most ``MAX_EVIDENCE_PER_CLAUSE``, title first."""
    clause = filed.clause.canonical
    return tuple(
        Evidence(
            clause=clause,
            field=place.field,
            text=place.text,
            via=place.via,
            start=place.start,
            end=place.end,
            entity=place.entity,
        )
        for place in islice(terms.places(filed.clause, filed.key), MAX_EVIDENCE_PER_CLAUSE)
    )


def _is_found(filed: FiledClause, terms: ArticleTerms, *, certain: bool) -> bool:
    if not terms.holds(filed.key):
        return False
    clause = filed.clause
    if isinstance(clause, MetadataClause):
        return True
    # In any field and language the key says all there is to know, but for how sure a mention is.
    if isinstance(clause, PhraseClause) and clause.scope == ANYWHERE:
        return True
    if isinstance(clause, ConceptClause) and clause.scope == ANYWHERE and not certain:
        return True
    return next(terms.places(clause, filed.key, certain=certain), None) is not None


def _satisfied(condition: Condition, terms: ArticleTerms) -> Iterator[FiledClause]:
    if isinstance(condition, And):
        for part in condition.parts:
            yield from _satisfied(part, terms)
    elif isinstance(condition, Or):
        for part in condition.parts:
            if is_satisfied(part, terms):
                yield from _satisfied(part, terms)
    elif isinstance(condition, FiledClause):
        yield condition
