"""Estimate which share of articles a rule fires on, before any have been tried."""

from __future__ import annotations

from itertools import pairwise
from math import prod

from pipeline.rules.index.shares import Shares
from pipeline.rules.meaning.clauses import (
    Clause,
    ConceptClause,
    MentionClause,
    MetadataClause,
    NearClause,
    Scope,
    TermClause,
)
from pipeline.rules.syntax.expressions import Expression, fold
from pipeline.text.tokens import is_unsegmented

# Rough figures of news: a title holds a fifth of the names, and a model finds half of what is no known name.
_IN_TITLE = 0.2
_BY_MODEL = 0.5
# Of the articles that hold two terms, those that hold them so near.
_NEAR: dict[str, float] = {"s": 0.2, "p": 0.4}
_WORDS_APART = 60
# A longer run of characters is a rarer word, but far less rare than by chance.
_PER_FURTHER_CHARACTER = 0.7


def expected_share(condition: Expression[Clause], shares: Shares) -> float:
    """The share of articles that satisfy a condition, by estimate, in the language where its words are most frequent.

    Clauses are taken for independent of each other, so that the estimate is low where they go together in the news.

    Args:
        condition: What an article must satisfy.
        shares: How often articles hold words and concepts.
    """
    return fold(condition, lambda clause: _share_of(clause, shares), lambda operator, parts: operator.likelihood(parts))


def _share_of(clause: Clause, shares: Shares) -> float:
    if isinstance(clause, MetadataClause):
        return shares.of(f"{clause.field}:{clause.value}")
    if isinstance(clause, NearClause):
        sides = [_any([_share_of(operand, shares) for operand in side]) for side in (clause.left, clause.right)]
        near = _NEAR[clause.reach] if isinstance(clause.reach, str) else min(1.0, (clause.reach + 1) / _WORDS_APART)
        return prod(sides) * near * (0.5 if clause.ordered else 1.0)
    if isinstance(clause, ConceptClause):
        return _any([shares.of(name) for name in (clause.concept.id, *clause.metonyms)]) * _in(clause.scope)
    if isinstance(clause, TermClause):
        found = _sequence_share(clause.sequence, shares) * _in(clause.scope)
        return found * _BY_MODEL if isinstance(clause, MentionClause) else found
    raise TypeError(f"no share is estimated for {type(clause).__name__}")


def _sequence_share(sequence: tuple[str, ...], shares: Shares) -> float:
    """Words one after the other; in an unsegmented script, runs of characters by the rarest two that stand together.

    The shares of all its pairs say little of a run: every common pair stands in nearly every long article.
    """
    share = 1.0
    at = 0
    while at < len(sequence):
        end = at + 1
        while end < len(sequence) and is_unsegmented(sequence[at]) and is_unsegmented(sequence[end]):
            end += 1
        run = sequence[at:end]
        if len(run) == 1:
            share *= shares.of(run[0])
        else:
            rarest = min(shares.of(one + other) for one, other in pairwise(run))
            share *= rarest * _PER_FURTHER_CHARACTER ** (len(run) - 2)
        at = end
    return share


def _in(scope: Scope) -> float:
    return _IN_TITLE if scope.field == "title" else 1.0


def _any(shares: list[float]) -> float:
    return 1 - prod(1 - share for share in shares)
