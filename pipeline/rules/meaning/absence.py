"""What a rule may hold by absence alone, and absences that are doubtful."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.rules.meaning.clauses import Clause, MentionClause, NearClause
from pipeline.rules.syntax.expressions import Expression, Junction, Not, Term, leaves
from pipeline.rules.syntax.origin import Origin, RuleWarning


def only_absent(expression: Expression[Term]) -> Term | None:
    """A term by whose absence alone the condition may hold, or None; in negation normal form."""
    if isinstance(expression, Not):
        return expression.part if isinstance(expression.part, Term) else None
    if not isinstance(expression, Junction):
        return None
    absent = [term for part in expression.parts if (term := only_absent(part)) is not None]
    return absent[0] if len(absent) >= expression.needed else None


def doubtful_absences(settled: Expression[Clause], written: Expression[Term], origin: Origin) -> Iterator[RuleWarning]:
    """NOT does not trust a model, so a name that only a model finds does not block as its author may think."""
    for (clause, positive), (unit, _) in zip(leaves(settled), leaves(written), strict=True):
        if positive:
            continue
        operands = (*clause.left, *clause.right) if isinstance(clause, NearClause) else (clause,)
        for mention in operands:
            if not isinstance(mention, MentionClause):
                continue
            yield origin.warning(
                f"NOT trusts no model, and {mention.text} is not in the knowledge base: "
                f"NOT ={mention.text} blocks wherever the words stand",
                unit.start,
            )
