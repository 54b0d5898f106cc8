"""Choose under which keys a rule is filed: without one of them in the article it cannot fire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from pipeline.rules.clauses import ConceptClause
from pipeline.rules.expressions import And, AtLeast, Or
from pipeline.rules.filing import Condition, FiledClause, FiledNear
from pipeline.rules.keys import Key, KeyTable
from pipeline.rules.postings import Posting

_Pivot: TypeAlias = tuple[float, tuple[Posting, ...]]
"""Postings of which an article must hold one, and the share of articles that do, by estimate."""


def choose_postings(condition: Condition, keys: KeyTable) -> tuple[Posting, ...]:
    """The rarest keys that a rule cannot fire without, each with another one that it needs beside it.

    Args:
        condition: What a rule requires, in negation normal form; it has a positive part.
        keys: The keys of its clauses.

    Raises:
        ValueError: It may fire on an article that holds none of its clauses.
    """
    pivot = _pivot(condition, keys)
    if pivot is None:
        raise ValueError("the rule has no positive part")
    postings = pivot[1]
    return postings if len(postings) == 1 else tuple(dict.fromkeys(postings))


def _pivot(condition: Condition, keys: KeyTable) -> _Pivot | None:
    if isinstance(condition, FiledClause):
        return _of_clause(condition, keys)
    if isinstance(condition, FiledNear):
        return _of_all([_of_any(side, keys) for side in (condition.left, condition.right)], keys)
    if isinstance(condition, And):
        return _of_all([_pivot(part, keys) for part in condition.parts], keys)
    if isinstance(condition, Or):
        return _of_any(condition.parts, keys)
    if isinstance(condition, AtLeast):
        # Whichever parts are missing, one of any so many is there: the rarest will do.
        parts = [(_pivot(part, keys), part) for part in condition.parts]
        parts.sort(key=lambda each: 2.0 if each[0] is None else each[0][0])
        return _of_any([part for _, part in parts[: len(parts) - condition.count + 1]], keys)
    return None


def _of_clause(filed: FiledClause, keys: KeyTable) -> _Pivot:
    if len(filed.keys) == 1:
        key = filed.keys[0]
        return keys.share(key), ((key, 0),)
    if isinstance(filed.clause, ConceptClause):
        return sum(map(keys.share, filed.keys)), tuple((key, 0) for key in filed.keys)
    first, *others = sorted(dict.fromkeys(filed.keys), key=keys.share)
    return keys.share(first), ((first, others[0] if others else 0),)


def _of_any(parts: Sequence[Condition], keys: KeyTable) -> _Pivot | None:
    share = 0.0
    postings: tuple[Posting, ...] = ()
    for part in parts:
        pivot = _pivot(part, keys)
        if pivot is None:
            return None
        share += pivot[0]
        postings += pivot[1]
    return share, postings


def _of_all(pivots: Sequence[_Pivot | None], keys: KeyTable) -> _Pivot | None:
    """The rarest of several that an article must all hold, with the rarest single key of the others beside it."""
    rarest: _Pivot | None = None
    for pivot in pivots:
        if pivot is not None and (rarest is None or pivot[0] < rarest[0]):
            rarest = pivot
    if rarest is None:
        return None
    single = [
        key
        for pivot in pivots
        if pivot is not None and pivot is not rarest and len(pivot[1]) == 1
        for key in pivot[1][0]
        if key
    ]
    if not single:
        return rarest
    single.sort(key=keys.share)
    return rarest[0], tuple(_beside(posting, single, keys) for posting in rarest[1])


def _beside(posting: Posting, single: Sequence[Key], keys: KeyTable) -> Posting:
    first, second = posting
    best = next((key for key in single if key != first), 0)
    return posting if not best or (second and keys.share(second) <= keys.share(best)) else (first, best)
