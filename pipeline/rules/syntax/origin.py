"""Where a rule's text comes from, so that errors and warnings can point into it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct, structs

from pipeline.errors import RuleError

# A longer line is cut around the caret.
_EXCERPT_CODE_POINTS = 100


class RuleWarning(Struct, frozen=True, kw_only=True):
    """Something in a rule that is allowed and probably not meant; ``str()`` is one line.

    Attributes:
        problem: What is doubtful and what to write instead.
        rule_id: The rule's id; empty where it has none.
        source: The file's name, or ``"<rule>"``.
        line: 1-based line in the source.
        column: 1-based column, in code points.
        excerpt: The text and, below it, a caret.
    """

    problem: str
    rule_id: str
    source: str
    line: int
    column: int
    excerpt: str

    def __str__(self) -> str:
        rule = f"rule {self.rule_id}: " if self.rule_id else ""
        return f"{self.source}:{self.line}:{self.column}: {rule}{self.problem}"


def by_place(found: RuleError | RuleWarning) -> tuple[int, int]:
    """A sort key: the place in the source."""
    return (found.line or 0, found.column or 0)


def as_one(errors: Iterable[RuleError]) -> RuleError:
    """The first of the errors of a rule by their places, which carries the others."""
    first, *others = sorted(errors, key=by_place)
    first.others = tuple(others)
    return first


class Position(NamedTuple):
    """A point of a file: 1-based line and column, in code points."""

    line: int
    column: int


class Place(NamedTuple):
    """A point of the source, for people."""

    line: int
    column: int
    excerpt: str


class Origin(Struct, frozen=True, kw_only=True):
    """A text that holds rules, or one rule's condition, and how offsets count in it.

    Attributes:
        text: The whole source: a rule file, or the condition alone.
        source: The file's name, or ``"<rule>"``.
        rule_id: The rule that errors are about; None where the file itself is at fault.
        offsets: For each offset of the condition, its end included, its offset in ``text``; None when equal.
        in_yaml_quotes: Whether the condition stands in quotes that YAML has taken away.
    """

    text: str
    source: str = "<rule>"
    rule_id: str | None = None
    offsets: Sequence[int] | None = None
    in_yaml_quotes: bool = False

    @property
    def whole(self) -> Origin:
        """The same, where offsets count in the whole source."""
        return structs.replace(self, offsets=None)

    def place(self, offset: int) -> Place:
        """Line, column and excerpt of an offset."""
        at = offset if self.offsets is None else self.offsets[offset]
        start = self.text.rfind("\n", 0, at) + 1
        end = self.text.find("\n", at)
        line = self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")
        return Place(self.text.count("\n", 0, at) + 1, at - start + 1, _with_caret(line, at - start))

    def error(self, problem: str, offset: int) -> RuleError:
        """The error to raise for what stands at an offset."""
        line, column, excerpt = self.place(offset)
        return RuleError(problem, rule_id=self.rule_id, source=self.source, line=line, column=column, excerpt=excerpt)

    def warning(self, problem: str, offset: int) -> RuleWarning:
        """The warning about what stands at an offset."""
        line, column, excerpt = self.place(offset)
        return RuleWarning(
            problem=problem, rule_id=self.rule_id or "", source=self.source, line=line, column=column, excerpt=excerpt
        )


def _with_caret(line: str, column: int) -> str:
    """The line, cut when it is long, and a caret under its column, wide and combining characters counted.

    Empty for an empty line.
    """
    if not line:
        return ""
    first = max(0, column - _EXCERPT_CODE_POINTS // 2) if len(line) > _EXCERPT_CODE_POINTS else 0
    shown = line[first : first + _EXCERPT_CODE_POINTS]
    head = "…" if first else ""
    tail = "…" if first + _EXCERPT_CODE_POINTS < len(line) else ""
    indent = " " * len(head) + "".join(_blank(character) for character in line[first:column])
    return f"{head}{shown}{tail}\n{indent}^"


def _blank(character: str) -> str:
    """Blanks as wide as a terminal shows the character."""
    if character == "\t":
        return "\t"
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return ""
    return "  " if unicodedata.east_asian_width(character) in {"W", "F"} else " "
