"""What one part of a rule asks for and another excludes: clauses that can never fire, names that NOT takes away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.rules.meaning.clauses import (
    Clause,
    ConceptClause,
    PhraseClause,
    Scope,
    covers,
    unweighed,
)
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.meaning.word_forms import WordForm
from pipeline.rules.syntax.expressions import And, Expression, Not, Or, branches
from pipeline.rules.syntax.origin import Origin, RuleWarning
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize


def contradictions(
    expression: Expression[Clause], starts: Mapping[Clause, int], concepts: ConceptLookup, origin: Origin
) -> Iterator[RuleWarning]:
    """Every contradiction inside a conjunction.

    Args:
        expression: The rule's clauses.
        starts: Where each clause stands in the condition.
        concepts: What the concepts are called.
        origin: Where the condition stands.
    """
    for operator in branches(expression):
        if isinstance(operator, And):
            yield from _excluded(operator, starts, origin)
            yield from _at_odds(operator, starts, origin)
            yield from _names_taken_away(operator, starts, concepts, origin)


def _excluded(expression: And[Clause], starts: Mapping[Clause, int], origin: Origin) -> Iterator[RuleWarning]:
    """Warn of clauses that another part of the rule excludes by NOT."""
    excluded = _excluded_clauses(expression)
    for part in expression.parts:
        wanted = _alternatives(part)
        for clause in wanted:
            against = next((other for other in excluded if clause.implies(other)), None)
            if against is not None:
                what = "this" if len(wanted) == 1 else f"the alternative {clause.spelling}"
                why = "which it asks for" if unweighed(clause) == unweighed(against) else f"and so {clause.spelling}"
                yield origin.warning(f"{what} can never fire: NOT excludes {against.spelling}, {why}", starts[clause])


def _at_odds(expression: And[Clause], starts: Mapping[Clause, int], origin: Origin) -> Iterator[RuleWarning]:
    """Two languages, sources or sites of one article."""
    required = [part for part in expression.parts if isinstance(part, Clause)]
    first: dict[str, str] = {}
    for clause in required:
        for what, value in clause.single_values():
            known = first.setdefault(what, value)
            if not _agree(what, known, value):
                is_in = "is in one language" if what == "language" else f"has one {what}"
                yield origin.warning(
                    f"this can never fire: an article {is_in}, and the rule asks for {known} and {value}",
                    starts[clause],
                )
                return


def _names_taken_away(
    expression: And[Clause], starts: Mapping[Clause, int], concepts: ConceptLookup, origin: Origin
) -> Iterator[RuleWarning]:
    """Warn of a word under NOT that is a name of a wanted concept, and of a wanted word that names one under NOT."""
    excluded = _excluded_clauses(expression)
    wanted = [clause for part in expression.parts for clause in _alternatives(part)]
    for blocking in excluded:
        for clause in wanted:
            if isinstance(blocking, PhraseClause) and isinstance(clause, ConceptClause):
                if _is_name(blocking, clause, concepts):
                    yield origin.warning(
                        f"{blocking.text} is one of the names of {clause.concept.name}: "
                        f"NOT {blocking.spelling} also excludes the articles that call it so",
                        starts[blocking],
                    )
            elif (
                isinstance(blocking, ConceptClause)
                and isinstance(clause, PhraseClause)
                and blocking.scope == Scope()
                and _is_name(clause, blocking, concepts)
            ):
                yield origin.warning(
                    f"{clause.text} is one of the names of {blocking.concept.name}, which NOT excludes: "
                    "this fires only where the name is not taken for it",
                    starts[clause],
                )


def _excluded_clauses(expression: And[Clause]) -> list[Clause]:
    return [clause for part in expression.parts if isinstance(part, Not) for clause in _alternatives(part.part)]


def _alternatives(expression: Expression[Clause]) -> list[Clause]:
    """The clauses any one of which satisfies the expression."""
    if isinstance(expression, Or):
        return [clause for part in expression.parts for clause in _alternatives(part)]
    return [expression] if isinstance(expression, Clause) else []


def _agree(what: str, one: str, other: str) -> bool:
    """Whether one article can have both."""
    one, other = one.casefold(), other.casefold()
    if what == "language":
        return covers(one, other) or covers(other, one)
    if what == "site":
        return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
    return " ".join(one.split()) == " ".join(other.split())


def _is_name(phrase: PhraseClause, concept_clause: ConceptClause, concepts: ConceptLookup) -> bool:
    words = [WordForm.of(key).word for key in phrase.sequence]
    return any(
        [fold(word) for word in tokenize(surface).words] == words
        for name in concepts.concept(concept_clause.concept.id).names
        for surface in name.surfaces
    )
