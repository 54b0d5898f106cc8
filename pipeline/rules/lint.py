"""Say what is allowed in a rule and can hardly be meant: words that are everywhere, clauses that can never fire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pipeline.rules.clauses import (
    INFLECTION_MARK,
    Clause,
    ConceptClause,
    MetadataClause,
    NearClause,
    PhraseClause,
    TermClause,
)
from pipeline.rules.expressions import And, AtLeast, Expression, Not, Or, Term, leaves
from pipeline.rules.lookup import ConceptLookup
from pipeline.rules.origin import Origin, RuleWarning
from pipeline.rules.shares import is_everywhere
from pipeline.rules.vocabulary import COVERED_LANGUAGES
from pipeline.rules.weights import weigh
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize


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
    yield from _contradictions(settled, starts, concepts, origin)
    most = None if min_score is None else _most(settled)
    if min_score is not None and most is not None and most < min_score:
        yield origin.warning(
            f"the rule can never fire: its score is at most {most:g}, and min_score is {min_score:g}", 0
        )


def _most(settled: Expression[Clause]) -> float:
    """The highest score that an article can reach, or more: each clause once, those that lower it left out."""
    clauses = dict.fromkeys(clause for clause, positive in leaves(weigh(settled).required) if positive)
    return sum(clause.weight for clause in clauses)


def _contradictions(
    expression: Expression[Clause], starts: dict[Clause, int], concepts: ConceptLookup, origin: Origin
) -> Iterator[RuleWarning]:
    if isinstance(expression, And):
        yield from _clashes(expression, starts, concepts, origin)
    if isinstance(expression, (And, Or, AtLeast)):
        for part in expression.parts:
            yield from _contradictions(part, starts, concepts, origin)
    elif isinstance(expression, Not):
        yield from _contradictions(expression.part, starts, concepts, origin)


def _clashes(
    expression: And[Clause], starts: dict[Clause, int], concepts: ConceptLookup, origin: Origin
) -> Iterator[RuleWarning]:
    """What one part of a conjunction asks for and another excludes."""
    required = [part for part in expression.parts if isinstance(part, Clause)]
    excluded = [clause for part in expression.parts if isinstance(part, Not) for clause in _alternatives(part.part)]
    bare = {_unweighed(clause) for clause in excluded}
    for clause in required:
        if _unweighed(clause) in bare:
            yield origin.warning(
                f"this can never fire: NOT excludes {clause.spelling}, which it asks for", starts[clause]
            )
    yield from _language_clash(required, starts, origin)
    wanted = [
        clause for part in expression.parts for clause in _alternatives(part) if isinstance(clause, ConceptClause)
    ]
    for phrase in excluded:
        if isinstance(phrase, PhraseClause):
            for concept_clause in wanted:
                if _is_name(phrase, concept_clause, concepts):
                    label = concept_clause.concept.name
                    yield origin.warning(
                        f"{phrase.text} is one of the names of {label}: "
                        f"NOT {phrase.spelling} also excludes the articles that call it so",
                        starts[phrase],
                    )


def _language_clash(required: list[Clause], starts: dict[Clause, int], origin: Origin) -> Iterator[RuleWarning]:
    first: str | None = None
    for clause in required:
        language = _language(clause)
        if language is None:
            continue
        language = next((name for name, covered in COVERED_LANGUAGES.items() if language in covered), language)
        first = first or language
        if language != first:
            yield origin.warning(
                f"this can never fire: an article is in one language, and the rule asks for {first} and {language}",
                starts[clause],
            )
            return


def _language(clause: Clause) -> str | None:
    """The language that an article must be in, where a clause says so."""
    if isinstance(clause, MetadataClause):
        return clause.value.partition("-")[0] if clause.field == "lang" else None
    if isinstance(clause, NearClause):
        return next(
            (found for side in (clause.left, clause.right) if len(side) == 1 and (found := _language(side[0]))), None
        )
    return clause.scope.language if isinstance(clause, (ConceptClause, TermClause)) else None


def _alternatives(expression: Expression[Clause]) -> list[Clause]:
    """The clauses of which each alone is enough."""
    if isinstance(expression, Or):
        return [clause for part in expression.parts for clause in _alternatives(part)]
    return [expression] if isinstance(expression, Clause) else []


def _unweighed(clause: Clause) -> Clause:
    return msgspec.structs.replace(clause, weight=1.0)


def _is_name(phrase: PhraseClause, concept_clause: ConceptClause, concepts: ConceptLookup) -> bool:
    words = [entry.partition(INFLECTION_MARK)[0] for entry in phrase.sequence]
    return any(
        [fold(word) for word in tokenize(surface).words] == words
        for name in concepts.concept(concept_clause.concept.id).names
        for surface in name.surfaces
    )
