"""Explain a rule: its canonical form, the names that each clause finds, and the keys it is filed under."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from heapq import nlargest
from itertools import product
from math import prod

from msgspec import Struct

from pipeline.concepts import VIA_ORDER, NameVia
from pipeline.messages.articles import EntityRef
from pipeline.messages.rules import WatchRule
from pipeline.rules.advice.rate import expected_share
from pipeline.rules.index.clause_filing import ClauseFiling, known_by_keys
from pipeline.rules.index.pivot import choose_postings
from pipeline.rules.index.shares import Shares
from pipeline.rules.meaning.clauses import (
    Clause,
    ClauseKind,
    ConceptClause,
    MentionClause,
    NameClause,
    SpelledClause,
    canonical_form,
)
from pipeline.rules.meaning.compilation import compile_rule
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.syntax.expressions import leaves, map_leaves
from pipeline.rules.syntax.limits import Limits
from pipeline.rules.syntax.origin import Origin, RuleWarning

_MOST_SPELLINGS = 12


class NamesByLanguage(Struct, frozen=True, kw_only=True):
    """How a concept is written in one language, by one kind of name; ``mul`` is any language."""

    language: str
    via: NameVia
    texts: tuple[str, ...]


class SpellingsByScript(Struct, frozen=True, kw_only=True):
    """How a name that the knowledge base does not have is looked for in one script, the likeliest spelling first."""

    script: str
    texts: tuple[str, ...]


class ClauseExplanation(Struct, frozen=True, kw_only=True):
    """One clause of a rule.

    Attributes:
        clause: In canonical form.
        kind: What sort of clause it is.
        blocks: Whether it stands under NOT.
        concept: The concept, where it is one.
        names: What the concept answers to; empty for other clauses.
        spellings: Of a person whom the knowledge base does not have, in folded letters: what counts beside mentions,
            in any inflected form; at most a dozen a script.
    """

    clause: str
    kind: ClauseKind
    blocks: bool
    concept: EntityRef | None = None
    names: tuple[NamesByLanguage, ...] = ()
    spellings: tuple[SpellingsByScript, ...] = ()


class RuleExplanation(Struct, frozen=True, kw_only=True):
    """What a rule means.

    Attributes:
        canonical: The whole condition in canonical form.
        pivot: The clauses it is filed under: an article that satisfies none of them is never tried.
        expected_share: The share of articles that it fires on, by estimate.
        clauses: Each clause once, in the rule's order.
        warnings: What is doubtful.
    """

    rule_id: str
    canonical: str
    pivot: tuple[str, ...]
    expected_share: float
    clauses: tuple[ClauseExplanation, ...]
    warnings: tuple[RuleWarning, ...]


def explain_rule(
    rule: WatchRule, concepts: ConceptLookup, limits: Limits | None = None, origin: Origin | None = None
) -> RuleExplanation:
    """Explain a rule.

    Args:
        rule: The document.
        concepts: Where names are looked up.
        limits: How large the rule may be.
        origin: Where its condition stands; by default the condition itself.

    Raises:
        RuleError: The rule cannot be used.
    """
    doubts: list[RuleWarning] = []
    compiled = compile_rule(rule, concepts, limits, origin, doubts=doubts)
    found = dict.fromkeys(leaves(compiled.expression))
    shares = Shares.load()
    filing = ClauseFiling(shares)
    condition = map_leaves(compiled.required, filing.add)
    keys = {key for key, _, _ in choose_postings(condition, filing.keys)}
    asked = dict.fromkeys(each for filed, _ in leaves(condition) for each in known_by_keys(filed))
    return RuleExplanation(
        rule_id=rule.id,
        canonical=canonical_form(compiled.expression),
        pivot=tuple(filed.clause.canonical for filed in asked if not keys.isdisjoint(filed.keys)),
        expected_share=expected_share(compiled.required, shares),
        clauses=tuple(_explain(clause, concepts, blocks=not positive) for clause, positive in found),
        warnings=tuple(doubts),
    )


def _explain(clause: Clause, concepts: ConceptLookup, *, blocks: bool) -> ClauseExplanation:
    concept = clause.concept if isinstance(clause, ConceptClause) else None
    return ClauseExplanation(
        clause=clause.canonical,
        kind=clause.clause_kind,
        blocks=blocks,
        concept=concept,
        names=() if concept is None else _names(concept.id, concepts),
        spellings=_spellings(clause.spelled) if isinstance(clause, MentionClause | NameClause) else (),
    )


def _spellings(clauses: Sequence[SpelledClause]) -> tuple[SpellingsByScript, ...]:
    by_script: dict[str, dict[str, float]] = {}
    for clause in clauses:
        for script in dict.fromkeys(_script(way.text) for way in clause.ways[0]):
            if script == _script(clause.text):
                # A whole name as it is looked for; others are the name as the rule has it.
                by_script.setdefault(script, {})[clause.text] = prod(way.confidence for (way,) in clause.ways)
                continue
            words = [[way for way in ways if _script(way.text) == script] for ways in clause.ways]
            for combined in product(*words):
                confidence = prod(way.confidence for way in combined)
                if confidence >= clause.least_confidence:
                    by_script.setdefault(script, {})[" ".join(way.text for way in combined)] = confidence
    return tuple(
        SpellingsByScript(script=script, texts=tuple(nlargest(_MOST_SPELLINGS, texts, key=texts.__getitem__)))
        for script, texts in sorted(by_script.items())
    )


def _script(text: str) -> str:
    """The script of a text's first letter, by the name that Unicode gives the letter: ``cyrillic``, ``han``."""
    name = unicodedata.name(text[0], "other").partition(" ")[0].lower()
    return "han" if name == "cjk" else name


def _names(concept_id: str, concepts: ConceptLookup) -> tuple[NamesByLanguage, ...]:
    grouped: dict[tuple[str, NameVia], dict[str, None]] = {}
    for name in concepts.concept(concept_id).names:
        for language in name.languages:
            grouped.setdefault((language, name.via), {}).update(dict.fromkeys(name.surfaces))
    return tuple(
        NamesByLanguage(language=language, via=via, texts=tuple(texts))
        for (language, via), texts in sorted(grouped.items(), key=lambda group: (group[0][0], VIA_ORDER[group[0][1]]))
    )
