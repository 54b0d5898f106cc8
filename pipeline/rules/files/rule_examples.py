"""Run the examples that a rule carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from pipeline.errors import WirewatchError
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules.index.article_terms import ArticleTerms
from pipeline.rules.index.clause_filing import ClauseFiling
from pipeline.rules.index.evaluate import is_found, is_satisfied, satisfied_clauses
from pipeline.rules.index.rule_index import RuleIndex
from pipeline.rules.index.shares import Shares
from pipeline.rules.meaning.compilation import CheckedRule, compile_rule
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.syntax.expressions import leaves, map_leaves
from pipeline.rules.syntax.limits import Limits
from pipeline.rules.syntax.origin import Position

_SHOWN_CODE_POINTS = 80


class ExampleResult(Struct, frozen=True, kw_only=True):
    """What a rule makes of one of its examples; ``str()`` is one line.

    Attributes:
        rule_id: The rule.
        kind: What the rule should do.
        number: Which example of that kind, counted from 1.
        text: The example.
        fired: What the rule does; None where a step fails on the example.
        detail: What was found, where the rule fires; else what was not, or how the step fails.
        source: The rule file's name, or ``"<rule>"``.
        position: Where the example stands in it; None for a rule that comes from no file.
    """

    rule_id: str
    kind: Literal["fires", "silent"]
    number: int
    text: str
    fired: bool | None
    detail: str
    source: str
    position: Position | None

    @property
    def passed(self) -> bool:
        """Whether the rule does what the example says."""
        return self.fired == (self.kind == "fires")

    def __str__(self) -> str:
        place = self.source if self.position is None else f"{self.source}:{self.position.line}:{self.position.column}"
        text = " ".join(self.text.split())
        shown = text if len(text) <= _SHOWN_CODE_POINTS else text[: _SHOWN_CODE_POINTS - 1] + "…"
        done = {True: "fires on", False: "does not fire on", None: "a step fails on"}[self.fired]
        return f"{place}: rule {self.rule_id}: {done} example {self.kind}[{self.number}] {shown!r}: {self.detail}"


def run_examples(
    checked: CheckedRule,
    concepts: ConceptLookup,
    enrich: Callable[[str], EnrichedArticle],
    limits: Limits | None = None,
) -> list[ExampleResult]:
    """Run a rule's examples, whatever its mode.

    Args:
        checked: The rule, with where it stands.
        concepts: Where names are looked up.
        enrich: Makes the article whose body is the example's text, without a statistical model.
        limits: How large the rule may be.

    Returns:
        One result for each example: ``fires`` first, each in its order.

    Raises:
        RuleError: The rule cannot be used.
    """
    rule = checked.rule
    index = RuleIndex(concepts, limits)
    index.add(msgspec.structs.replace(rule, mode="live"))

    def tried(text: str) -> tuple[bool | None, str]:
        try:
            article = enrich(text)
            matches = index.match(article)
            return bool(matches), _found(matches[0]) if matches else why_silent(rule, concepts, article, limits)
        except (WirewatchError, OSError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a step raises, the other examples are run
            return None, f"{type(error).__name__}: {error}"

    results: list[ExampleResult] = []
    places = checked.examples_at
    for kind, texts, positions in (
        ("fires", rule.examples.fires, places.fires),
        ("silent", rule.examples.silent, places.silent),
    ):
        for number, text in enumerate(texts, 1):
            fired, detail = tried(text)
            results.append(
                ExampleResult(
                    rule_id=rule.id,
                    kind=kind,  # type: ignore[arg-type]  # one of the two above
                    number=number,
                    text=text,
                    fired=fired,
                    detail=detail,
                    source=checked.source,
                    position=positions[number - 1] if positions else None,
                )
            )
    return results


def _found(match: Match) -> str:
    return "; ".join(f"{item.clause} by {item.text!r} ({item.via})" for item in match.evidence)


def why_silent(rule: WatchRule, concepts: ConceptLookup, article: EnrichedArticle, limits: Limits | None = None) -> str:
    """Why a rule does not fire on an article: a score too low, clauses not found or in asides alone, or excluded ones.

    Args:
        rule: As it was checked.
        concepts: Where names are looked up.
        article: With its mentions.
        limits: How large the rule may be.

    Raises:
        RuleError: The rule cannot be used.
    """
    compiled = compile_rule(rule, concepts, limits)
    filing = ClauseFiling(Shares.load())
    condition = map_leaves(compiled.required, filing.add)
    lowering = tuple(map(filing.add, compiled.lowering))
    terms = ArticleTerms(article, filing)
    parts: list[str] = []
    if rule.min_score is not None and is_satisfied(condition, terms):
        score = sum(filed.clause.weight for filed in satisfied_clauses(condition, lowering, terms))
        parts.append(f"its score is {score:g}, and min_score is {rule.min_score:g}")
    anywhere = ArticleTerms(msgspec.structs.replace(article, asides=()), filing) if article.asides else terms
    missing: list[str] = []
    in_asides: list[str] = []
    blocking: list[str] = []
    for filed, positive in leaves(condition):
        if is_found(filed, terms, certain=not positive) is not positive:
            found_aside = positive and is_found(filed, anywhere)
            (in_asides if found_aside else missing if positive else blocking).append(filed.clause.spelling)
    reasons = (
        ("not found:", missing),
        ("the find stands in an aside (related link):", in_asides),
        ("excluded:", blocking),
    )
    for name, spellings in reasons:
        if spellings:
            parts.append(f"{name} {', '.join(dict.fromkeys(spellings))}")
    return "; ".join(parts) or "no alternative is satisfied as a whole"
