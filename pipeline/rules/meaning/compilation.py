"""Compile a rule document: parse its condition, resolve its names, write its canonical form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from pipeline.errors import RuleError
from pipeline.messages.canary_rule import CANARY_RULE
from pipeline.messages.rules import READS_NAMES, RESERVED_CHANNELS, WatchRule, duration_seconds, quota
from pipeline.rules.meaning.clauses import Clause, NameClause, NearClause, canonical_form
from pipeline.rules.meaning.languages import rule_languages
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.meaning.remembered_units import RememberedUnits
from pipeline.rules.meaning.resolve import resolve
from pipeline.rules.syntax.expressions import Expression, leaves
from pipeline.rules.syntax.limits import Limits
from pipeline.rules.syntax.origin import Origin, Position, RuleWarning, by_place
from pipeline.rules.syntax.parser import parse


class ExamplePositions(Struct, frozen=True, kw_only=True):
    """Where each example of a rule stands in its file; empty for a rule that comes from none."""

    fires: tuple[Position, ...] = ()
    silent: tuple[Position, ...] = ()


class CheckedRule(Struct, frozen=True, kw_only=True):
    """A rule that can go live if its examples pass.

    Attributes:
        rule: The document.
        canonical: Its condition as Wirewatch understands it.
        warnings: What is allowed and probably not meant.
        source: The file's name, or ``"<rule>"``.
        examples_at: Where its examples stand.
        names: What is read as a name that the knowledge base does not have, in canonical form.
    """

    rule: WatchRule
    canonical: str
    warnings: tuple[RuleWarning, ...]
    source: str = "<rule>"
    examples_at: ExamplePositions = ExamplePositions()
    names: tuple[str, ...] = ()


class CompiledRule(Struct, frozen=True, kw_only=True):
    """A rule document with its resolved condition; see ``Resolved``."""

    rule: WatchRule
    expression: Expression[Clause]
    required: Expression[Clause]
    lowering: tuple[Clause, ...]


class Requirements(NamedTuple):
    """What a rule asks articles for, without its document: all that an index files; see ``Resolved``."""

    required: Expression[Clause]
    lowering: tuple[Clause, ...]


class RuleCompiler:
    """Compiles many rules, one after the other, by the same concepts, without looking for what is doubtful.

    Args:
        concepts: Where names are looked up.
        limits: How large a rule may be.
    """

    def __init__(self, concepts: ConceptLookup, limits: Limits | None = None) -> None:
        self._concepts = concepts
        self._limits = limits or Limits()
        self._remembered = RememberedUnits()

    def requirements(self, rule: WatchRule) -> Requirements:
        """What a rule asks articles for.

        Raises:
            RuleError: The rule cannot be used.
        """
        compiled = compile_rule(rule, self._concepts, self._limits, remembered=self._remembered)
        return Requirements(compiled.required, compiled.lowering)


def compile_rule(
    rule: WatchRule,
    concepts: ConceptLookup,
    limits: Limits | None = None,
    origin: Origin | None = None,
    *,
    remembered: RememberedUnits | None = None,
    doubts: list[RuleWarning] | None = None,
) -> CompiledRule:
    """Understand a rule.

    Args:
        rule: The document.
        concepts: Where names are looked up.
        limits: How large the rule may be.
        origin: Where its condition stands; by default the condition itself.
        remembered: See ``resolve``.
        doubts: See ``resolve``; in the order of their places.

    Raises:
        RuleError: The rule cannot be used; it carries what else is wrong with it.
    """
    origin = origin or Origin(text=rule.when, rule_id=rule.id)
    for _, problem in unusable_fields(rule, limits):
        raise RuleError(problem, rule_id=rule.id, source=origin.source)
    parsed = parse(rule.when, origin, limits)
    if doubts is not None:
        doubts += parsed.warnings
    resolved = resolve(
        parsed,
        concepts,
        rule_languages(rule.languages),
        origin,
        metonyms=rule.metonyms,
        transliteration=rule.transliteration,
        reads_names=rule.reading >= READS_NAMES,
        min_score=rule.min_score,
        remembered=remembered,
        doubts=doubts,
    )
    if doubts:
        doubts.sort(key=by_place)
    return CompiledRule(
        rule=rule, expression=resolved.expression, required=resolved.required, lowering=resolved.lowering
    )


def check_rule(
    rule: WatchRule,
    concepts: ConceptLookup,
    limits: Limits | None = None,
    origin: Origin | None = None,
    examples_at: ExamplePositions | None = None,
    *,
    doubts: list[RuleWarning] | None = None,
) -> CheckedRule:
    """Check one rule document without running its examples; arguments and errors as ``compile_rule``."""
    origin = origin or Origin(text=rule.when, rule_id=rule.id)
    doubts = [] if doubts is None else doubts
    compiled = compile_rule(rule, concepts, limits, origin, doubts=doubts)
    return CheckedRule(
        rule=rule,
        canonical=canonical_form(compiled.expression),
        warnings=tuple(doubts),
        source=origin.source,
        examples_at=examples_at or ExamplePositions(),
        names=tuple(_unlisted_names(compiled.expression)),
    )


def unusable_fields(rule: WatchRule, limits: Limits | None = None) -> Iterator[tuple[str, str]]:
    """What the document's type allows and a rule may not have: the field and the problem."""
    if rule.id == CANARY_RULE.id and rule != CANARY_RULE:
        yield "id", f"id {rule.id} is reserved: choose another"
    if rule.channel in RESERVED_CHANNELS and rule != CANARY_RULE:
        yield "channel", f"channel {rule.channel} is reserved: name another one"
    if rule.suppress is None and rule.limit is None:
        return
    memory = (limits or Limits()).alert_memory_seconds
    remembered = f"alerts are remembered for {memory:g} s: make it shorter, or raise WIREWATCH_ALERT_MEMORY_SECONDS"
    if rule.suppress is not None and duration_seconds(rule.suppress.for_) > memory:
        yield "suppress", f"suppress: for {rule.suppress.for_} is too long: {remembered}"
    if rule.limit is not None and quota(rule.limit).seconds > memory:
        yield "limit", f"limit: {rule.limit} looks back too far: {remembered}"


def _unlisted_names(expression: Expression[Clause]) -> Iterator[str]:
    for clause, _ in leaves(expression):
        operands = (*clause.left, *clause.right) if isinstance(clause, NearClause) else (clause,)
        yield from (operand.spelling for operand in operands if isinstance(operand, NameClause))
