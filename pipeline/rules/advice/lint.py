"""Say what is allowed in a rule and can hardly be meant: words that are everywhere, scores out of reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.rules.advice.contradictions import contradictions
from pipeline.rules.index.shares import is_everywhere
from pipeline.rules.meaning.clauses import Clause, TermClause
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.meaning.weights import weigh
from pipeline.rules.syntax.expressions import Expression, Term, leaves
from pipeline.rules.syntax.origin import Origin, RuleWarning


def lint(
    settled: Expression[Clause],
    written: Expression[Term],
    concepts: ConceptLookup,
    languages: Sequence[str],
    origin: Origin,
    *,
    min_score: float | None = None,
) -> Iterator[RuleWarning]:
    """Everything doubtful in what a rule means.

    Args:
        settled: The rule's clauses.
        written: The same tree, as written.
        concepts: Where names are looked up.
        languages: The rule's.
        origin: Where the condition stands.
        min_score: The least score that fires.
    """
    starts: dict[Clause, int] = {}
    for (clause, positive), (term, _) in zip(leaves(settled), leaves(written), strict=True):
        starts.setdefault(clause, term.start)
        if not isinstance(clause, TermClause):
            continue
        own = (clause.scope.language,) if clause.scope.language else languages
        if is_everywhere(clause, own):
            consequence = "as a clause it says nothing" if positive else "under NOT it silences the rule"
            yield origin.warning(f"{clause.text} stands in nearly every article: {consequence}", term.start)
    yield from contradictions(settled, starts, concepts, origin)
    most = None if min_score is None else _most(settled)
    if min_score is not None and most is not None and most < min_score:
        yield origin.warning(
            f"the rule can never fire: its score is at most {most:g}, and min_score is {min_score:g}", 0
        )


def _most(settled: Expression[Clause]) -> float:
    """The highest score that an article can reach, or more: each clause once, those that lower it left out."""
    clauses = dict.fromkeys(clause for clause, positive in leaves(weigh(settled).required) if positive)
    return sum(clause.weight for clause in clauses)
