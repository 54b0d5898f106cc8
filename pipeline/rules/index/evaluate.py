"""Decide whether an article satisfies a rule, and give the proof."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from pipeline.messages.alerts import Evidence
from pipeline.rules.index.article_terms import ArticleTerms
from pipeline.rules.index.clause_filing import Condition, FiledClause, FiledLeaf, FiledMention, FiledNear
from pipeline.rules.meaning.clauses import Clause, ConceptClause, TermClause
from pipeline.rules.syntax.expressions import And, Junction, Not, Or, leaves

MAX_EVIDENCE_PER_CLAUSE = 5


def is_satisfied(condition: Condition, terms: ArticleTerms) -> bool:
    """Whether an article satisfies a condition."""
    # Loops, since generators cost more than what they would run through here.
    if isinstance(condition, FiledLeaf):
        return is_found(condition, terms)
    if isinstance(condition, And):
        for part in condition.parts:  # noqa: SIM110
            if not is_satisfied(part, terms):
                return False
        return True
    if isinstance(condition, Or):
        for part in condition.parts:  # noqa: SIM110
            if is_satisfied(part, terms):
                return True
        return False
    if isinstance(condition, Not):
        # In negation normal form what stands below NOT is a clause.
        return not is_found(condition.part, terms, certain=True)  # type: ignore[arg-type]
    return condition.holds(is_satisfied(part, terms) for part in condition.parts)


def satisfied_clauses(condition: Condition, lowering: Iterable[FiledLeaf], terms: ArticleTerms) -> list[FiledLeaf]:
    """The clauses that count for an article's score, each once, in the rule's order; those that lower it come last.

    A clause counts only inside a part that is satisfied itself: in ``(A AND B) OR C`` without B, A proves nothing.

    Args:
        condition: Satisfied by the article.
        lowering: The rule's clauses of negative weight.
        terms: The article.
    """
    counted: list[FiledLeaf] = []
    _collect_satisfied(condition, terms, counted)
    counted += [filed for filed in lowering if is_found(filed, terms)]
    return list(dict.fromkeys(counted))


def missed_by_one(condition: Condition, terms: ArticleTerms) -> tuple[Condition, ...]:
    """The clauses of which any one would make an article satisfy a condition that it misses by just one.

    Args:
        condition: In negation normal form; a clause under NOT that blocks it counts as missed.
        terms: The article.

    Returns:
        Nothing where more is missing, none is, or the article holds no other clause of the condition.
    """
    missing, alternatives = _missing(condition, terms)
    return alternatives if missing == 1 and _holds_any(condition, terms) else ()


def evidence_of(filed: FiledLeaf, terms: ArticleTerms) -> list[Evidence]:
    """The first places where an article satisfies a clause, at most ``MAX_EVIDENCE_PER_CLAUSE``, in order."""
    clause = _canonical(filed.clause)
    evidence = [
        Evidence(
            clause=clause,
            field=place.field,
            text=place.text,
            via=place.via,
            confidence=place.confidence,
            start=place.start,
            end=place.end,
            entity=place.entity,
        )
        for place in islice(terms.places(filed), MAX_EVIDENCE_PER_CLAUSE)
    ]
    if isinstance(filed, FiledNear):
        # It gives its places in pairs; all others are in order already.
        evidence.sort(key=lambda item: (item.field == "body", item.start or 0, item.end or 0))
    return evidence


@lru_cache(maxsize=65_536)
def _canonical(clause: Clause) -> str:
    """The canonical form of a clause that has fired before."""
    return clause.canonical


def is_found(filed: FiledLeaf, terms: ArticleTerms, *, certain: bool = False) -> bool:
    """Whether an article satisfies a clause.

    Args:
        filed: The clause.
        terms: The article.
        certain: Only by a find that NOT trusts.
    """
    if not may_be_found(filed, terms.held):
        return False
    # What a mention was found by says how sure it is.
    is_sure = isinstance(filed, FiledClause) and filed.suffices and not terms.has_asides
    if is_sure and not (certain and isinstance(filed.clause, ConceptClause)):
        return True
    return next(terms.places(filed, certain=certain), None) is not None


def may_be_found(filed: FiledLeaf, held: bytearray) -> bool:
    """Whether an article holds the words or concepts of a clause anywhere; ``held`` as in ``ArticleTerms``."""
    if isinstance(filed, FiledClause):
        keys = filed.keys
        if len(keys) == 1:
            return bool(held[keys[0]])
        found = map(held.__getitem__, keys)
        return all(found) if isinstance(filed.clause, TermClause) else any(found)
    if isinstance(filed, FiledNear):
        return all(any(may_be_found(clause, held) for clause in side) for side in (filed.left, filed.right))
    if isinstance(filed, FiledMention):
        return any(may_be_found(clause, held) for clause in filed.alternatives)
    raise TypeError(f"it is not defined what may hold a {type(filed).__name__}")


def _collect_satisfied(condition: Condition, terms: ArticleTerms, found: list[FiledLeaf]) -> None:
    if isinstance(condition, FiledLeaf):
        found.append(condition)
    elif isinstance(condition, Junction):
        needs_all = condition.needed == len(condition.parts)
        for part in condition.parts:
            if needs_all or is_satisfied(part, terms):
                _collect_satisfied(part, terms, found)


def _missing(condition: Condition, terms: ArticleTerms) -> tuple[int, tuple[Condition, ...]]:
    """The least number of missing clauses. If it is one, also the clauses any one of which would do."""
    if isinstance(condition, Junction):
        parts = sorted((_missing(part, terms) for part in condition.parts), key=lambda part: part[0])
        missing = sum(count for count, _ in parts[: condition.needed])
        return missing, tuple(
            each for count, clauses in parts if count == 1 for each in clauses
        ) if missing == 1 else ()
    return (0, ()) if is_satisfied(condition, terms) else (1, (condition,))


def _holds_any(condition: Condition, terms: ArticleTerms) -> bool:
    """Whether an article holds any clause that stands under no NOT."""
    return any(positive and is_found(filed, terms) for filed, positive in leaves(condition))
