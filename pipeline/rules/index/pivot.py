"""Choose the keys that a rule is filed under: it cannot fire on an article that holds none of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from pipeline.rules.index.clause_filing import Condition, FiledClause, FiledMention, FiledNear
from pipeline.rules.index.keys import NO_KEY, KeyTable
from pipeline.rules.index.postings import Posting
from pipeline.rules.meaning.clauses import ConceptClause
from pipeline.rules.syntax.expressions import Junction

_Pivot: TypeAlias = tuple[float, tuple[Posting, ...]]
"""Postings of which an article must hold one, and the share of articles that do, by estimate."""

# More postings of one rule cost more to keep than they save.
_MAX_POSTINGS = 25
# A second key that is held this often tells nothing.
_FREQUENT = 0.5
# How much likelier a word of a phrase is where the others stand.
_TOGETHER = 10.0


def choose_postings(condition: Condition, keys: KeyTable) -> tuple[Posting, ...]:
    """The rarest keys that a rule needs, each with a second key that it needs too.

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
        return _of_all([_of_any(side, keys) for side in (condition.left, condition.right)], keys, suffice=False)
    if isinstance(condition, FiledMention):
        return _of_any(condition.alternatives, keys)
    if not isinstance(condition, Junction):
        return None
    if condition.needed == len(condition.parts):
        return _of_all([_pivot(part, keys) for part in condition.parts], keys, suffice=len(condition.parts) == 2)
    if condition.needed == 1:
        return _of_any(condition.parts, keys)
    # Whichever parts are missing, one of any so many is there: the rarest will do.
    parts = [(_pivot(part, keys), part) for part in condition.parts]
    parts.sort(key=lambda each: 2.0 if each[0] is None else each[0][0])
    return _of_any([part for _, part in parts[: len(parts) - condition.needed + 1]], keys, suffice=False)


def _of_clause(filed: FiledClause, keys: KeyTable) -> _Pivot:
    if len(filed.keys) == 1:
        key = filed.keys[0]
        return keys.share(key), ((key, NO_KEY, filed.suffices),)
    if isinstance(filed.clause, ConceptClause):
        return sum(map(keys.share, filed.keys)), tuple((key, NO_KEY, filed.suffices) for key in filed.keys)
    first, *others = sorted(dict.fromkeys(filed.keys), key=keys.share)
    return keys.share(first), ((first, others[0] if others else NO_KEY, False),)


def _of_any(parts: Sequence[Condition], keys: KeyTable, *, suffice: bool = True) -> _Pivot | None:
    share = 0.0
    postings: tuple[Posting, ...] = ()
    for part in parts:
        pivot = _pivot(part, keys)
        if pivot is None:
            return None
        share += pivot[0]
        postings += pivot[1]
    return share, postings if suffice else _in_doubt(postings)


def _of_all(pivots: Sequence[_Pivot | None], keys: KeyTable, *, suffice: bool) -> _Pivot | None:
    """The rarest of several that an article must all hold, each of its keys beside each of the next rarest one.

    A second key costs a test where the first is held; a rule that is tried in vain costs a hundred times as much.

    Args:
        pivots: Of the parts.
        keys: Their keys.
        suffice: Whether there are two parts, so that what suffices for each of them suffices for both.
    """
    found = sorted((pivot for pivot in pivots if pivot is not None), key=_share)
    if not found:
        return None
    share, postings = found[0]
    beside = next(
        (other for other in found[1:] if len(postings) * len(other[1]) <= _MAX_POSTINGS and other[0] < _FREQUENT), None
    )
    if beside is None:
        return share, _in_doubt(postings)
    together = tuple(_each_beside(postings, beside, keys))
    return share, together if suffice else _in_doubt(together)


def _each_beside(postings: Sequence[Posting], other: _Pivot, keys: KeyTable) -> Iterator[Posting]:
    share, alternatives = other
    for first, second, suffices in postings:
        # The words of a phrase are likelier together than apart: beside the first, another clause tells more.
        if second and keys.share(second) < share / _TOGETHER:
            yield first, second, False
        else:
            for key, behind, suffices_too in alternatives:
                # Of a phrase either word is needed; the rarer one may be the first key already.
                if key != first:
                    yield first, key, suffices and suffices_too and second == behind == NO_KEY
                else:
                    yield first, behind, suffices and suffices_too and second in {NO_KEY, behind}


def _in_doubt(postings: Sequence[Posting]) -> tuple[Posting, ...]:
    """The same, of a condition that depends on more than these keys."""
    return tuple((first, second, False) for first, second, _ in postings)


def _share(pivot: _Pivot) -> float:
    return pivot[0]
