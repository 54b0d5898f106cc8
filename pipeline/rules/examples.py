"""Run the examples that a rule carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules.compile import compile_rule
from pipeline.rules.expressions import leaves
from pipeline.rules.index import RuleIndex
from pipeline.rules.lookup import ConceptLookup

_SHOWN_CODE_POINTS = 80


class ExampleFailure(Struct, frozen=True, kw_only=True):
    """An example on which a rule does not do what the example says; ``str()`` is one line.

    Attributes:
        rule_id: The rule.
        kind: What the rule should have done.
        number: Which example of that kind, counted from 1.
        text: The example.
        detail: What was not found, or what was.
    """

    rule_id: str
    kind: Literal["fires", "silent"]
    number: int
    text: str
    detail: str

    def __str__(self) -> str:
        done = "does not fire on" if self.kind == "fires" else "fires on"
        text = " ".join(self.text.split())
        shown = text if len(text) <= _SHOWN_CODE_POINTS else text[: _SHOWN_CODE_POINTS - 1] + "…"
        return f"rule {self.rule_id}: {done} example {self.kind}[{self.number}] {shown!r}: {self.detail}"


def check_examples(
    rule: WatchRule, concepts: ConceptLookup, enrich: Callable[[str], EnrichedArticle]
) -> list[ExampleFailure]:
    """Run a rule's examples, whatever its mode.

    Args:
        rule: The document.
        concepts: Where names are looked up.
        enrich: Makes the article whose body is the example's text, without a statistical model.

    Returns:
        The examples that fail: ``fires`` first, each in its order.

    Raises:
        RuleError: The rule cannot be used.
    """
    index = RuleIndex(concepts)
    index.add(msgspec.structs.replace(rule, mode="live"))
    failures: list[ExampleFailure] = []
    for number, text in enumerate(rule.examples.fires, 1):
        article = enrich(text)
        if not index.match(article):
            detail = _missing(rule, concepts, article)
            failures.append(ExampleFailure(rule_id=rule.id, kind="fires", number=number, text=text, detail=detail))
    for number, text in enumerate(rule.examples.silent, 1):
        matches = index.match(enrich(text))
        if matches:
            found = "; ".join(f"{item.clause} by {item.text!r} ({item.via})" for item in matches[0].evidence)
            failures.append(ExampleFailure(rule_id=rule.id, kind="silent", number=number, text=text, detail=found))
    return failures


def _missing(rule: WatchRule, concepts: ConceptLookup, article: EnrichedArticle) -> str:
    """Which clauses the article does not satisfy, and which excluded ones it does: each asked as a rule of its own."""
    index = RuleIndex(concepts)
    standings: dict[str, bool] = {}
    for clause, positive in leaves(compile_rule(rule, concepts).expression):
        standings.setdefault(clause.canonical, positive)
    for canonical in standings:
        index.add(WatchRule(id=f"c{len(index)}", when=canonical, languages=rule.languages))
    numbers = {match.rule.id for match in index.match(article)}
    missing = [
        canonical
        for number, (canonical, positive) in enumerate(standings.items())
        if positive and f"c{number}" not in numbers
    ]
    blocking = [
        canonical
        for number, (canonical, positive) in enumerate(standings.items())
        if not positive and f"c{number}" in numbers
    ]
    parts = [
        f"{name} {', '.join(found)}" for name, found in (("not found:", missing), ("excluded:", blocking)) if found
    ]
    return "; ".join(parts) or "no alternative is satisfied as a whole"
