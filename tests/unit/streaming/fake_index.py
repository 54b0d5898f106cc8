"""A rule index as the reader of the watch rules sees it."""

from __future__ import annotations

from pipeline.errors import RuleError
from pipeline.messages.rules import WatchRule
from pipeline.rules import Requirements


class FakeIndex:
    """Keeps the rules, and refuses the condition ``(``; ``bug`` breaks it.

    Attributes:
        compiled: Ids of the rules that came with what they require.
    """

    def __init__(self) -> None:
        self.rules: dict[str, WatchRule] = {}
        self.compiled: set[str] = set()

    def add(self, rule: WatchRule, requirements: Requirements | None) -> None:
        if rule.when == "(":
            raise RuleError("a bracket is not closed", rule_id=rule.id)
        if rule.when == "bug":
            raise ZeroDivisionError
        self.rules[rule.id] = rule
        if requirements is not None:
            self.compiled.add(rule.id)

    def remove(self, rule_id: str) -> None:
        del self.rules[rule_id]
