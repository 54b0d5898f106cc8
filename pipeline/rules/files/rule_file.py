"""Read a rule file. Every error names the rule, the line and the column."""

from __future__ import annotations

from msgspec import Struct
from yaml.nodes import MappingNode, Node, SequenceNode

from pipeline.errors import RuleError
from pipeline.messages.rules import WatchRule
from pipeline.rules.files.composing import compose_good_rules
from pipeline.rules.files.rule_fields import ReadRule, is_null, items, read_rule
from pipeline.rules.meaning.compilation import CheckedRule, check_rule
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.syntax.limits import Limits
from pipeline.rules.syntax.origin import Origin, RuleWarning, by_place
from pipeline.rules.syntax.parser import parse


class RuleFileCheck(Struct, frozen=True, kw_only=True):
    """What a rule file holds: the rules that can go live, and everything that is wrong or doubtful.

    Attributes:
        rules: In the file's order.
        errors: In the file's order; empty when the file can be applied.
        warnings: In the file's order, those about rules that have errors too.
    """

    rules: tuple[CheckedRule, ...]
    errors: tuple[RuleError, ...]
    warnings: tuple[RuleWarning, ...]

    @property
    def findings(self) -> list[RuleError | RuleWarning]:
        """Errors and warnings, in the file's order."""
        return sorted((*self.errors, *self.warnings), key=by_place)


def read_rules(text: str, source: str) -> list[WatchRule]:
    """Read a rule file.

    Args:
        text: YAML: a mapping whose ``rules`` is a list.
        source: The file's name, for errors.

    Returns:
        The rules in the file's order. Every condition parses; its names are not looked up.

    Raises:
        RuleError: The first thing that is wrong, with its line and column.
    """
    errors: list[RuleError] = []
    rules = _read(text, source, None, errors)
    for one in rules:
        if one.rule.when:
            try:
                parse(one.rule.when, one.origin)
            except RuleError as error:
                errors.append(error)
    if errors:
        raise min(errors, key=by_place)
    return [one.rule for one in rules]


def check_rules(text: str, source: str, concepts: ConceptLookup, limits: Limits | None = None) -> RuleFileCheck:
    """Check a whole rule file without running its examples, and say everything that is wrong with it.

    A condition that does not parse has one error, the first: more would be guesses.

    Args:
        text: YAML: a mapping whose ``rules`` is a list.
        source: The file's name, for errors.
        concepts: Where names are looked up.
        limits: How large a rule may be.
    """
    errors: list[RuleError] = []
    doubts: list[RuleWarning] = []
    rules: list[CheckedRule] = []
    for one in _read(text, source, limits, errors):
        found: list[RuleWarning] = []
        try:
            if not one.rule.when:
                continue
            if "languages" not in one.refused:
                checked = check_rule(one.rule, concepts, limits, one.origin, one.examples_at, doubts=found)
                if not one.errors:
                    rules.append(checked)
            else:
                # What its names and words mean depends on the languages.
                parse(one.rule.when, one.origin, limits)
        except RuleError as error:
            errors += (error, *error.others)
        doubts += found
    return RuleFileCheck(
        rules=tuple(rules), errors=tuple(sorted(errors, key=by_place)), warnings=tuple(sorted(doubts, key=by_place))
    )


def _read(text: str, source: str, limits: Limits | None, errors: list[RuleError]) -> list[ReadRule]:
    """The rules of a file, those with errors too."""
    file = Origin(text=text, source=source)
    root = compose_good_rules(text, file, errors)
    if root is None and errors:
        return []
    rules: list[ReadRule] = []
    places: dict[str, int] = {}
    for node in rule_nodes(root, file, errors):
        one = read_rule(node, file, limits)
        at = node.start_mark.index
        if one.rule.id in places:
            line = file.place(places[one.rule.id]).line
            taken = f"this id is taken by the rule in line {line}: give each rule its own"
            one = one._replace(errors=(one.origin.whole.error(taken, at), *one.errors))
        elif one.rule.id:
            places[one.rule.id] = at
        rules.append(one)
        errors += one.errors
    return rules


def rule_nodes(root: Node | None, file: Origin, errors: list[RuleError]) -> list[Node]:
    """The nodes of the rules in a file. Problems are added to ``errors``; a file of another form has no rules."""
    problem, at = "", 0
    if root is None:
        problem = "is empty: expected the key rules: and a list of rules below it"
    elif not isinstance(root, MappingNode):
        problem, at = "expected the key rules: and the list of rules below it", root.start_mark.index
    else:
        before = len(errors)
        fields = {key.value: (key, value) for key, value in items(root, file, errors)}
        _, rules = fields.pop("rules", (None, None))
        for key, _ in fields.values():
            errors.append(file.error(f"{key.value} is no field of a rule file: expected rules:", key.start_mark.index))
        if isinstance(rules, SequenceNode):
            return list(rules.value)
        if rules is None and len(errors) == before:
            problem, at = "expected the key rules:", root.start_mark.index
        elif rules is not None and not is_null(rules):
            problem, at = "rules: expected a list, each rule after a dash", rules.start_mark.index
    if problem:
        errors.append(file.error(problem, at))
    return []
