"""Choose under which clauses a rule is filed: without one of them in the article it cannot fire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.rules.expressions import And, AtLeast, Or
from pipeline.rules.filing import Condition, FiledClause


class Pivot(NamedTuple):
    """Clauses of which an article must hold at least one, and the share of articles that do, by estimate."""

    clauses: tuple[FiledClause, ...]
    share: float


def choose_pivots(condition: Condition) -> list[Pivot]:
    """The sets of clauses that a rule cannot fire without, the rarest first.

    Args:
        condition: What a rule requires, in negation normal form; it has a positive part.

    Raises:
        ValueError: It may fire on an article that holds none of its clauses.
    """
    found = sorted(_required(condition), key=lambda pivot: pivot.share)
    if not found:
        raise ValueError("the rule has no positive part")
    return found


def _required(condition: Condition) -> Iterator[Pivot]:
    """Every set of which an article must hold one."""
    if isinstance(condition, FiledClause):
        for alternatives in (condition.left, condition.right) if condition.left else ((condition,),):
            yield Pivot(alternatives, sum(filed.share for filed in alternatives))
    elif isinstance(condition, And):
        for part in condition.parts:
            yield from _required(part)
    elif isinstance(condition, Or):
        yield from _one_of(condition.parts)
    elif isinstance(condition, AtLeast):
        # Whichever parts are missing, one of any so many is there: the rarest will do.
        rarest = sorted(condition.parts, key=_least_share)
        yield from _one_of(rarest[: len(rarest) - condition.count + 1])


def _one_of(parts: Sequence[Condition]) -> Iterator[Pivot]:
    clauses: list[FiledClause] = []
    share = 0.0
    for part in parts:
        pivot = min(_required(part), key=lambda pivot: pivot.share, default=None)
        if pivot is None:
            return
        clauses += pivot.clauses
        share += pivot.share
    yield Pivot(tuple(dict.fromkeys(clauses)), share)


def _least_share(part: Condition) -> float:
    return min((pivot.share for pivot in _required(part)), default=float("inf"))
