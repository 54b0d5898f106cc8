"""Read one rule of a file field by field, and say everything that is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipeline.errors import RuleError
from pipeline.messages.articles import MAX_ARTICLE_CODE_POINTS
from pipeline.messages.rules import LATEST_READING, Examples, Suppress, WatchRule
from pipeline.rules.meaning.compilation import ExamplePositions, unusable_fields
from pipeline.rules.syntax.limits import Limits
from pipeline.rules.syntax.origin import Origin, Position
from pipeline.rules.syntax.placement import offsets_in_source

T = TypeVar("T")

_NULL_TAG = "tag:yaml.org,2002:null"
# Read as texts before: ``no`` is Norwegian here, not false.
_READ_AS: Mapping[str, type] = {"metonyms": bool, "transliteration": bool, "min_score": float, "reading": int}
_LIST_FIELDS = frozenset({"tags", "languages"})
_EXPECTED = {
    "id": "lower-case letters, digits, dots, dashes and underscores, at most 100, as in nato-north-korea",
    "channel": "lower-case letters, digits and dashes, at most 40",
    "severity": "info, low, medium, high or critical",
    "mode": "live, shadow or off",
    "suppress": "for: 6h, and by: rule, source, entities or text",
    "suppress.for": "a length of time such as 90s, 30m, 6h or 1d",
    "suppress.by": "rule, source, entities or text",
    "limit": "a number in a minute, an hour or a day, such as 20/h",
    "updates": "evidence or text",
    "metonyms": "true or false",
    "transliteration": "true or false",
    "min_score": "a number such as 3 or 2.5",
    "reading": "1 or 2",
    "languages": "language tags such as en, de or zh-Hant",
    "name": "at most 200 characters",
    "when": "a condition, as in NATO + North Korea",
}


class ReadRule(NamedTuple):
    """What could be read of one rule of a file.

    Attributes:
        rule: The fields that will do; the others have their defaults.
        refused: The names of those that will not, or that are missing.
        errors: What is wrong with them, and what else is.
        origin: Where its condition stands.
        examples_at: Where its examples stand.
    """

    rule: WatchRule
    refused: frozenset[str]
    errors: tuple[RuleError, ...]
    origin: Origin
    examples_at: ExamplePositions


def read_rule(node: Node, file: Origin, limits: Limits | None) -> ReadRule:
    """One rule of a file.

    Args:
        node: What stands behind its dash.
        file: The file.
        limits: How far its fields may go.
    """
    if not isinstance(node, MappingNode):
        error = file.error("expected a rule: a mapping with id: and when:", node.start_mark.index)
        return ReadRule(_rule_of({}), frozenset({"id", "when"}), (error,), file, ExamplePositions())
    named = next((v.value for k, v in node.value if k.value == "id" and isinstance(v, ScalarNode)), None)
    origin = Origin(text=file.text, source=file.source, rule_id=named or None)
    return _Fields(origin, limits).read(node)


def items(node: MappingNode, file: Origin, errors: list[RuleError]) -> Iterator[tuple[ScalarNode, Node]]:
    """Keys and values, each key once; a key that is no scalar, or stands there again, is an error."""
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            errors.append(file.error("expected a field's name before the colon", key.start_mark.index))
        elif key.value in seen:
            errors.append(file.error(f"{key.value}: stands twice: keep one of them", key.start_mark.index))
        else:
            seen.add(key.value)
            yield key, value


def is_null(node: Node) -> bool:
    """Whether nothing stands there, or ``null``."""
    return isinstance(node, ScalarNode) and node.tag == _NULL_TAG


class _Fields:
    """The fields of one rule, read one after the other."""

    def __init__(self, origin: Origin, limits: Limits | None) -> None:
        self._origin = origin
        self._limits = limits
        self._errors: list[RuleError] = []

    def read(self, node: MappingNode) -> ReadRule:
        """All of them."""
        values: dict[str, Any] = {}
        nodes: dict[str, Node] = {}
        refused: set[str] = set()
        for key, value in items(node, self._origin, self._errors):
            name = key.value
            if not self._is_known(key, WatchRule.__struct_fields__):
                continue
            nodes[name] = value
            if is_null(value):
                if name != "channel":
                    refused.add(name)
                    self._refuse(f"{name}: is empty: give it a value, or leave it out", key)
                continue
            found = self._field(name, value)
            if found is UNSET:
                refused.add(name)
            else:
                values[name] = found
        for name in ("id", "when"):
            if name not in nodes:
                refused.add(name)
                self._refuse(f"the rule has no {name}: expected {name}: {_EXPECTED[name]}", node)
        for name, problem in tuple(unusable_fields(_rule_of(values), self._limits)):
            refused.add(name)
            del values[name]
            self._refuse(problem, nodes[name])
        rule = _rule_of(values)
        origin = self._origin
        if rule.when:
            when = nodes["when"]
            offsets = offsets_in_source(rule.when, origin.text, when.start_mark.index, when.end_mark.index)
            in_quotes = isinstance(when, ScalarNode) and when.style in {"'", '"'}
            origin = msgspec.structs.replace(origin, offsets=offsets, in_yaml_quotes=in_quotes)
        examples_at = _examples_at(nodes["examples"]) if "examples" in values else ExamplePositions()
        return ReadRule(rule, frozenset(refused), tuple(self._errors), origin, examples_at)

    def _field(self, name: str, node: Node) -> object:
        """The value of a field, or UNSET when it is wrong."""
        if name == "examples":
            return self._examples(node)
        if name == "suppress":
            return self._suppress(node)
        if name in _LIST_FIELDS:
            return self._texts(name, node)
        value = self._value(name, node, _TYPES[name])
        if name == "when" and isinstance(value, str) and not value.strip():
            self._refuse(f"when: is empty: expected {_EXPECTED['when']}", node)
            return UNSET
        return value

    def _examples(self, node: Node) -> Examples | UnsetType:
        """Each is read as an article's body, and must be one."""
        if not isinstance(node, MappingNode):
            self._refuse("examples: expected fires: and silent:, each a list of texts", node)
            return UNSET
        examples: dict[str, tuple[str, ...]] = {}
        before = len(self._errors)
        for key, value in items(node, self._origin, self._errors):
            if not self._is_known(key, Examples.__struct_fields__) or is_null(value):
                continue
            texts = self._texts(key.value, value)
            if texts is UNSET or not isinstance(value, SequenceNode):
                continue
            for text, item in zip(texts, value.value, strict=True):
                if not text.strip() or len(text) > MAX_ARTICLE_CODE_POINTS:
                    self._refuse(
                        f"{key.value}: expected a text of an article, with 1 to {MAX_ARTICLE_CODE_POINTS:,} characters",
                        item,
                    )
            examples[key.value] = texts
        return Examples(**examples) if len(self._errors) == before else UNSET

    def _suppress(self, node: Node) -> Suppress | UnsetType:
        if not isinstance(node, MappingNode):
            self._refuse(f"suppress: expected {_EXPECTED['suppress']}", node)
            return UNSET
        types = {field.encode_name: field for field in msgspec.structs.fields(Suppress)}
        values: dict[str, Any] = {}
        named: set[str] = set()
        before = len(self._errors)
        for key, value in items(node, self._origin, self._errors):
            if self._is_known(key, tuple(types)):
                field = types[key.value]
                named.add(key.value)
                values[field.name] = self._value(f"suppress.{key.value}", value, field.type)
        if "for" not in named:
            self._refuse(f"suppress has no for: expected for: {_EXPECTED['suppress.for']}", node)
        return Suppress(**values) if len(self._errors) == before else UNSET

    def _texts(self, name: str, node: Node) -> tuple[str, ...] | UnsetType:
        if not isinstance(node, SequenceNode):
            self._refuse(f"{name}: expected a list, as in [a, b]", node)
            return UNSET
        of_one = _TYPES.get(name, tuple[str, ...])
        texts = [self._value(name, item, of_one, in_list=True) for item in node.value]
        return UNSET if UNSET in texts else tuple(text for (text,) in texts)

    def _value(self, name: str, node: Node, kind: Any, *, in_list: bool = False) -> Any:  # noqa: ANN401 - of the kind
        """A scalar as the type of its field asks for it, or UNSET."""
        if not isinstance(node, ScalarNode):
            self._refuse(f"{name}: expected a text; quote what holds brackets, or a colon and a blank", node)
            return UNSET
        value: object = node.value
        try:
            if name in _READ_AS:
                value = msgspec.convert(node.value.strip(), _READ_AS[name], strict=False)
            return msgspec.convert([value] if in_list else value, kind)
        except msgspec.ValidationError:
            self._refuse(f"{name}: {node.value!r} will not do: expected {_EXPECTED[name]}", node)
            return UNSET

    def _is_known(self, key: ScalarNode, known: Sequence[str]) -> bool:
        name = key.value
        if name in known:
            return True
        close = difflib.get_close_matches(name.lower(), known, n=1)
        hint = f"did you mean {close[0]}:?" if close else f"fields are {', '.join(known)}"
        self._refuse(f"{name}: is no field here: {hint}", key)
        return False

    def _refuse(self, problem: str, node: Node) -> None:
        self._errors.append(self._origin.error(problem, node.start_mark.index))


_TYPES: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(WatchRule)}


def _rule_of(values: Mapping[str, Any]) -> WatchRule:
    return WatchRule(**{"id": "", "when": "", "reading": LATEST_READING, **values})


def _examples_at(examples: Node) -> ExamplePositions:
    """Where the examples of a rule that has been read stand."""
    positions: dict[str, tuple[Position, ...]] = {}
    for key, texts in examples.value:
        marks = [] if is_null(texts) else [item.start_mark for item in texts.value]
        positions[key.value] = tuple(Position(mark.line + 1, mark.column + 1) for mark in marks)
    return ExamplePositions(**positions)
