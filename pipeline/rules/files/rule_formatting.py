"""Write conditions in one style, and leave the rest of a rule file as its author wrote it."""

from __future__ import annotations

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from pipeline.rules.files.composing import compose_file
from pipeline.rules.files.rule_file import read_rules, rule_nodes
from pipeline.rules.meaning.clauses import quote
from pipeline.rules.syntax.expressions import And, Expression, Or, Proximity, Term, Unit, flatten, write
from pipeline.rules.syntax.origin import Origin
from pipeline.rules.syntax.parser import parse

_LONGEST_LINE = 100
_INDENT = 2


def format_rules(text: str, source: str = "<rules>") -> str:
    """Rewrite the conditions of a rule file: operators, blanks and brackets in one style, words as they are.

    Comments, the order of fields and all other values stay. A long condition is folded over lines, one for each of its
    parts. Formatting twice changes nothing more.

    Args:
        text: A rule file.
        source: Its name, for errors.

    Raises:
        RuleError: The first thing that is wrong in it.
    """
    read_rules(text, source)
    file = Origin(text=text, source=source)
    edits: list[tuple[int, int, str]] = []
    for rule in rule_nodes(compose_file(text, file), file, []):
        if isinstance(rule, MappingNode):
            for key, value in rule.value:
                if isinstance(value, ScalarNode) and key.value == "when":
                    edits.append(_edit(key, value, text, in_line=bool(rule.flow_style)))
    for start, end, written in reversed(edits):
        text = text[:start] + written + text[end:]
    return text


def format_condition(when: str) -> str:
    """A condition in the formatter's style, on one line: ``A + (B OR C) + NOT D``.

    Raises:
        RuleError: It is not of the language.
    """
    return _write(flatten(parse(when).expression))


def _edit(key: Node, value: ScalarNode, text: str, *, in_line: bool) -> tuple[int, int, str]:
    """Where a condition stands in the file, and what is to stand there."""
    start, end = value.start_mark.index, value.end_mark.index
    end = start + len(text[start:end].rstrip())
    expression = flatten(parse(value.value).expression)
    line = _write(expression)
    column = key.start_mark.column
    # A comment behind the condition would become a part of a folded one.
    alone = not in_line and not text[end:].partition("\n")[0].strip()
    if alone and column + len("when: ") + len(line) > _LONGEST_LINE and isinstance(expression, (And, Or)):
        operator = "+" if isinstance(expression, And) else "OR"
        parts = ((_write(part), isinstance(part, expression.brackets)) for part in expression.parts)
        first, *rest = (f"({part})" if in_brackets else part for part, in_brackets in parts)
        lines = [first, *(f"{operator} {part}" for part in rest)]
        if not any("\n" in part for part in lines):
            return start, end, ">-" + "".join(f"\n{' ' * (column + _INDENT)}{part}" for part in lines)
    return start, end, line if not in_line and _is_plain(line) else _single_quoted(line)


def _is_plain(line: str) -> bool:
    """Whether YAML reads the text as itself without quotes."""
    try:
        node = yaml.compose(f"when: {line}\n", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return False
    value = node.value[0][1] if isinstance(node, MappingNode) else None
    return isinstance(value, ScalarNode) and value.value == line and value.tag != "tag:yaml.org,2002:null"


def _single_quoted(line: str) -> str:
    # A line break is doubled, since YAML folds a single one into a blank.
    return "'" + line.replace("'", "''").replace("\n", "\n\n") + "'"


def _write(expression: Expression[Term]) -> str:
    return write(expression, _term, conjunction="+")


def _term(term: Term) -> str:
    if isinstance(term, Unit):
        return _unit(term)
    if isinstance(term, Proximity):
        left, right = (" OR ".join(map(_unit, operand)) for operand in (term.left, term.right))
        left = f"({left})" if len(term.left) > 1 else left
        right = f"({right})" if len(term.right) > 1 else right
        written = f"{left} {term.operator}/{term.reach} {right}"
        return written if term.weight == 1 else f"({written})^{term.weight:g}"
    raise TypeError(f"no style is defined for {type(term).__name__}")


def _unit(unit: Unit) -> str:
    words = quote(unit.text) if unit.quoted else " ".join(word.text + "*" * word.is_prefix for word in unit.words)
    return "".join(
        (
            *(f"{field}:" for field in unit.fields),
            "=" * unit.exact,
            words,
            "" if unit.concept is None else f"[{unit.concept}]",
            "" if unit.weight == 1 else f"^{unit.weight:g}",
        )
    )
