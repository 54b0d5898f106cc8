"""ATLEAST and its like count different conditions: two names of one concept are one of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from pipeline.errors import RuleError
from pipeline.rules.meaning.clauses import Clause, canonical_form, unweighed
from pipeline.rules.syntax.expressions import Branch, Counted, Expression, Term, fold_tree, leaves, map_leaves
from pipeline.rules.syntax.origin import Origin, RuleWarning


class CountedOnce(NamedTuple):
    """A rule whose ATLEASTs hold each condition once, what was left out, and those that have too few then."""

    expression: Expression[Clause]
    warnings: list[RuleWarning]
    errors: list[RuleError]


def count_once(settled: Expression[Clause], written: Expression[Term], origin: Origin) -> CountedOnce:
    """Leave out the parts of a counted operator that mean what an earlier part of it means.

    Args:
        settled: The rule's clauses.
        written: The same tree, as written.
        origin: Where the condition stands.
    """
    warnings: list[RuleWarning] = []
    errors: list[RuleError] = []
    return CountedOnce(_counted(settled, written, origin, warnings, errors), warnings, errors)


def _counted(
    settled: Expression[Clause],
    written: Expression[Term],
    origin: Origin,
    warnings: list[RuleWarning],
    errors: list[RuleError],
) -> Expression[Clause]:
    if not isinstance(settled, Branch) or not isinstance(written, Branch):
        return settled
    parts = [_counted(*pair, origin, warnings, errors) for pair in zip(settled.parts, written.parts, strict=True)]
    if not isinstance(settled, Counted):
        return settled.over(parts)
    kept: dict[Hashable, Expression[Clause]] = {}
    for part, as_written in zip(parts, written.parts, strict=True):
        plain = map_leaves(part, unweighed)
        meaning = _meaning(plain)
        if meaning not in kept:
            kept[meaning] = part
            continue
        start = leaves(as_written)[0][0].start
        again = f"{canonical_form(plain)} stands in this {settled.word} twice"
        left = len({_meaning(map_leaves(each, unweighed)) for each in parts})
        if left < settled.needed:
            errors.append(origin.error(f"{again}: it asks for {settled.needed} different parts and has {left}", start))
            break
        warnings.append(origin.warning(f"{again}: it counts once", start))
    return settled.over(tuple(kept.values()))


def _meaning(expression: Expression[Clause]) -> Hashable:
    """Equal for conditions whose parts are the same in another order."""

    def clause_itself(clause: Clause) -> Hashable:
        return clause

    def in_any_order(operator: Branch[Clause], parts: list[Hashable]) -> Hashable:
        return operator.name, frozenset(parts)

    return fold_tree(expression, clause_itself, in_any_order)
