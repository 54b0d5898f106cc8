"""Read a rule file: YAML whose every error is told with the rule, the line and the column."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

import msgspec
import yaml
from msgspec import Struct
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipeline.errors import RuleError
from pipeline.messages.articles import MAX_ARTICLE_CODE_POINTS
from pipeline.messages.rules import WatchRule
from pipeline.rules.compile import CheckedRule, ExamplePositions, check_rule, unusable_field
from pipeline.rules.limits import Limits
from pipeline.rules.lookup import ConceptLookup
from pipeline.rules.origin import Origin, Position
from pipeline.rules.parser import parse
from pipeline.rules.placement import offsets_in_source

# libyaml where PyYAML was built with it: eight times as fast.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FIELDS = WatchRule.__struct_fields__
_LIST_FIELDS = frozenset({"tags", "languages"})
_TYPED_FIELDS: dict[str, type] = {"metonyms": bool, "transliteration": bool, "min_score": float}
_EXAMPLE_FIELDS = ("fires", "silent")
_SUPPRESS_FIELDS = ("for", "by")
_MAX_NESTING = 20
_QUOTED_BEGINNING = re.compile(r"[\s-]*when:\s*[\"']")
_NULL_TAG = "tag:yaml.org,2002:null"
_EXPECTED = {
    "id": "lower-case letters, digits, dots, dashes and underscores, at most 100, as in nato-north-korea",
    "channel": "lower-case letters, digits and dashes, at most 40",
    "severity": "info, low, medium, high or critical",
    "mode": "live, shadow or off",
    "suppress": "for: 6h, and by: rule, source, entities or text",
    "suppress.for": "a length of time such as 90s, 30m, 6h or 1d",
    "suppress.by": "rule, source, entities or text",
    "limit": "a number in a minute, an hour or a day, such as 20/h",
    "metonyms": "true or false",
    "transliteration": "true or false",
    "min_score": "a number such as 3 or 2.5",
    "languages": "language tags such as en, de or zh-Hant",
    "name": "at most 200 characters",
    "when": "a condition, as in NATO + North Korea",
}


class RuleFileCheck(Struct, frozen=True, kw_only=True):
    """What a rule file holds: the rules that can go live, and everything that is wrong.

    Attributes:
        rules: In the file's order.
        errors: In the file's order; empty when the file can be applied.
    """

    rules: tuple[CheckedRule, ...]
    errors: tuple[RuleError, ...]


def read_rules(text: str, source: str) -> list[WatchRule]:
    """Read a rule file.

    Args:
        text: YAML: a mapping whose ``rules`` is a list.
        source: The file's name, for errors.

    Returns:
        The rules in the file's order. Conditions are of the language; their names are not looked up.

    Raises:
        RuleError: The first thing that is wrong, with its line and column.
    """
    document = _read(text, source, None)
    errors = list(document.errors)
    for placed in document.rules:
        try:
            parse(placed.rule.when, placed.origin)
        except RuleError as error:
            errors.append(error)
    if errors:
        raise min(errors, key=_place)
    return [placed.rule for placed in document.rules]


def check_rules(text: str, source: str, concepts: ConceptLookup, limits: Limits | None = None) -> RuleFileCheck:
    """Check a whole rule file, their examples apart, and say everything that is wrong with it.

    Args:
        text: YAML: a mapping whose ``rules`` is a list.
        source: The file's name, for errors.
        concepts: Where names are looked up.
        limits: How large a rule may be.
    """
    document = _read(text, source, limits)
    errors = list(document.errors)
    rules: list[CheckedRule] = []
    for placed in document.rules:
        try:
            rules.append(check_rule(placed.rule, concepts, limits, placed.origin, placed.examples_at))
        except RuleError as error:
            errors.append(error)
    return RuleFileCheck(rules=tuple(rules), errors=tuple(sorted(errors, key=_place)))


def _place(error: RuleError) -> tuple[int, int]:
    return (error.line or 0, error.column or 0)


class _PlacedRule(NamedTuple):
    rule: WatchRule
    origin: Origin
    examples_at: ExamplePositions


class _Document(NamedTuple):
    rules: list[_PlacedRule]
    errors: list[RuleError]


def _read(text: str, source: str, limits: Limits | None) -> _Document:
    file = Origin(text=text, source=source)
    document = _Document([], [])
    first_lines: dict[str, int] = {}
    try:
        nodes = rule_nodes(compose_file(text, file), file)
    except RuleError as error:
        document.errors.append(error)
        return document
    for node in nodes:
        try:
            placed = _rule(node, file, limits)
            known = first_lines.get(placed.rule.id)
            if known is not None:
                raise Origin(text=text, source=source, rule_id=placed.rule.id).error(
                    f"this id is taken by the rule in line {known}: give each rule its own", node.start_mark.index
                )
            first_lines[placed.rule.id] = file.place(node.start_mark.index).line
            document.rules.append(placed)
        except RuleError as error:
            document.errors.append(error)
    return document


def compose_file(text: str, file: Origin) -> Node | None:
    """The tree of a file, every node with its place; errors as ``read_rules``."""
    try:
        _refuse_deep_nesting(text, file)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.reader.ReaderError as error:
        raise file.error(f"not YAML: {error.reason}", min(error.position, len(text))) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = 0 if mark is None else min(mark.index, len(text))
        problem = error.problem or error.context or ""
        if problem.startswith("but ") and error.context:
            problem = f"{error.context}, {problem}"
        raise file.error(f"not YAML: {problem}{_yaml_hint(text, at)}", at) from error


def _refuse_deep_nesting(text: str, file: Origin) -> None:
    """Composing is recursive, in libyaml without a bound: a file that is nested deep enough would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_NESTING:
                at = event.start_mark.index if event.start_mark else 0
                raise file.error("not a rule file: lists and mappings are nested too deep", at)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _yaml_hint(text: str, at: int) -> str:
    """What to do about the slips that rule authors make."""
    line = text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0]
    value = line.partition(":")[2].strip()
    if _QUOTED_BEGINNING.match(line):
        return "; a value that begins with a quote stands in quotes as a whole: when: '\"North Korea\" + NATO'"
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "; indent with blanks, not with tabs"
    if ": " in value:
        return "; a value that holds a colon and a blank stands in quotes"
    return ""


def rule_nodes(root: Node | None, file: Origin) -> list[Node]:
    """The nodes of the rules in a file; errors as ``read_rules``."""
    if root is None:
        raise file.error("is empty: expected the key rules: and a list of rules below it", 0)
    if not isinstance(root, MappingNode):
        raise file.error("expected the key rules: and the list of rules below it", root.start_mark.index)
    rules: Node | None = None
    for key, value in _items(root, file):
        if key.value != "rules":
            raise file.error(f"{key.value} is no field of a rule file: expected rules:", key.start_mark.index)
        rules = value
    if rules is None:
        raise file.error("expected the key rules:", root.start_mark.index)
    if _is_null(rules):
        return []
    if not isinstance(rules, SequenceNode):
        raise file.error("rules: expected a list, each rule after a dash", rules.start_mark.index)
    return list(rules.value)


def _items(node: MappingNode, file: Origin) -> list[tuple[ScalarNode, Node]]:
    """Keys and values; keys are scalars, and each comes once."""
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, ScalarNode):
            raise file.error("expected a field's name before the colon", key.start_mark.index)
        if key.value in seen:
            raise file.error(f"{key.value}: stands twice: keep one of them", key.start_mark.index)
        seen.add(key.value)
    return list(node.value)


def _rule(node: Node, file: Origin, limits: Limits | None) -> _PlacedRule:
    """One rule of the file."""
    if not isinstance(node, MappingNode):
        raise file.error("expected a rule: a mapping with id: and when:", node.start_mark.index)
    named = next((v.value for k, v in node.value if k.value == "id" and isinstance(v, ScalarNode)), None)
    owner = Origin(text=file.text, source=file.source, rule_id=named or None)
    values: dict[str, object] = {}
    nodes: dict[str, Node] = {}
    for key, value in _items(node, owner):
        _refuse_unknown_field(key, _FIELDS, owner)
        if _is_null(value):
            if key.value != "channel":
                raise owner.error(f"{key.value}: is empty: give it a value, or leave it out", key.start_mark.index)
            continue
        nodes[key.value] = value
        values[key.value] = _value(key.value, value, owner)
        if key.value == "suppress":
            nodes |= {f"suppress.{inner.value}": node for inner, node in value.value}
    for name in ("id", "when"):
        if name not in values:
            raise owner.error(f"the rule has no {name}: expected {name}: {_EXPECTED[name]}", node.start_mark.index)
    rule = _convert(values, nodes, owner)
    unusable = unusable_field(rule, limits)
    if unusable is not None:
        raise owner.error(unusable[1], nodes[unusable[0]].start_mark.index)
    when = nodes["when"]
    offsets = offsets_in_source(rule.when, file.text, when.start_mark.index, when.end_mark.index)
    origin = Origin(text=file.text, source=file.source, rule_id=rule.id, offsets=offsets)
    return _PlacedRule(rule, origin, _examples_at(nodes.get("examples")))


def _examples_at(examples: Node | None) -> ExamplePositions:
    """Where the examples of a rule that has been read stand."""
    positions: dict[str, tuple[Position, ...]] = {}
    for key, texts in examples.value if examples is not None else ():
        marks = [] if _is_null(texts) else [item.start_mark for item in texts.value]
        positions[key.value] = tuple(Position(mark.line + 1, mark.column + 1) for mark in marks)
    return ExamplePositions(**positions)


def _value(name: str, node: Node, owner: Origin) -> object:
    if name == "examples":
        if not isinstance(node, MappingNode):
            raise owner.error("examples: expected fires: and silent:, each a list of texts", node.start_mark.index)
        examples: dict[str, object] = {}
        for key, value in _items(node, owner):
            _refuse_unknown_field(key, _EXAMPLE_FIELDS, owner)
            examples[key.value] = [] if _is_null(value) else _example_texts(key.value, value, owner)
        return examples
    if name == "suppress":
        return _suppress(node, owner)
    if name in _LIST_FIELDS:
        return _texts(name, node, owner)
    text = _text(name, node, owner)
    if name in _TYPED_FIELDS:
        try:
            return msgspec.convert(text.strip(), _TYPED_FIELDS[name], strict=False)
        except msgspec.ValidationError as error:
            raise owner.error(
                f"{name}: {text!r} will not do: expected {_EXPECTED[name]}", node.start_mark.index
            ) from error
    return text


def _suppress(node: Node, owner: Origin) -> dict[str, str]:
    if not isinstance(node, MappingNode):
        raise owner.error(f"suppress: expected {_EXPECTED['suppress']}", node.start_mark.index)
    fields: dict[str, str] = {}
    for key, value in _items(node, owner):
        _refuse_unknown_field(key, _SUPPRESS_FIELDS, owner)
        fields[key.value] = _text(f"suppress.{key.value}", value, owner)
    if "for" not in fields:
        raise owner.error(f"suppress has no for: expected for: {_EXPECTED['suppress.for']}", node.start_mark.index)
    return fields


def _texts(name: str, node: Node, owner: Origin) -> list[str]:
    if not isinstance(node, SequenceNode):
        raise owner.error(f"{name}: expected a list, as in [a, b]", node.start_mark.index)
    return [_text(name, item, owner) for item in node.value]


def _example_texts(name: str, node: Node, owner: Origin) -> list[str]:
    """Each is read as an article's body, and must be one."""
    texts = _texts(name, node, owner)
    for text, item in zip(texts, node.value, strict=True):
        if not text.strip() or len(text) > MAX_ARTICLE_CODE_POINTS:
            raise owner.error(
                f"{name}: expected a text of an article, with 1 to {MAX_ARTICLE_CODE_POINTS:,} characters",
                item.start_mark.index,
            )
    return texts


def _text(name: str, node: Node, owner: Origin) -> str:
    """A scalar as it is written: ``no`` is Norwegian here, not false."""
    if not isinstance(node, ScalarNode):
        raise owner.error(
            f"{name}: expected a text; quote what holds brackets, or a colon and a blank", node.start_mark.index
        )
    return str(node.value)


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == _NULL_TAG


def _refuse_unknown_field(key: ScalarNode, known: tuple[str, ...], owner: Origin) -> None:
    name = key.value
    if name in known:
        return
    close = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f"did you mean {close[0]}:?" if close else f"fields are {', '.join(known)}"
    raise owner.error(f"{name}: is no field here: {hint}", key.start_mark.index)


def _convert(values: dict[str, object], nodes: dict[str, Node], owner: Origin) -> WatchRule:
    try:
        rule = msgspec.convert(values, WatchRule)
    except msgspec.ValidationError as error:
        # msgspec's message ends in the path: "... - at `$.languages[1]`".
        path = str(error).rpartition("`$.")[2].rstrip("`")
        name, _, rest = path.partition("[")
        node = nodes[name]
        if rest and isinstance(node, SequenceNode):
            node = node.value[int(rest.partition("]")[0])]
        shown = node.value if isinstance(node, ScalarNode) else name
        raise owner.error(
            f"{name}: {shown!r} will not do: expected {_EXPECTED[name]}", node.start_mark.index
        ) from error
    if not rule.when.strip():
        raise owner.error(f"when: is empty: expected {_EXPECTED['when']}", nodes["when"].start_mark.index)
    return rule
