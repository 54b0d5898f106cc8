"""Where weights may stand, and what they make of a rule: clauses that must hold, and clauses that lower the score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from pipeline.errors import RuleError
from pipeline.rules.meaning.clauses import Clause
from pipeline.rules.syntax.expressions import And, Branch, Expression, Not, Or, Term, leaves
from pipeline.rules.syntax.origin import Origin

LeafT = TypeVar("LeafT", Clause, Term)


class Weighed(NamedTuple):
    """A rule by what its weights mean.

    Attributes:
        required: What an article must satisfy.
        lowering: Clauses with a negative weight: they fire nothing, are never missed, and lower the score.
    """

    required: Expression[Clause]
    lowering: tuple[Clause, ...]


def weigh(expression: Expression[Clause]) -> Weighed:
    """Split a resolved rule into what it requires and what lowers its score."""
    lowering = tuple(clause for part in _parts(expression) if _lowers(part) for clause, _ in leaves(part))
    return Weighed(without_lowering(expression), lowering)


def idle_weights(expression: Expression[Term], origin: Origin) -> Iterator[RuleError]:
    """Errors for weights without a meaning: under NOT, and negative ones that are not beside the rest of the rule."""
    if all(term.weight == 1 for term, _ in leaves(expression)):
        return
    for term, positive in _under_not(expression):
        if not positive and term.weight != 1:
            yield origin.error("what NOT excludes has no weight: take it away", term.start)
    parts = _parts(expression)
    negative = [[term for term, positive in _under_not(part) if positive and term.weight < 0] for part in parts]
    if all(_lowers(part) for part in parts):
        first = negative[0][0]
        yield origin.error("a negative weight fires nothing: say with + what the article must hold", first.start)
        return
    for part, inside in zip(parts, negative, strict=True):
        if inside and not _lowers(part):
            yield origin.error(
                "a negative weight stands beside the rest of the rule: A + (B OR C) + rumour^-2", inside[0].start
            )


def without_lowering(expression: Expression[LeafT]) -> Expression[LeafT]:
    """What an article must satisfy, of a rule whose weights all mean something."""
    parts = _parts(expression)
    required = tuple(part for part in parts if not _lowers(part))
    if len(required) == len(parts):
        return expression
    return And(required) if len(required) > 1 else required[0]


def _under_not(expression: Expression[Term], *, under: bool = False) -> list[tuple[Term, bool]]:
    """Every term, with whether no NOT stands above it."""
    if not isinstance(expression, Branch):
        return [(expression, not under)]
    inside = under or isinstance(expression, Not)
    return [found for part in expression.parts for found in _under_not(part, under=inside)]


def _parts(expression: Expression[LeafT]) -> tuple[Expression[LeafT], ...]:
    return expression.parts if isinstance(expression, And) else (expression,)


def _lowers(part: Expression[LeafT]) -> bool:
    """Whether it holds nothing but alternatives of negative weight."""
    alternatives = part.parts if isinstance(part, Or) else (part,)
    return all(isinstance(leaf, Clause | Term) and leaf.weight < 0 for leaf in alternatives)
