"""Choose under which keys a rule is filed: without one of them in the article it cannot fire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.rules.clauses import ConceptClause
from pipeline.rules.expressions import And, AtLeast, Or
from pipeline.rules.filing import Condition, FiledClause, FiledNear
from pipeline.rules.keys import Key, KeyTable
from pipeline.rules.postings import Posting


class Pivot(NamedTuple):
    """Postings of which an article must hold one.

    Attributes:
        share: The share of articles that do, by estimate.
        postings: Each with a second key that the article must hold beside the first.
        clauses: What is asked for by them.
    """

    share: float
    postings: tuple[Posting, ...]
    clauses: tuple[FiledClause, ...]


def choose_pivot(condition: Condition, keys: KeyTable) -> Pivot:
    """The rarest keys that a rule cannot fire without.

    Args:
        condition: What a rule requires, in negation normal form; it has a positive part.
        keys: The keys of its clauses.

    Raises:
        ValueError: It may fire on an article that holds none of its clauses.
    """
    pivot = _pivot(condition, keys)
    if pivot is None:
        raise ValueError("the rule has no positive part")
    if len(pivot.postings) == 1:
        return pivot
    return pivot._replace(postings=tuple(dict.fromkeys(pivot.postings)), clauses=tuple(dict.fromkeys(pivot.clauses)))


def _pivot(condition: Condition, keys: KeyTable) -> Pivot | None:
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
        rarest = sorted(parts, key=lambda each: 2.0 if each[0] is None else each[0].share)
        return _of_any([part for _, part in rarest[: len(parts) - condition.count + 1]], keys)
    return None


def _of_clause(filed: FiledClause, keys: KeyTable) -> Pivot:
    if len(filed.keys) == 1:
        return Pivot(keys.share(filed.keys[0]), (Posting(filed.keys[0]),), (filed,))
    if isinstance(filed.clause, ConceptClause):
        return Pivot(sum(map(keys.share, filed.keys)), tuple(map(Posting, filed.keys)), (filed,))
    first, *others = sorted(dict.fromkeys(filed.keys), key=keys.share)
    return Pivot(keys.share(first), (Posting(first, others[0] if others else 0),), (filed,))


def _of_any(parts: Sequence[Condition], keys: KeyTable) -> Pivot | None:
    pivots = [_pivot(part, keys) for part in parts]
    found = [pivot for pivot in pivots if pivot is not None]
    if len(found) < len(pivots):
        return None
    return Pivot(
        sum(pivot.share for pivot in found),
        tuple(posting for pivot in found for posting in pivot.postings),
        tuple(clause for pivot in found for clause in pivot.clauses),
    )


def _of_all(pivots: Iterable[Pivot | None], keys: KeyTable) -> Pivot | None:
    """The rarest of several that an article must all hold, with the rarest single key of the others beside it."""
    found = sorted((pivot for pivot in pivots if pivot is not None), key=lambda pivot: pivot.share)
    if not found:
        return None
    rarest, *others = found
    single = [key for other in others if len(other.postings) == 1 for key in other.postings[0] if key]
    if not single:
        return rarest
    single.sort(key=keys.share)
    return rarest._replace(postings=tuple(_beside(posting, single, keys) for posting in rarest.postings))


def _beside(posting: Posting, single: Sequence[Key], keys: KeyTable) -> Posting:
    best = next((key for key in single if key != posting.key), 0)
    if not best or (posting.second and keys.share(posting.second) <= keys.share(best)):
        return posting
    return Posting(posting.key, best)
