"""Settle what a whole rule means: its units, and what an article must satisfy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.errors import RuleError
from pipeline.rules.advice.lint import lint
from pipeline.rules.meaning.absence import doubtful_absences, only_absent
from pipeline.rules.meaning.at_least import count_once
from pipeline.rules.meaning.clauses import Clause
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.meaning.remembered_units import RememberedUnits
from pipeline.rules.meaning.unit_resolver import UnitResolver
from pipeline.rules.meaning.weights import idle_weights, weigh, without_lowering
from pipeline.rules.syntax.expressions import Expression, Term, flatten, map_leaves, push_negation_down
from pipeline.rules.syntax.origin import Origin, RuleWarning, as_one
from pipeline.rules.syntax.parser import Parsed


class Resolved(NamedTuple):
    """A rule whose every unit is settled.

    Attributes:
        expression: The whole rule.
        required: What an article must satisfy, in negation normal form.
        lowering: Clauses with a negative weight.
    """

    expression: Expression[Clause]
    required: Expression[Clause]
    lowering: tuple[Clause, ...]


def resolve(
    parsed: Parsed,
    concepts: ConceptLookup,
    languages: Sequence[str],
    origin: Origin,
    *,
    metonyms: bool = False,
    transliteration: bool = True,
    reads_names: bool = False,
    min_score: float | None = None,
    remembered: RememberedUnits | None = None,
    doubts: list[RuleWarning] | None = None,
) -> Resolved:
    """Settle every unit of a condition.

    Args:
        parsed: The condition as written.
        concepts: Where names are looked up.
        languages: The rule's languages, in which names are looked up first.
        origin: Where the condition stands.
        metonyms: Whether a capital stands for its country.
        transliteration: Whether a person's name in another script counts that is spelled by rule and not listed.
        reads_names: Whether plain words that are a name no lexicon knows are read as one.
        min_score: The least score that fires.
        remembered: Units that were settled before, by the same concepts; those of this rule are added.
        doubts: Takes what is doubtful, also in a rule that is refused. None: nobody looks for it, which saves half of
            the time.

    Raises:
        RuleError: A name is ambiguous, a concept unknown, a term too short, fields do not go together, a weight stands
            where it means nothing, an ATLEAST has too few different parts, or the rule would fire on the absence of
            something alone. It carries everything else of these that is wrong.
    """
    expression = flatten(parsed.expression)
    resolver = UnitResolver(
        concepts,
        languages,
        origin,
        doubts,
        remembered,
        metonyms=metonyms,
        transliteration=transliteration,
        reads_names=reads_names,
    )
    settled = map_leaves(expression, resolver.clause)
    errors = resolver.errors
    if not parsed.is_plain:
        errors += _misplaced(expression, origin)
    if errors:
        raise as_one(errors)
    if doubts is not None:
        doubts += doubtful_absences(settled, expression, origin)
        doubts += lint(settled, expression, concepts, languages, origin, min_score=min_score)
    if parsed.is_plain:
        return Resolved(settled, settled, ())
    counted = count_once(settled, expression, origin)
    if counted.errors:
        raise as_one(counted.errors)
    if doubts is not None:
        doubts += counted.warnings
    weighed = weigh(counted.expression)
    return Resolved(counted.expression, push_negation_down(weighed.required), weighed.lowering)


def _misplaced(expression: Expression[Term], origin: Origin) -> list[RuleError]:
    """Weights and NOTs where they mean nothing."""
    errors = list(idle_weights(expression, origin))
    absent = None if errors else only_absent(push_negation_down(without_lowering(expression)))
    if absent is not None:
        errors.append(
            origin.error(
                "a rule needs a positive part, and this alternative has none: say with + what the article must hold",
                absent.start,
            )
        )
    return errors
