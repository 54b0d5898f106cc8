"""The frozen tree of a rule: AND, OR, ATLEAST, NOT over leaves, which are terms as written or clauses as resolved."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeAlias, TypeVar, Union

from msgspec import Struct

Leaf = TypeVar("Leaf")
Other = TypeVar("Other")


class Branch(Struct, Generic[Leaf], frozen=True):
    """Whatever is no leaf."""


class And(Branch[Leaf], frozen=True):
    """All parts, of which there are at least two."""

    parts: tuple[Expression[Leaf], ...]


class Or(Branch[Leaf], frozen=True):
    """At least one part; there are at least two."""

    parts: tuple[Expression[Leaf], ...]


class AtLeast(Branch[Leaf], frozen=True):
    """So many of the parts, of which there are at least as many."""

    count: int
    parts: tuple[Expression[Leaf], ...]


class Not(Branch[Leaf], frozen=True):
    """The absence of its part."""

    part: Expression[Leaf]


Expression: TypeAlias = Union[Leaf, And[Leaf], Or[Leaf], AtLeast[Leaf], Not[Leaf]]  # noqa: UP007  # generic, recursive


class Word(Struct, frozen=True):
    """One bare word of a unit, or the whole text in quotes.

    Attributes:
        text: As written, without the star.
        start: Offset in the condition.
        is_prefix: Whether a star follows.
    """

    text: str
    start: int
    is_prefix: bool = False


class Term(Struct, frozen=True, kw_only=True):
    """What the condition asks for at one place, as written: a unit, or two operands of NEAR.

    Attributes:
        start: Offset of its first character in the condition.
        weight: What it adds to the score.
    """

    start: int
    weight: float = 1.0


class Unit(Term, frozen=True, kw_only=True):
    """Words with what stands before and behind them.

    Attributes:
        words: Bare words that stand together, or the one text in quotes.
        quoted: Whether it stands in quotes.
        fields: The fields before it, in order, such as ``("title", "person")``.
        exact: Whether ``=`` stands before it.
        concept: The concept id in square brackets behind it, or None.
    """

    words: tuple[Word, ...]
    quoted: bool
    fields: tuple[str, ...]
    exact: bool
    concept: str | None

    @property
    def text(self) -> str:
        """The words, with single spaces, stars left out."""
        return " ".join([word.text for word in self.words])

    @property
    def identity(self) -> Hashable:
        """What was written, wherever it stands and whatever it weighs; of one plain word, the word."""
        words = self.words
        if len(words) == 1 and not (
            words[0].is_prefix or self.quoted or self.fields or self.exact or self.concept is not None
        ):
            return words[0].text
        written = tuple([(word.text, word.is_prefix) for word in words])
        return (written, self.quoted, self.fields, self.exact, self.concept)


class Proximity(Term, frozen=True, kw_only=True):
    """Two operands that stand near each other, as written.

    Attributes:
        left: The alternatives of the first operand.
        right: The alternatives of the second.
        operator: ``NEAR`` or, in this order, ``ONEAR``.
        reach: How many words may stand between, ``"s"`` for one sentence, ``"p"`` for one paragraph.
    """

    left: tuple[Unit, ...]
    right: tuple[Unit, ...]
    operator: str
    reach: int | str


def leaves(expression: Expression[Leaf], *, positive: bool = True) -> list[tuple[Leaf, bool]]:
    """Every leaf in order, with whether an even number of NOT stands above it."""
    found: list[tuple[Leaf, bool]] = []
    _collect(expression, positive, found)
    return found


def map_leaves(expression: Expression[Leaf], change: Callable[[Leaf], Other]) -> Expression[Other]:
    """The same tree over other leaves."""
    # Lists, since generators cost more than what they would run through here.
    if not isinstance(expression, Branch):
        return change(expression)
    if isinstance(expression, And):
        return And(tuple([map_leaves(part, change) for part in expression.parts]))
    if isinstance(expression, Or):
        return Or(tuple([map_leaves(part, change) for part in expression.parts]))
    if isinstance(expression, AtLeast):
        return AtLeast(expression.count, tuple([map_leaves(part, change) for part in expression.parts]))
    if isinstance(expression, Not):
        return Not(map_leaves(expression.part, change))
    raise TypeError(f"no leaves are known of {type(expression).__name__}")


def flatten(expression: Expression[Leaf]) -> Expression[Leaf]:
    """The same condition without brackets that change nothing and without double NOT."""
    if not isinstance(expression, Branch):
        return expression
    if isinstance(expression, Not):
        part = flatten(expression.part)
        return part.part if isinstance(part, Not) else Not(part)
    if isinstance(expression, And):
        return And(tuple([inner for part in expression.parts for inner in _parts_of(flatten(part), And)]))
    if isinstance(expression, Or):
        return Or(tuple([inner for part in expression.parts for inner in _parts_of(flatten(part), Or)]))
    if isinstance(expression, AtLeast):
        return AtLeast(expression.count, tuple(map(flatten, expression.parts)))
    return expression


def push_negation_down(expression: Expression[Leaf], *, negated: bool = False) -> Expression[Leaf]:
    """The negation normal form: NOT stands above leaves only.

    Source: De Morgan's laws; fewer than n of k is at least k - n + 1 absent.
    """
    if isinstance(expression, AtLeast):
        count = len(expression.parts) - expression.count + 1 if negated else expression.count
        return AtLeast(count, tuple(push_negation_down(part, negated=negated) for part in expression.parts))
    if isinstance(expression, Not):
        return push_negation_down(expression.part, negated=not negated)
    if isinstance(expression, (And, Or)):
        parts = tuple(push_negation_down(part, negated=negated) for part in expression.parts)
        return And(parts) if isinstance(expression, And) is not negated else Or(parts)
    return Not(expression) if negated else expression


def _collect(expression: Expression[Leaf], positive: bool, found: list[tuple[Leaf, bool]]) -> None:  # noqa: FBT001
    if isinstance(expression, (And, Or, AtLeast)):
        for part in expression.parts:
            _collect(part, positive, found)
    elif isinstance(expression, Not):
        _collect(expression.part, not positive, found)
    else:
        found.append((expression, positive))


def _parts_of(expression: Expression[Leaf], kind: type[And[Leaf] | Or[Leaf]]) -> tuple[Expression[Leaf], ...]:
    return expression.parts if isinstance(expression, (And, Or)) and isinstance(expression, kind) else (expression,)
